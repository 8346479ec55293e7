import { AssumeRoleCommand, STSClient } from "@aws-sdk/client-sts";
import { mockClient } from "aws-sdk-client-mock";
import { describe, expect, it } from "vitest";
import { InMemoryQuotaStore } from "../../adapters/in-memory/quota-store.ts";
import { readerSessions, schoolPartitions, sessionPolicy } from "../../adapters/reader-sessions.ts";
import { Id } from "../../domain/ids.ts";
import { escape } from "../../domain/mail.ts";
import { ENGLISH } from "../../domain/wording/english.ts";
import { httpHandler } from "../../functions/framework/http.ts";
import { page } from "../../functions/answer-mail/page.ts";
import { COUNTED_TOGETHER, READS_PER_MINUTE, readQuota } from "../../functions/framework/read-quota.ts";
import { allows } from "../support/iam.ts";
import { request, world } from "../support/world.ts";
import { DAY, memoryWorld, NOW, READ_SETUP, reading } from "../support/reading.ts";

const lead = { email: "leadA@x.org", mfa: false };
const admin = { email: "admin1@x.org", mfa: true };
const DAY_ROUTE = "GET /v1/schools/{school_id}/days/{date}";
const ofA = { route: DAY_ROUTE, path: { school_id: "A", date: DAY } };

describe("an ETag", () => {
  it("is of one caller with one set of grants, and no other is answered 304 for it", async () => {
    const { open } = await memoryWorld();
    let people = READ_SETUP.people ?? [];
    const { ask, seen } = reading({ open, known: async () => ({ ...READ_SETUP, people }) });
    const first = await ask({ ...ofA, identity: lead });
    const etag = String(first.headers["etag"]);
    expect([first.status, etag]).toEqual([200, expect.stringMatching(/^".{22}"$/)]);
    const headers = { "if-none-match": etag };
    expect((await ask({ ...ofA, identity: lead, headers })).status).toBe(304);

    const noted = seen.length;
    const other = await ask({ ...ofA, identity: admin, headers });
    expect([other.status, other.headers["etag"] === etag]).toEqual([200, false]);
    expect(seen.slice(noted)).toContainEqual(
      expect.objectContaining({ who: "person:admin1", school_id: "A" }),
    );

    // with other grants it is given, and noted, anew
    const grant = { role: "provider_user" as const, provider_id: "p2" };
    people = people.map((one) =>
      one.person_id === "leadA" ? { ...one, grants: [...one.grants, grant] } : one,
    );
    expect((await ask({ ...ofA, identity: lead, headers })).status).toBe(200);
  });
});

describe("who reads", () => {
  it("asks 600 times a minute, then after Retry-After, and takes nothing from anybody else", async () => {
    const { open } = await memoryWorld();
    const quotas = new InMemoryQuotaStore();
    let now = new Date("2026-03-04T18:00:20Z");
    // two running functions share the count
    const doors = [1, 2].map(() => reading({ open, quota: readQuota(quotas), clock: () => now }));
    const get = async (identity: object, at: number) =>
      doors[at % 2]
        ?.ask({ route: "GET /v1/me", identity })
        .then(({ status, headers }) => [status, headers["retry-after"]]);
    for (let at = 0; at < READS_PER_MINUTE; at += 1) expect(await get(lead, at)).toEqual([200, undefined]);
    let refused = 0;
    for (let at = 0; at < 2 * COUNTED_TOGETHER; at += 1) if ((await get(lead, at))?.[0] === 429) refused += 1;
    expect(refused).toBeGreaterThan(0);
    for (let at = 0; at < COUNTED_TOGETHER; at += 1) await get(lead, 0);
    expect(await get(lead, 0)).toEqual([429, "40"]);
    expect(await get(admin, 0)).toEqual([200, undefined]);
    now = new Date("2026-03-04T18:01:00Z");
    expect(await get(lead, 0)).toEqual([200, undefined]);
  });

  it("as a provider's system has one count for what it reads back and for what it reads of itself", async () => {
    let wait: number | undefined = 40;
    const callers: string[] = [];
    const here = world({ readQuota: async (caller) => (callers.push(caller), wait) });
    const get = { ...request(""), routeKey: "GET /v1/schools/{school_id}/sessions/{session_id}" };
    const asked = { ...get, pathParameters: { school_id: "A", session_id: "none" } };
    const { statusCode, headers } = await here.raw(asked);
    expect([statusCode, headers?.["retry-after"], callers]).toEqual([429, "40", ["provider:north-star"]]);
    wait = undefined;
    expect((await here.raw(asked)).statusCode).toBe(404);
  });

  it("is counted without a write while she reads a page", async () => {
    let writes = 0;
    const quota = readQuota({ add: async (_, events) => ((writes += 1), events) });
    for (let at = 1; at < COUNTED_TOGETHER; at += 1) await quota("person:a", NOW);
    expect(writes).toBe(0);
    await quota("person:a", NOW);
    expect(writes).toBe(1);
  });
});

describe("a report as CSV", () => {
  it("holds no formula, whatever a school is called", async () => {
    const { open, setup } = await memoryWorld();
    const school = { ...READ_SETUP.schools[0]!, school_id: "=cmd|A" };
    const known = { ...READ_SETUP, schools: [school] };
    await setup.putRoster([{ school_id: school.school_id, student_id: "1" }]);
    const { ask } = reading({ open, known: async () => known });
    const report = await ask({ route: "GET /v1/reports/dosage", identity: admin });
    const { export: link } = JSON.parse(report.body) as { export: string };
    const token = link.split("/").at(-1) ?? "";
    const { status, body } = await ask({ route: "GET /v1/exports/{token}", path: { token } });
    expect([status, body.includes("\n'=cmd|A,D1,"), body.includes("\n=cmd")]).toEqual([200, true, false]);
  });
});

describe("a session of the database", () => {
  const config = { tableArn: "arn:table", keyArn: "arn:key", tableName: "table" };
  it("refuses what names no partition, and what names another", () => {
    const policy = sessionPolicy(schoolPartitions("A", "totals"), config);
    const may = (leadingKeys: string[] | undefined) =>
      allows(policy, { action: "dynamodb:Query", leadingKeys });
    expect([may(["VIEW#A"]), may(["VIEW#B"]), may(["VIEW#A", "VIEW#B"]), may(undefined)]).toEqual([
      true,
      false,
      false,
      false,
    ]);
  });

  it("is asked for 15 minutes, and used again for ten of them", async () => {
    const sts = mockClient(STSClient);
    sts.on(AssumeRoleCommand).resolves({ Credentials: undefined });
    let now = 0;
    const open = readerSessions({ sts: new STSClient({}), roleArn: "arn:role", config, now: () => now });
    const asked = async () => {
      await open(schoolPartitions("A", "totals"), "person:a");
      return sts.commandCalls(AssumeRoleCommand).length;
    };
    expect(await asked()).toBe(1);
    expect(sts.commandCalls(AssumeRoleCommand)[0]?.args[0].input.DurationSeconds).toBe(900);
    now = 10 * 60_000 - 1;
    expect(await asked()).toBe(1);
    now = 10 * 60_000;
    expect(await asked()).toBe(2);
  });
});

describe("what is written into a page or a mail", () => {
  const HOSTILE = `"><img src=x onerror='alert(1)'>&`;
  it("stays a text, within an element and within an attribute", () => {
    expect(escape(HOSTILE)).toBe("&quot;&gt;&lt;img src=x onerror=&#39;alert(1)&#39;&gt;&amp;");
    const { body = "" } = page(ENGLISH, 200, {
      ...{ title: HOSTILE, about: [{ text: HOSTILE, href: HOSTILE }, { text: HOSTILE }], fault: HOSTILE },
      ...{
        form: { button: HOSTILE, note: HOSTILE, written: HOSTILE },
        next: { href: HOSTILE, text: HOSTILE },
      },
    });
    expect(body.split(escape(HOSTILE)).length - 1).toBe(10);
    expect([body.includes("<img"), body.includes("onerror='")]).toEqual([false, false]);
  });
});

describe("a door whose database takes nothing", () => {
  const fullDisk = () =>
    Object.assign(new Error("disk full"), { name: "Unknown", $metadata: { httpStatusCode: 500 } });
  it.each([
    ["a full disk", fullDisk, 503, "5"],
    ["throttling", () => Object.assign(new Error(), { name: "ThrottlingException" }), 503, "5"],
    ["a broken connection", () => Object.assign(new Error(), { code: "ECONNREFUSED" }), 503, "5"],
    ["a fault of our own", () => new TypeError("x is undefined"), 500, undefined],
    [
      "what it refuses for good",
      () => Object.assign(new Error(), { name: "ValidationException", $metadata: { httpStatusCode: 400 } }),
      500,
      undefined,
    ],
  ])("says of %s whether to come again", async (_, fault, status, after) => {
    const lines: unknown[] = [];
    const handle = httpHandler({
      ...{ service: "s", log: (line) => void lines.push(line), clock: () => NOW },
      handle: () => Promise.reject(fault()),
    });
    const answer = await handle(request({}), {} as never);
    expect([answer.statusCode, answer.headers?.["retry-after"]]).toEqual([status, after]);
    expect(lines).toMatchObject([{ event: "failed", status }]);
  });
});

describe("an id", () => {
  it.each([
    ["a zero-width space", "12\u200B34"],
    ["a zero-width joiner", "12\u200D34"],
    ["a word joiner", "12\u206034"],
    ["a byte order mark", "12\uFEFF34"],
    ["a soft hyphen", "12\u00AD34"],
    ["a mark that turns the direction", "12\u202E34"],
    ["an isolate", "12\u206634"],
    ["an Arabic letter mark", "12\u061C34"],
    ["a variation selector", "12\uFE0F34"],
    ["a filler", "12\u316434"],
    ["a line separator", "12\u202834"],
    ["a tag", "12\u{E0041}34"],
  ])("with %s is refused, because two that read alike would be two students", (_, id) => {
    expect(Id.safeParse(id).error?.issues[0]?.message).toContain("nobody sees");
  });

  it.each(["0016740395", "a-b_c.d:e", "José-12", "学生42", "شاگرد"])("such as %s is taken", (id) => {
    expect(Id.parse(id)).toBe(id.normalize("NFC"));
  });
});
