import { describe, expect, it } from "vitest";
import type { Alert } from "../../domain/alert.ts";
import { pack } from "../../domain/summary-packing.ts";
import { CALLERS } from "../support/cells.ts";
import { alertOf, DAY, memoryWorld, NOW, reading, studentOf, type Wanted } from "../support/reading.ts";
import { dayOf, row } from "../support/school.ts";

const lead = CALLERS["site lead"]!.identity;
const OLD = "2025-10-06";
type Answer = { version?: string; changes_at?: string };

async function placeOf(clock = () => NOW) {
  const world = await memoryWorld();
  const { ask, seen } = reading({ open: world.open, stamps: world.stamps, clock });
  const get = async (wanted: Partial<Wanted> & { route: string }) => {
    const answer = await ask({ identity: lead, path: { school_id: "A" }, ...wanted });
    expect(answer.status).toBe(200);
    return JSON.parse(answer.body) as Answer;
  };
  const version = async (query: Record<string, string> = {}) =>
    (await get({ route: "GET /v1/schools/{school_id}/version", query })).version;
  return { ...world, ask, seen, get, version };
}

describe("the version of a school's pages", () => {
  it("is the same while nothing changed, and names nobody", async () => {
    const { version, seen } = await placeOf();
    expect(await version()).toBe(await version());
    expect(seen).toEqual([]);
  });

  it("is another after a change of any day, of an alert, of the roster and of an enrolment", async () => {
    const { version, summaries, alerts, setup } = await placeOf();
    const alert = (await alerts.current("A")).find(({ id }) => id === alertOf("A"))!;
    const changed: Alert = { ...alert, facts: { missed: 3 }, version: alert.version + 1 };
    const summary = pack(dayOf(OLD, [row(OLD, "present")]).summary);
    const changes = [
      () => summaries.write({ school_id: "A", day: OLD }, 0, summary),
      () => alerts.write(changed),
      () => setup.putRoster([{ school_id: "A", student_id: "new" }]),
      () => setup.putEnrolments([{ school_id: "A", student_id: "new", program_id: "math" }]),
    ];
    const seen = [await version()];
    for (const change of changes) {
      await change();
      seen.push(await version());
    }
    expect(new Set(seen).size).toBe(changes.length + 1);
    // another school's does not matter
    await setup.putRoster([{ school_id: "B", student_id: "new" }]);
    expect(await version()).toBe(seen.at(-1));
  });

  it("is another on the next day of the school, though nothing was reported", async () => {
    let now = new Date("2026-03-05T06:59:00Z");
    const { version } = await placeOf(() => now);
    const before = await version();
    // midnight in Denver
    now = new Date("2026-03-05T07:01:00Z");
    expect(await version()).not.toBe(before);
  });

  it("is another once the moment has passed that an answer named: a session's time is over", async () => {
    let now = new Date(`${DAY}T14:00:00Z`);
    const { version, get } = await placeOf(() => now);
    const day = await get({
      route: "GET /v1/schools/{school_id}/days/{date}",
      path: { school_id: "A", date: DAY },
    });
    expect(Date.parse(day.changes_at ?? "")).toBeGreaterThan(now.getTime());
    const query = { changes_at: day.changes_at ?? "" };
    const before = await version(query);
    expect(before).toBe(await version());
    now = new Date(Date.parse(day.changes_at ?? "") - 1000);
    expect(await version(query)).toBe(before);
    now = new Date(Date.parse(day.changes_at ?? ""));
    expect(await version(query)).not.toBe(before);
    const later = await get({
      route: "GET /v1/schools/{school_id}/days/{date}",
      path: { school_id: "A", date: DAY },
    });
    expect(later.changes_at).not.toBe(day.changes_at);
  });

  it("refuses a moment that is none", async () => {
    const { ask } = await placeOf();
    const answer = await ask({
      ...{ route: "GET /v1/schools/{school_id}/version", identity: lead, path: { school_id: "A" } },
      query: { changes_at: "soon" },
    });
    expect([answer.status, answer.body.includes("changes_at")]).toEqual([400, true]);
  });
});

describe("a provider's and a district's version", () => {
  const versionOf = async (
    ask: Awaited<ReturnType<typeof placeOf>>["ask"],
    wanted: Pick<Wanted, "route" | "path">,
  ) => {
    const answer = await ask({ ...wanted, identity: CALLERS["district admin"]!.identity });
    return (JSON.parse(answer.body) as Answer).version;
  };

  it("are others after a refusal, and after a change at one of the schools", async () => {
    const { ask, refusals, setup } = await placeOf();
    const provider = { route: "GET /v1/providers/{provider_id}/version", path: { provider_id: "p1" } };
    const district = { route: "GET /v1/districts/{district_id}/version", path: { district_id: "D1" } };
    const before = [await versionOf(ask, provider), await versionOf(ask, district)];
    await refusals.keep({ provider_id: "p1", request_id: "r2", at: NOW, refused: [] });
    const refused = [await versionOf(ask, provider), await versionOf(ask, district)];
    expect([refused[0] === before[0], refused[1] === before[1]]).toEqual([false, true]);
    await refusals.forget("p1", NOW.toISOString());
    expect(await versionOf(ask, provider)).not.toBe(refused[0]);
    await setup.putRoster([{ school_id: "B", student_id: "new" }]);
    expect(await versionOf(ask, district)).not.toBe(refused[1]);
    // a school of another district does not matter
    const now = await versionOf(ask, district);
    await setup.putRoster([{ school_id: "C", student_id: "new" }]);
    expect(await versionOf(ask, district)).toBe(now);
  });
});

describe("a student's record that is asked for again", () => {
  it("is noted when it is given, and not when the answer is 304", async () => {
    const { ask, seen } = await placeOf();
    const wanted = {
      route: "GET /v1/schools/{school_id}/students/{student_id}",
      identity: lead,
      path: { school_id: "A", student_id: studentOf("A", 1) },
    };
    const first = await ask(wanted);
    expect([first.status, seen.length]).toEqual([200, 1]);
    const again = await ask({ ...wanted, headers: { "if-none-match": String(first.headers["etag"]) } });
    expect([again.status, again.body, seen.length]).toEqual([304, "", 1]);
    // another record than the one that is known is given, and noted
    const other = await ask({ ...wanted, headers: { "if-none-match": '"something else"' } });
    expect([other.status, seen.length]).toEqual([200, 2]);
  });
});
