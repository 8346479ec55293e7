import { CloudEvent, HTTP, Mode } from "cloudevents";
import { request as rawRequest } from "node:http";
import { setTimeout as sleep } from "node:timers/promises";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { keyIdOf, newKey } from "../../adapters/provider-key-store.ts";
import { unpack } from "../../domain/summary-packing.ts";
import { completed, scheduled, voided } from "../support/world.ts";
import { testStack, type TestStack } from "../support/stack.ts";

let place: TestStack;
const SCHOOL = "631930";

beforeAll(async () => {
  place = await testStack();
  await place.target.setup.put({
    districts: [{ district_id: "D" }],
    schools: [{ school_id: SCHOOL, district_id: "D", time_zone: "America/Denver" }],
    programs: [],
    providers: [{ provider_id: "other", contracts: [{}] }],
    contacts: [],
  });
});
afterAll(async () => place.close());

type Sent = { headers?: Record<string, string>; body: string; key?: string | undefined };

async function post({ headers = {}, body, key = place.key }: Sent) {
  const authorization = { authorization: `Bearer ${key}` };
  const response = await fetch(`${place.target.apiUrl}/v1/events`, {
    method: "POST",
    headers: { "content-type": "application/json", ...authorization, ...headers },
    body,
  });
  return {
    status: response.status,
    type: response.headers.get("content-type"),
    json: (await response.json()) as Record<string, unknown>,
  };
}

async function addKey(entry: { provider_id?: string; expires_at?: string } = {}): Promise<string> {
  const key = newKey();
  const created_at = new Date().toISOString();
  await place.target.providerKeys.put(key, {
    key_id: keyIdOf(key),
    provider_id: "local",
    created_at,
    ...entry,
  });
  return key;
}

const get = (path: string, key?: string) =>
  fetch(`${place.target.apiUrl}${path}`, {
    headers: key === undefined ? {} : { authorization: `Bearer ${key}` },
  });

describe("the cloudevents client of npm", () => {
  const event = (session_id: string) => {
    const { source, type, data } = completed({ session_id });
    return new CloudEvent({
      id: session_id,
      source,
      type,
      data,
      time: "2026-03-02T18:00:00.000Z",
      traceparent: "00-1-2-03",
    });
  };
  const sent = (message: { headers: unknown; body: unknown }): Sent => ({
    headers: Object.fromEntries(
      Object.entries(message.headers as Record<string, unknown>).map(([name, value]) => [
        name,
        String(value),
      ]),
    ),
    body: String(message.body),
  });

  it("is understood in structured mode", async () => {
    expect(await post(sent(HTTP.structured(event("structured"))))).toMatchObject({
      status: 202,
      json: { result: "accepted", id: "structured" },
    });
  });

  it("is understood in binary mode, and says the same", async () => {
    expect(await post(sent(HTTP.binary(event("binary"))))).toMatchObject({
      status: 202,
      json: { result: "accepted", id: "binary" },
    });
    expect(await post(sent(HTTP.structured(event("binary"))))).toMatchObject({
      status: 200,
      json: { result: "duplicate" },
    });
  });

  it("is understood in batch mode", async () => {
    const body = JSON.stringify([event("batch-1"), event("batch-2"), event("binary")]);
    expect(Mode.BATCH).toBe("batch");
    const answer = await post({
      headers: { "content-type": "application/cloudevents-batch+json; charset=UTF-8" },
      body,
    });
    expect(answer.status).toBe(200);
    expect(answer.json["results"]).toMatchObject([
      { result: "accepted" },
      { result: "accepted" },
      { result: "duplicate" },
    ]);
  });
});

describe("keys of providers", () => {
  const body = JSON.stringify(completed({ session_id: "keys" }));

  it.each<[string, () => Promise<string>]>([
    ["wrong", async () => "rck_wrong"],
    ["expired", () => addKey({ expires_at: "2026-01-01T00:00:00.000Z" })],
    [
      "revoked",
      async () => {
        const key = await addKey();
        expect(await place.target.providerKeys.revoke(keyIdOf(key), new Date())).toBe(true);
        return key;
      },
    ],
  ])("that are %s are answered with a problem", async (_, make) => {
    const answer = await post({ body, key: await make() });
    expect(answer).toMatchObject({
      status: 401,
      type: "application/problem+json",
      json: { type: "urn:rollcall:problem:unauthorized" },
    });
  });

  it("that are missing are refused by the gateway in its own words", async () => {
    const response = await fetch(`${place.target.apiUrl}/v1/events`, {
      method: "POST",
      body,
      headers: { "content-type": "application/json" },
    });
    expect([response.status, await response.json()]).toEqual([401, { message: "Unauthorized" }]);
  });

  it("work beside each other for one provider, and are never stored", async () => {
    const key = await addKey();
    expect((await post({ body, key })).json["result"]).toBe("accepted");
    expect((await post({ body })).json["result"]).toBe("duplicate");
    expect(JSON.stringify(await place.target.providerKeys.list())).not.toContain(key);
  });

  it("decide whose session it is, whatever the body says", async () => {
    const other = await addKey({ provider_id: "other" });
    const own = JSON.stringify({ ...completed({ session_id: "whose" }), providerid: "local" });
    expect((await post({ body: own, key: other })).json["result"]).toBe("accepted");
    expect((await get(`/v1/schools/${SCHOOL}/sessions/whose`, other)).status).toBe(200);
    const stranger = await get(`/v1/schools/${SCHOOL}/sessions/whose`, place.key);
    expect([stranger.status, stranger.headers.get("content-type")]).toEqual([
      404,
      "application/problem+json",
    ]);
  });
});

describe("the API", () => {
  it("gives a provider its own stored revision back", async () => {
    await post({
      body: JSON.stringify([
        scheduled({ session_id: "mine 1" }),
        completed({ session_id: "mine 1", revision: 3 }),
      ]),
    });
    const response = await get(`/v1/schools/${SCHOOL}/sessions/mine%201`, place.key);
    expect(await response.json()).toMatchObject({
      session_id: "mine 1",
      revision: 3,
      session_status: "completed",
      attendance_date: "2026-03-02",
      data: {
        scheduled_start: "2026-03-02T17:00:00Z",
        students: [{ student_id: "0016740395", minutes_present: 30 }],
      },
    });
    expect(await place.target.audit.open()).toContainEqual(
      expect.objectContaining({
        ...{ who: "provider:local", what: "getSession", school_id: SCHOOL },
        student: await place.target.pseudonym("0016740395"),
      }),
    );
    await post({ body: JSON.stringify(voided({ session_id: "mine 1", revision: 4 })) });
    expect(await (await get(`/v1/schools/${SCHOOL}/sessions/mine%201`, place.key)).json()).toMatchObject({
      revision: 4,
      session_status: "voided",
    });
  });

  it("answers single events with the codes of the reference", async () => {
    const codeOf = async (event: unknown) => (await post({ body: JSON.stringify(event) })).status;
    expect(await codeOf(completed({ session_id: "codes" }))).toBe(202);
    expect(await codeOf(completed({ session_id: "codes" }))).toBe(200);
    expect(await codeOf(scheduled({ session_id: "codes" }))).toBe(200);
    expect(await codeOf(completed({ session_id: "codes", tutor_id: "T9" }))).toBe(409);
    expect(await codeOf(completed({ session_id: "codes", revision: 0 }))).toBe(422);
    expect(await codeOf(completed({ session_id: "codes", school_id: "not-set-up" }))).toBe(202);
  });

  it("keeps events of unknown schools and stores them when the school is set up", async () => {
    const { target } = place;
    const waiting = await post({
      body: JSON.stringify(completed({ session_id: "waits", school_id: "new-school" })),
    });
    expect(waiting.json).toMatchObject({ result: "quarantined", revision: 1 });
    const { releaseQuarantine } = await import("../../adapters/release-quarantine.ts");
    const school = { school_id: "new-school", district_id: "D", time_zone: "America/Denver" };
    await target.setup.put({ districts: [], schools: [school], programs: [], providers: [], contacts: [] });
    expect(
      await releaseQuarantine(target.sessions, await target.setup.all(), {
        isErased: () => false,
        now: new Date(),
      }),
    ).toBe(1);
    expect(
      await target.sessions.get({ school_id: "new-school", provider_id: "local", session_id: "waits" }),
    ).toMatchObject({ day: "2026-03-02" });
    expect(await target.sessions.quarantine.waiting("local", "new-school")).toEqual([]);
  });

  it("acts on the items of a batch in order, and answers each", async () => {
    const events = [
      completed({ session_id: "b" }),
      completed({ session_id: "b", tutor_id: "T2" }),
      { no: "event" },
      completed({ session_id: "b", revision: 2 }),
    ];
    const answer = await post({ body: JSON.stringify(events) });
    expect(answer.status).toBe(207);
    expect(answer.json["results"]).toMatchObject([
      { index: 0, result: "accepted", revision: 1 },
      { index: 1, result: "conflict", revision: 1, problem: { status: 409 } },
      { index: 2, result: "rejected", problem: { status: 422 } },
      { index: 3, result: "accepted", revision: 2 },
    ]);
  });

  it("says that it is well, and what it is, without a key", async () => {
    expect(await (await get("/v1/health")).json()).toEqual({ status: "ok" });
    const reference = (await (await get("/v1/openapi.json")).json()) as {
      openapi: string;
      paths: Record<string, unknown>;
    };
    expect(reference.openapi).toBe("3.1.0");
    expect(Object.keys(reference.paths)).toContain("/v1/events");
    expect((await get("/v1/nothing", place.key)).status).toBe(404);
  });

  it("makes a posted session visible in the summary within a second", async () => {
    const event = completed({ session_id: "seen", scheduled_start: "2026-04-01T10:00:00-06:00" });
    await post({ body: JSON.stringify(event) });
    const day = { school_id: SCHOOL, from: "2026-04-01", to: "2026-04-01" };
    let seen = 0;
    for (let attempt = 0; attempt < 100 && seen === 0; attempt += 1) {
      await sleep(20);
      const [stored] = await place.target.summaries.read(day);
      seen = stored === undefined ? 0 : unpack(stored.packed).student_sessions.length;
    }
    expect(seen).toBe(1);
  });

  it("logs neither events nor ids of students", () => {
    const logged = place.lines.join("\n");
    expect(logged).toContain('"event":"request"');
    for (const secret of ["0016740395", "attendance_status", "mine 1", SCHOOL])
      expect(logged).not.toContain(secret);
  });
});

describe("the local gateway", () => {
  /** A request with repeated and mixed-case headers, which fetch would not send. */
  const plain = (headers: Record<string, string | string[]>, body: string): Promise<number> =>
    new Promise((resolve, reject) => {
      const url = new URL(`${place.target.apiUrl}/v1/events`);
      const call = rawRequest(
        url,
        { method: "POST", headers: { ...headers, "content-length": Buffer.byteLength(body) } },
        (response) => {
          response.resume();
          resolve(response.statusCode ?? 0);
        },
      );
      call.on("error", reject);
      call.end(body);
    });

  it("lower-cases the names of headers", async () => {
    const body = JSON.stringify(completed({ session_id: "headers" }));
    expect(
      await plain({ AUTHORIZATION: `Bearer ${place.key}`, "Content-Type": "application/json" }, body),
    ).toBe(202);
  });

  it("hands bodies of other types on in base64, which the handler reads", async () => {
    const body = JSON.stringify(completed({ session_id: "base64" }));
    expect((await post({ body, headers: { "content-type": "application/cloudevents+json" } })).status).toBe(
      202,
    );
  });

  it("refuses bodies of more than 10 MB itself, and the handler those of more than 1 MB", async () => {
    const large = await post({ body: `["${"x".repeat(1_100_000)}"]` });
    expect([large.status, large.type]).toEqual([413, "application/problem+json"]);
    const huge = await post({ body: "x".repeat(10 * 1024 * 1024 + 1) });
    expect([huge.status, huge.json]).toEqual([413, { message: "Request Entity Too Large" }]);
  });
});
