import { describe, expect, it } from "vitest";
import { readContent } from "../../domain/session-content.ts";
import { BAD_BODIES, BAD_EVENTS } from "../support/bad-events.ts";
import { AWKWARD } from "../support/awkward-events.ts";
import { canceled, completed, request, scheduled, voided, world } from "../support/world.ts";

/** After every session of these events: a completed session lies in the past. */
const LATER = new Date("2100-01-02T12:00:00Z");

type Problem = {
  type: string;
  title: string;
  status: number;
  detail: string;
  errors?: { pointer: string; detail: string }[];
};
type Item = { index: number; result: string; problem?: Problem };

function goodOf(type: string | undefined) {
  if (type === "tutoring.session.scheduled") return scheduled({ revision: 1 });
  if (type === "tutoring.session.canceled") return canceled({ revision: 1 });
  if (type === "tutoring.session.voided") return voided({ revision: 1 });
  return completed({ revision: 1 });
}

function textOf({ type, change, text }: (typeof BAD_EVENTS)[number]): string {
  const event = structuredClone(goodOf(type)) as unknown as Parameters<NonNullable<typeof change>>[0];
  change?.(event);
  const whole = JSON.stringify(event);
  return text?.(whole) ?? whole;
}

describe(`${BAD_EVENTS.length} events that break the contract`, () => {
  it("are at least 120 together with the bodies that hold none", () => {
    expect(BAD_EVENTS.length + BAD_BODIES.length).toBeGreaterThanOrEqual(120);
    expect(new Set(BAD_EVENTS.map(({ name }) => name)).size).toBe(BAD_EVENTS.length);
  });

  it.each(BAD_EVENTS.map((bad) => [bad.name, bad] as const))(
    "%s: is rejected with the place, and nothing is stored",
    async (_, bad) => {
      const place = world();
      const text = textOf(bad);
      expect(text).not.toBe(JSON.stringify(goodOf(bad.type)));
      const single = await place.raw(request(text));
      expect(single.statusCode).toBe(422);
      expect(single.headers?.["content-type"]).toBe("application/problem+json");
      const problem = JSON.parse(single.body ?? "") as Problem;
      expect(problem.errors?.map(({ pointer }) => pointer)).toContain(bad.pointer);
      const batch = await place.raw(request(`[${text}]`));
      expect(batch.statusCode).toBe(207);
      const { results } = JSON.parse(batch.body ?? "") as { results: Item[] };
      expect(results[0]).toMatchObject({
        index: 0,
        result: "rejected",
        problem: { status: 422, errors: problem.errors },
      });
      expect(place.sessions.facts.size).toBe(0);
      expect(place.stream.records).toEqual([]);
    },
  );

  it("never repeat what was sent, in an answer or in a log", async () => {
    const secret = "Ada-Lovelace";
    for (const bad of BAD_EVENTS.filter(({ change }) => change)) {
      const place = world();
      const text = textOf(bad).replaceAll("0016740395", secret).replaceAll("went well", secret);
      const answer = await place.raw(request(text));
      expect(`${answer.body}${JSON.stringify(place.lines)}`).not.toContain(secret);
    }
  });
});

describe("a body made of repeated keys", () => {
  it.each([
    ["side by side", `{${Array.from({ length: 100_000 }, () => '"a":0').join(",")}}`],
    ["within each other", `${'{"a":0,"a":'.repeat(20_000)}0${"}".repeat(20_000)}`],
  ])("%s is rejected by an answer that is no larger than it", async (_, body) => {
    const answer = await world().raw(request(body));
    expect(answer.statusCode).toBe(422);
    expect(answer.body?.length).toBeLessThan(50_000);
  });
});

describe(`${BAD_BODIES.length} bodies that hold no events`, () => {
  it.each(BAD_BODIES.map((bad) => [bad.name, bad] as const))(
    "%s: is answered with a problem",
    async (_, bad) => {
      const place = world();
      const event = request(bad.body, undefined, bad.contentType ?? "application/json");
      const answer = await place.raw({ ...event, isBase64Encoded: bad.base64 ?? false });
      expect(answer.statusCode).toBe(bad.status);
      const problem = JSON.parse(answer.body ?? "") as Problem;
      expect(problem).toMatchObject({
        status: bad.status,
        type: expect.stringMatching(/^urn:rollcall:problem:/) as string,
      });
      expect(problem.detail.length).toBeGreaterThan(10);
      expect(place.sessions.facts.size).toBe(0);
    },
  );
});

describe(`${AWKWARD.length} events that are valid but awkward`, () => {
  it("are at least 80", () => {
    expect(AWKWARD.length).toBeGreaterThanOrEqual(80);
  });

  it.each(AWKWARD.map((awkward) => [awkward.name, awkward] as const))(
    "%s: is stored on its day with its minutes",
    async (_, awkward) => {
      const place = world({ clock: () => LATER, zone: () => awkward.zone ?? "America/Denver" });
      const answer = await place.raw(request(JSON.stringify(awkward.event)));
      expect([answer.statusCode, answer.body]).toEqual([202, expect.stringContaining('"accepted"')]);
      const [record] = [...place.sessions.facts.values()];
      expect(record?.day).toBe(awkward.day);
      const students = readContent(record?.content ?? "")?.students ?? [];
      expect(students.reduce((sum, { minutes_present }) => sum + minutes_present, 0)).toBe(awkward.minutes);
    },
  );

  it("include a byte order mark and escapes in the body", async () => {
    const place = world();
    const event = completed({ students: [{ student_id: "é", attendance_status: "present" }] });
    expect((await place.raw(request(`\ufeff${JSON.stringify(event)}`))).statusCode).toBe(202);
    const escaped = JSON.stringify(event)
      .replace("é", "e\\u0301")
      .replace('"session_id"', '"s\\u0065ssion_id"');
    expect((await place.raw(request(escaped))).body).toContain('"duplicate"');
  });

  it("include numbers in other notations", async () => {
    const place = world();
    const text = JSON.stringify(completed({ revision: 1 }))
      .replace('"revision":1', '"revision":1e3')
      .replace('"minutes_present":30', '"minutes_present":3.0e1');
    expect((await place.raw(request(text))).body).toContain('"revision":1000');
  });
});
