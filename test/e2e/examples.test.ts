import { execFile } from "node:child_process";
import { readFileSync, rmSync, writeFileSync } from "node:fs";
import { createServer } from "node:http";
import { join } from "node:path";
import { promisify } from "node:util";
import { gzipSync } from "node:zlib";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { checkText } from "../../cli/check-command.ts";
import { rollcall } from "../../cli/commands.ts";
import { Setup } from "../../domain/setup.ts";
import { API_EXAMPLES } from "../../build/openapi/examples.ts";
import { referenceHtml } from "../../build/reference-page.ts";
import { openApiDocument } from "../../build/openapi/document.ts";
import { until } from "../support/inbox.ts";
import { postAll, tokenOf } from "../support/http.ts";
import { temporaryFolder, testStack, type TestStack } from "../support/stack.ts";
import { completed, scheduled } from "../support/world.ts";

const run = promisify(execFile);
const GUIDE = readFileSync(join(import.meta.dirname, "..", "..", "docs", "provider-guide.md"), "utf8");
const blocks = (language: string) =>
  [...GUIDE.matchAll(new RegExp(`\`\`\`${language}\n([\\s\\S]*?)\`\`\``, "g"))].map(([, text = ""]) => text);
const SCHOOL = "631930";

let place: TestStack;
let env: NodeJS.ProcessEnv;
beforeAll(async () => {
  place = await testStack();
  const { target } = place;
  await target.setup.put(
    Setup.parse({
      districts: [{ district_id: "0100" }],
      schools: [{ school_id: SCHOOL, district_id: "0100", time_zone: "America/Denver" }],
      people: [
        {
          person_id: "admin",
          email: "admin@x.org",
          grants: [{ role: "district_admin", district_id: "0100" }],
        },
      ],
    }),
  );
  await target.setup.putRoster([{ school_id: SCHOOL, student_id: "0016740395" }]);
  await target.alerts.write({
    school_id: SCHOOL,
    id: "student-missed-sessions#0016740395#2026-01-20",
    rule: "student-missed-sessions",
    subject: "0016740395",
    provider_ids: ["local"],
    first_day: "2026-01-20",
    state: "open",
    history: [{ at: "2026-01-20T20:00:00.000Z", step: "opened" }],
    facts: {},
    version: 1,
  });
  const TOKEN = await tokenOf(place, "admin@x.org", { mfa: "true" });
  env = { ...process.env, API: target.apiUrl, KEY: place.key, TOKEN };
});
afterAll(async () => place.close());

describe("the API's reference", () => {
  it("has an example of every route that a developer calls", () => {
    const operations = Object.values(openApiDocument().paths ?? {}).flatMap((item) =>
      Object.values(item as Record<string, { operationId: string }>).map(({ operationId }) => operationId),
    );
    const shown = new Set(API_EXAMPLES.map(({ operation }) => operation));
    // pressed by a browser, signed over its bytes, or made by an answer
    const others = operations.filter((one) => /^(show|press)|postWebhook|getExport/.test(one));
    expect(operations.filter((one) => !shown.has(one)).sort()).toEqual(others.sort());
  });

  it(
    "shows examples that do what they say, run one after another as they stand",
    { timeout: 120_000 },
    async () => {
      for (const { title, shell, status } of API_EXAMPLES) {
        const { stdout } = await run("sh", ["-c", shell], { env });
        expect([title, stdout.slice(-3)]).toEqual([title, String(status)]);
      }
    },
  );

  it("is one page without a script or anything from elsewhere, 60 KB at most", () => {
    const html = referenceHtml();
    console.log(`reference: ${(gzipSync(html).length / 1024).toFixed(1)} KB gzipped`);
    expect(gzipSync(html).length).toBeLessThan(60 * 1024);
    expect(html).not.toMatch(/<script|style=|src="https?:/);
    const ids = new Set([...html.matchAll(/ id="(\w+)"/g)].map(([, id]) => id));
    const links = [...html.matchAll(/href="#(\w+)"/g)].map(([, id]) => id);
    expect(links.filter((id) => !ids.has(id))).toEqual([]);
    expect(links.length).toBeGreaterThan(20);
  });

  it("is served under the pages' policy", async () => {
    const response = await fetch(`${place.target.apiUrl}/reference.html`);
    expect([response.status, response.headers.get("content-security-policy")]).toEqual([
      200,
      expect.stringContaining("default-src 'none'"),
    ]);
  });
});

describe("the provider's guide", () => {
  const stored = (session_id: string) =>
    until(
      () => place.target.sessions.get({ school_id: SCHOOL, provider_id: "local", session_id }),
      (record) => record !== undefined,
    );
  it("gets an event accepted with curl, in ten lines", async () => {
    const [block = ""] = blocks("sh");
    expect(block.trim().split("\n").length).toBeLessThanOrEqual(10);
    const { stdout } = await run("sh", ["-c", block], { env });
    expect(stdout).toContain('"result":"accepted"');
    expect(await stored("guide-curl")).toBeDefined();
  });

  it("gets an event accepted with the CloudEvents SDK for JavaScript, in ten lines", async () => {
    const [block = ""] = blocks("js");
    expect(block.trim().split("\n").length).toBeLessThanOrEqual(10);
    // beside node_modules, as in a project of one's own
    const file = join(import.meta.dirname, "..", "..", ".rollcall", "guide.mjs");
    writeFileSync(file, block);
    const { stdout } = await run(process.execPath, [file], { env });
    rmSync(file);
    expect(stdout).toContain("accepted");
    expect(await stored("guide-js")).toBeDefined();
  });

  it("gets an event accepted with Python, in ten lines", async () => {
    const [block = ""] = blocks("python");
    expect(block.trim().split("\n").length).toBeLessThanOrEqual(10);
    const { stdout } = await run("python3", ["-c", block], { env });
    expect(stdout).toContain('"result":"accepted"');
    expect(await stored("guide-py")).toBeDefined();
  });
});

describe("rollcall provider check", () => {
  const levelOf = (events: unknown[] | string, check: string) =>
    checkText(typeof events === "string" ? events : JSON.stringify(events)).results.find(
      (one) => one.check === check,
    )?.level;
  const student = (more: object) => ({ student_id: "0016740395", attendance_status: "present", ...more });

  it("passes what is right, and what it passes is accepted", async () => {
    const session_id = "check-1";
    const good = [
      { ...(scheduled({ session_id, students: [{ student_id: "0016740395" }] }) as object), id: "a" },
      completed({ session_id }, { id: "b" }),
    ];
    const { results, events } = checkText(JSON.stringify(good));
    expect([events, results.filter(({ level }) => level !== "pass")]).toEqual([
      2,
      // nobody said whose events they are
      [expect.objectContaining({ check: "schools, programs and contracts", level: "skip" })],
    ]);
    expect(await postAll(place, good)).toEqual(["accepted", "accepted"]);
  });

  it.each([
    ["the contract of each event", "fail", [completed({ session_topic: "sports" })]],
    ["no conflict", "fail", [completed({ tutor_id: "T-1" }), completed({ tutor_id: "T-2" })]],
    [
      "unique event ids",
      "warn",
      [completed({ session_id: "1" }, { id: "same" }), completed({ session_id: "2" }, { id: "same" })],
    ],
    ["opaque ids", "fail", [completed({ tutor_id: "Ann Miller" })]],
    ["session ids without students", "warn", [completed({ session_id: "2026-0016740395" })]],
    ["schedules", "warn", [completed()]],
    ["time of day", "warn", [completed({ scheduled_start: "2026-01-20T23:40:00-07:00" })]],
    [
      "minutes of each student",
      "warn",
      [completed({ students: [student({ attendance_status: "late" })], scheduled_duration: 30 })],
    ],
  ])("finds what is wrong with %s", (check, level, events) => {
    expect([check, levelOf(events, check)]).toEqual([check, level]);
  });

  it("reads lines, a file and an address, names where, and fails with what it found", async () => {
    const file = join(temporaryFolder(), "events.ndjson");
    writeFileSync(
      file,
      [completed({ session_topic: "sports" }), completed()].map((one) => JSON.stringify(one)).join("\n"),
    );
    const told: string[] = [];
    const check = (from: string) =>
      rollcall({ out: (text) => void told.push(text), err: () => undefined }).parseAsync([
        "node",
        "rollcall",
        "provider",
        "check",
        from,
      ]);
    await expect(check(file)).rejects.toThrow(/of 10 checks failed/);
    expect(told.join("\n")).toContain("/0/data/session_topic");
    await expect(check("nowhere.json")).rejects.toThrow("nowhere.json cannot be read");
    const server = createServer((_, response) =>
      response.end(JSON.stringify([completed({ session_id: "url" })])),
    );
    await new Promise<void>((done) => server.listen(0, "127.0.0.1", done));
    const { port } = server.address() as { port: number };
    await check(`http://127.0.0.1:${port}/`);
    expect(told.at(-1)).toContain("1 events");
    server.close();
  });
});
