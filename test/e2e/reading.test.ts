import { Ajv2020 } from "ajv/dist/2020.js";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { keyIdOf, newKey } from "../../adapters/provider-key-store.ts";
import { Setup } from "../../domain/setup.ts";
import { openApiDocument } from "../../build/openapi/document.ts";
import { tokenOf } from "../support/http.ts";
import { completed } from "../support/world.ts";
import { testStack, type TestStack } from "../support/stack.ts";
import { until } from "../support/inbox.ts";

let place: TestStack;
const SCHOOL = "631930";
const DAY = "2026-03-02";
const school = (school_id: string) => ({ school_id, district_id: "D", time_zone: "America/Denver" });

beforeAll(async () => {
  place = await testStack();
  const { target } = place;
  await target.setup.put(
    Setup.parse({
      districts: [{ district_id: "D" }],
      schools: [school(SCHOOL), school("2")],
      programs: [],
      providers: [{ provider_id: "north-star", contracts: [{}] }],
      people: [
        { person_id: "lead", email: "lead@x.org", grants: [{ role: "site_lead", school_ids: [SCHOOL] }] },
        { person_id: "admin", email: "admin@x.org", grants: [{ role: "district_admin", district_id: "D" }] },
      ],
    }),
  );
  const students = Array.from({ length: 25 }, (_, number) => `S-${String(number).padStart(2, "0")}`);
  await target.setup.putRoster(students.map((student_id) => ({ school_id: SCHOOL, student_id })));
  const present = (student_id: string) => ({ student_id, attendance_status: "present" });
  const session = completed({ session_id: "e2e", students: students.map(present) });
  const response = await fetch(`${target.apiUrl}/v1/events`, {
    method: "POST",
    headers: { "content-type": "application/json", authorization: `Bearer ${place.key}` },
    body: JSON.stringify(session),
  });
  expect(response.status).toBe(202);
  await until(
    () => target.summaries.read({ school_id: SCHOOL, from: DAY, to: DAY }),
    (stored) => stored.length > 0,
  );
});
afterAll(async () => place.close());

const token = (email: string, more?: Record<string, string>) => tokenOf(place, email, more);
const get = (path: string, bearer: string, headers: Record<string, string> = {}) =>
  fetch(`${place.target.apiUrl}${path}`, { headers: { authorization: `Bearer ${bearer}`, ...headers } });

const document = openApiDocument();
/** Whether an answer is what the API's reference says. */
function isAsWritten(path: string, body: unknown): unknown {
  const ajv = new Ajv2020({ strict: false, validateFormats: false });
  ajv.addSchema({ $id: "api", ...(JSON.parse(JSON.stringify(document)) as object) });
  const pointer = path.replaceAll("~", "~0").replaceAll("/", "~1");
  const ref = `api#/paths/${encodeURI(pointer)}/get/responses/200/content/application~1json/schema`;
  const validate = ajv.compile({ $ref: ref });
  return validate(body) ? true : validate.errors;
}

describe("reading over HTTP", () => {
  it("answers each route as the reference says, to who may see it", async () => {
    const lead = await token("lead@x.org");
    const admin = await token("admin@x.org", { mfa: "true" });
    const at = `/v1/schools/${SCHOOL}`;
    for (const [path, route, bearer] of [
      ["/v1/me", "/v1/me", lead],
      ["/v1/districts/D/overview", "/v1/districts/{district_id}/overview", admin],
      [`${at}/days/${DAY}`, "/v1/schools/{school_id}/days/{date}", lead],
      ["/v1/districts/D/version", "/v1/districts/{district_id}/version", admin],
      [`${at}/version`, "/v1/schools/{school_id}/version", lead],
      [`${at}/settings`, "/v1/schools/{school_id}/settings", lead],
      [`${at}/weeks`, "/v1/schools/{school_id}/weeks", lead],
      [`${at}/weeks/2026-W10`, "/v1/schools/{school_id}/weeks/{week}", lead],
      [`${at}/students`, "/v1/schools/{school_id}/students", lead],
      [`${at}/students/S-03`, "/v1/schools/{school_id}/students/{student_id}", lead],
      [`${at}/alerts`, "/v1/schools/{school_id}/alerts", lead],
      [
        "/v1/providers/local/quality?from=2026-03-01&to=2026-03-05",
        "/v1/providers/{provider_id}/quality",
        admin,
      ],
      ["/v1/providers/local/version", "/v1/providers/{provider_id}/version", admin],
      ["/v1/reports/dosage", "/v1/reports/dosage", admin],
      ["/v1/audit", "/v1/audit", admin],
    ] as const) {
      const response = await get(path, bearer);
      const body: unknown = await response.json();
      expect([path, response.status]).toEqual([path, 200]);
      expect([path, isAsWritten(route, body)]).toEqual([path, true]);
      const again = await get(path, bearer, { "if-none-match": response.headers.get("etag") ?? "" });
      expect([path, again.status]).toEqual([path, 304]);
    }
    const refused = await get(`/v1/schools/2/students`, lead);
    expect([refused.status, refused.headers.get("content-type")]).toEqual([404, "application/problem+json"]);
  });

  it("pages through a list, each student once, and refuses a cursor elsewhere", async () => {
    const lead = await token("lead@x.org");
    const seen: string[] = [];
    let cursor = "";
    do {
      const query = new URLSearchParams({ limit: "10", ...(cursor && { cursor }) });
      const response = await get(`/v1/schools/${SCHOOL}/students?${query.toString()}`, lead);
      const page = (await response.json()) as { items: { student_id: string }[]; next?: string };
      expect(response.status).toBe(200);
      seen.push(...page.items.map(({ student_id }) => student_id));
      cursor = page.next ?? "";
    } while (cursor !== "");
    expect([seen.length, new Set(seen).size]).toEqual([25, 25]);
    const first = await get(`/v1/schools/${SCHOOL}/students?limit=10`, lead);
    const { next = "" } = (await first.json()) as { next?: string };
    const elsewhere = await get(
      `/v1/schools/${SCHOOL}/alerts?${new URLSearchParams({ cursor: next }).toString()}`,
      lead,
    );
    expect(elsewhere.status).toBe(410);
  });

  it("knows nobody without a token, with another pool's, or whose grant is gone; an admin needs a second factor", async () => {
    const status = async (bearer: string, path = "/v1/me") => (await get(path, bearer)).status;
    expect(await status("x")).toBe(401);
    const lead = await token("lead@x.org");
    expect(await status(lead)).toBe(200);
    const [head = "", , mac = ""] = lead.split(".");
    const claims = Buffer.from(JSON.stringify({ rollcall_email: "admin@x.org" })).toString("base64url");
    expect(await status(`${head}.${claims}.${mac}`)).toBe(401);
    // somebody who signed in is told so, and not asked to sign in again
    const stranger = await get("/v1/me", await token("stranger@x.org"));
    expect([stranger.status, ((await stranger.json()) as { type: string }).type]).toEqual([
      403,
      "urn:rollcall:problem:no-access",
    ]);
    const weak = await get("/v1/districts/D/overview", await token("admin@x.org"));
    expect([weak.status, ((await weak.json()) as { type: string }).type]).toEqual([
      403,
      "urn:rollcall:problem:second-factor",
    ]);
    const key = newKey();
    const created_at = new Date().toISOString();
    await place.target.providerKeys.put(key, { key_id: keyIdOf(key), provider_id: "north-star", created_at });
    expect(await status(key)).toBe(200);
    expect(await status(key, "/v1/providers/local/quality")).toBe(404);
  });

  it("gives a report to a browser by a signed link, and takes an answer to an alert", async () => {
    const admin = await token("admin@x.org", { mfa: "true" });
    const report = (await (await get("/v1/reports/dosage?school_id=631930", admin)).json()) as {
      export: string;
      students_tutored: number;
    };
    expect(report.students_tutored).toBe(25);
    const csv = await fetch(report.export);
    expect([csv.status, csv.headers.get("content-type")]).toEqual([200, "text/csv; charset=utf-8"]);
    expect(await csv.text()).toContain("631930,D,25,25,25,750");
    expect((await fetch(`${report.export}x`)).status).toBe(410);
    await place.target.alerts.write({
      school_id: SCHOOL,
      id: "student-missed-sessions#S-03#2026-03-02",
      rule: "student-missed-sessions",
      subject: "S-03",
      provider_ids: ["local"],
      first_day: DAY,
      state: "open",
      history: [{ at: new Date().toISOString(), step: "opened" }],
      facts: {},
      version: 1,
    });
    const lead = await token("lead@x.org");
    const id = encodeURIComponent("student-missed-sessions#S-03#2026-03-02");
    const url = `${place.target.apiUrl}/v1/schools/${SCHOOL}/alerts/${id}`;
    const post = (what: string, body: unknown) =>
      fetch(`${url}/${what}`, {
        method: "POST",
        headers: { authorization: `Bearer ${lead}`, "content-type": "application/json" },
        body: JSON.stringify(body),
      });
    const answered = (await (await post("acknowledge", { note: "called home" })).json()) as {
      standing: string;
    };
    expect(answered.standing).toBe("acknowledged");
    expect((await post("snooze", { until: "yesterday" })).status).toBe(400);
    const [alert] = await place.target.alerts.current(SCHOOL);
    expect(alert?.history.at(-1)).toMatchObject({
      step: "acknowledged",
      by: "person:lead",
      note: "called home",
    });
    expect((await post("snooze", { until: "2099-01-04", note: "call 303-555-0123" })).status).toBe(400);
    expect(((await (await post("reopen", {})).json()) as { standing: string }).standing).toBe("open");
    const steps = (await place.target.alerts.current(SCHOOL))[0]?.history.map(({ step }) => step);
    expect(steps).toEqual(["opened", "acknowledged", "reopened"]);
  });

  it("lets nobody in within a minute who was taken out of the set-up", { timeout: 120_000 }, async () => {
    const lead = await token("lead@x.org");
    expect((await get("/v1/me", lead)).status).toBe(200);
    await place.target.setup.remove([{ list: "people", id: "lead" }]);
    const path = `/v1/schools/${SCHOOL}/students/S-01`;
    // several at once: each running function remembers for itself
    const isOut = async () => {
      const answers = await Promise.all(["/v1/me", path, "/v1/me", path].map((one) => get(one, lead)));
      return answers.every(({ status }) => status === 403);
    };
    const began = Date.now();
    // half a minute each
    for (let round = 0; round < 3 && !(await isOut()); round += 1) await until(isOut, (out) => out);
    expect(Date.now() - began).toBeLessThan(70_000);
  });
});
