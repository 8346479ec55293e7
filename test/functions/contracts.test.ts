import { describe, expect, it } from "vitest";
import { releaseQuarantine } from "../../adapters/release-quarantine.ts";
import { isReadable, standingAt, uncovered, type Contract } from "../../domain/contract.ts";
import { addDays } from "../../domain/school-day.ts";
import { nothingSetUp } from "../../domain/setup.ts";
import { canceled, completed, request, scheduled, voided, world, ZONE } from "../support/world.ts";

/** After every session of these events: a completed session lies in the past. */
const SOON = new Date("2026-03-20T12:00:00Z");

const SCHOOL = "631930";
type Answer = { statusCode?: number; body?: string };
const read = ({ statusCode, body }: Answer) => {
  const json = JSON.parse(body ?? "{}") as {
    result?: string;
    type?: string;
    errors?: { pointer: string; detail: string }[];
  };
  return { status: statusCode, ...json };
};
const codeOf = (answer: Answer) => read(answer).type?.split(":").at(-1) ?? read(answer).result;

describe("a contract", () => {
  const contracts = [
    { school_ids: ["A"], from: "2026-01-05", to: "2026-05-29" },
    { school_ids: ["A", "B"], program_ids: ["math"], to: "2025-12-19" },
  ];
  it.each([
    ["A", "math", "2026-01-05", undefined],
    ["A", "ela", "2026-05-29", undefined],
    ["A", "ela", "2026-05-30", "day"],
    ["A", "ela", "2026-01-04", "day"],
    ["A", "math", "2025-12-19", undefined],
    ["A", "math", "2025-12-20", "day"],
    ["B", "math", "2025-12-19", undefined],
    ["B", "ela", "2025-12-19", "program"],
    ["B", "", "2025-12-19", "program"],
    ["B", undefined, undefined, undefined],
    ["C", "math", "2026-01-05", "school"],
  ])("at %s of %s on %s leaves uncovered: %s", (school_id, program_id, day, wanted) => {
    const today = day ?? "2026-01-10";
    expect(uncovered(contracts, { school_id, program_id, day, today })).toBe(wanted);
  });
  it.each([
    ["its end", {}, "2026-05-29", undefined],
    ["30 days after", {}, "2026-06-28", undefined],
    ["31 days after", {}, "2026-06-29", "closed"],
    ["10 days after, of 10", { late_report_days: 10 }, "2026-06-08", undefined],
    ["11 days after, of 10", { late_report_days: 10 }, "2026-06-09", "closed"],
    ["a day after, of none", { late_report_days: 0 }, "2026-05-30", "closed"],
  ])("lets report and read on %s: %j", (_, more, today, wanted) => {
    const own = [{ school_ids: ["A"], from: "2026-01-05", to: "2026-05-29", ...more }];
    const place = { school_id: "A", program_id: "", day: "2026-05-20", today };
    expect(uncovered(own, place)).toBe(wanted);
    expect(isReadable(own, "A", today)).toBe(wanted === undefined);
    // of another that covers the day and has no end, it is taken
    expect(uncovered([...own, {}], place)).toBeUndefined();
    expect(uncovered([...own, { from: "2026-06-01" }], place)).toBe(wanted);
  });
  it.each([
    ["2026-01-01", "2026-02-01", 10],
    ["2026-01-01", "2026-02-01", 0],
    ["2026-01-01", undefined, undefined],
    [undefined, "2026-02-01", 5],
    [undefined, undefined, undefined],
  ])("from %s to %s and %s days after stands as posting finds it", (from, to, late_report_days) => {
    const own: Contract[] = [{ from, to, late_report_days, school_ids: ["A"] }];
    const days = Array.from({ length: 120 }, (_, at) => addDays("2025-12-01", at));
    const seen = new Set<string>();
    for (const today of days) {
      const taken = days.filter((day) => {
        const place = { school_id: "A", program_id: "", day, today };
        return uncovered(own, place) === undefined;
      });
      const isTaken = (one: (day: string) => boolean) => taken.some(one);
      const standing = standingAt(own, "A", today);
      seen.add(standing);
      // what happens today, only what happened, only what comes, or nothing
      const wanted = isTaken((day) => day === today)
        ? "running"
        : isTaken((day) => day < today)
          ? "late"
          : isTaken((day) => day > today)
            ? "to come"
            : "over";
      expect([today, standing]).toEqual([today, wanted]);
      expect(standingAt(own, "B", today)).toBe("over");
    }
    expect(seen.has("running")).toBe(true);
  });
  it("names nothing and covers everything, and none covers nothing", () => {
    const place = { school_id: "A", program_id: "", day: "2026-01-05", today: "2026-01-05" };
    expect([uncovered([{}], place), uncovered([], place)]).toEqual([undefined, "school"]);
  });
});

describe("posting under a contract", () => {
  it("is judged by the school's own date, not by the clock of the server", async () => {
    const here = world({ clock: () => SOON, contracts: [{ school_ids: [SCHOOL], to: "2026-03-02" }] });
    // 23:30 in Denver is the next day in UTC
    const late = { scheduled_start: "2026-03-02T23:30:00-07:00" };
    expect(codeOf(await here.post(completed({ ...late, session_id: "late" })))).toBe("accepted");
    const answer = read(await here.post(completed({ scheduled_start: "2026-03-03T00:00:00-07:00" })));
    expect(answer).toMatchObject({ status: 403, result: "rejected" });
    expect(answer.errors?.[0]?.pointer).toBe("/data/scheduled_start");
    expect(here.sessions.facts.size).toBe(1);
  });

  it("takes late reports and corrections of what was covered for 30 days after it has ended, and then none", async () => {
    let now = "2026-04-01T12:00:00-06:00";
    const contracts: Contract[] = [{ school_ids: [SCHOOL], program_ids: ["math"], to: "2026-03-02" }];
    const here = world({ contracts, clock: () => new Date(now) });
    const own = { program_id: "math" };
    expect(codeOf(await here.post(completed(own)))).toBe("accepted");
    expect(codeOf(await here.post(completed({ ...own, revision: 2, tutor_id: "T9" })))).toBe("accepted");
    expect(codeOf(await here.post(completed({ ...own, session_id: "S-2" })))).toBe("accepted");
    expect(codeOf(await here.post(voided({ session_id: "S-2", revision: 2 })))).toBe("accepted");

    now = "2026-04-02T00:30:00-06:00";
    const stored = structuredClone([...here.sessions.facts]);
    const late = [
      completed({ ...own, session_id: "S-3" }),
      completed({ ...own, revision: 3, tutor_id: "T1" }),
    ];
    expect(read(await here.post(voided({ revision: 3 }))).errors?.[0]?.pointer).toBe("/data/session_id");
    for (const event of late) {
      const answer = read(await here.post(event));
      expect([answer.status, answer.result]).toEqual([403, "rejected"]);
      expect(answer.errors?.[0]?.detail).toContain("too long ago");
    }
    // another contract at the same school lets nobody take away what lies in the one that ended
    contracts.push({ school_ids: [SCHOOL], program_ids: ["ela"], from: "2026-03-03", to: "2027-03-02" });
    const moved = { revision: 3, program_id: "ela", scheduled_start: "2026-03-30T10:00:00-06:00" };
    for (const event of [voided({ revision: 3 }), completed(moved)]) {
      const answer = read(await here.post(event));
      expect([answer.status, answer.errors?.[0]?.pointer]).toEqual([403, "/data/session_id"]);
    }
    expect([...here.sessions.facts]).toEqual(stored);
    expect(codeOf(await here.post(completed({ ...moved, session_id: "S-4", revision: 1 })))).toBe("accepted");
  });

  it("lets nobody change by a running contract what lies in one that ended, on the same day or as a first report", async () => {
    const math: Contract = { school_ids: [SCHOOL], program_ids: ["math"], to: "2026-03-02" };
    let now = "2026-03-03T12:00:00-06:00";
    const contracts: Contract[] = [math, { school_ids: [SCHOOL], program_ids: ["ela"] }];
    const here = world({ contracts, clock: () => new Date(now) });
    const own = { program_id: "math" };
    expect(codeOf(await here.post(completed(own)))).toBe("accepted");
    expect(codeOf(await here.post(scheduled({ ...own, session_id: "plan" })))).toBe("accepted");

    now = "2026-04-02T00:30:00-06:00";
    const stored = structuredClone([...here.sessions.facts]);
    const ela = { program_id: "ela" };
    const later = { ...ela, scheduled_start: "2026-03-30T10:00:00-06:00" };
    for (const event of [
      voided({ revision: 2 }),
      completed({ ...ela, revision: 2 }),
      completed({ ...later, revision: 2 }),
      completed({ ...ela, session_id: "plan" }),
      canceled({ ...later, session_id: "plan" }),
    ]) {
      const answer = read(await here.post(event));
      expect([answer.status, answer.errors?.[0]?.pointer]).toEqual([403, "/data/session_id"]);
      expect(answer.errors?.[0]?.detail).toContain("too long ago");
    }
    // nor what was stored with a program that no contract names any more
    contracts.shift();
    const answer = read(await here.post(completed({ ...ela, revision: 2 })));
    expect(answer.errors?.[0]?.detail).toContain("a program outside your contracts");
    expect([...here.sessions.facts]).toEqual(stored);
    // more days for late reports open it again
    contracts.push({ ...math, late_report_days: 60 });
    expect(codeOf(await here.post(completed({ ...own, revision: 2, tutor_id: "T9" })))).toBe("accepted");
  });

  it("takes no session that is older than the district lets it, and lets none such be changed", async () => {
    let now = "2026-03-12T12:00:00-06:00";
    const rules = { session_age_days: 10 };
    const here = world({ clock: () => new Date(now), rules });
    expect(codeOf(await here.post(completed()))).toBe("accepted");
    now = "2026-03-13T00:30:00-06:00";
    const stored = structuredClone([...here.sessions.facts]);
    const posted = [
      [completed({ session_id: "S-2" }), "/data/scheduled_start"],
      [completed({ revision: 2 }), "/data/scheduled_start"],
      [completed({ revision: 2, scheduled_start: "2026-03-12T10:00:00-06:00" }), "/data/session_id"],
      [voided({ revision: 2 }), "/data/session_id"],
    ] as const;
    for (const [event, pointer] of posted) {
      const answer = read(await here.post(event));
      expect([answer.status, codeOf(await here.post(event)), answer.errors?.[0]?.pointer]).toEqual([
        422,
        "invalid-event",
        pointer,
      ]);
      expect(answer.errors?.[0]?.detail).toContain("10 days");
    }
    expect([...here.sessions.facts]).toEqual(stored);
    // what waits for a school is as old
    // wherever it is
    const nextDay = () => new Date("2026-03-14T12:30:00Z");
    const waiting = world({ clock: nextDay, rules, zone: () => undefined });
    expect(codeOf(await waiting.post(completed()))).toBe("invalid-event");
  });

  it("takes nothing older than it is kept, where the district says nothing", async () => {
    const here = world({ clock: () => new Date("2031-03-08T12:00:00-07:00"), rules: {} });
    expect(codeOf(await here.post(completed()))).toBe("invalid-event");
    const there = world({ clock: () => new Date("2031-03-05T12:00:00-07:00"), rules: {} });
    expect(codeOf(await there.post(completed()))).toBe("accepted");
  });

  it("refuses another school, another program and a session moved out of it, and keeps the rest of the batch", async () => {
    const here = world({
      clock: () => SOON,
      contracts: [{ school_ids: [SCHOOL], program_ids: ["math"], to: "2026-03-06" }],
    });
    const own = { program_id: "math" };
    const answer = await here.post([
      completed({ ...own, session_id: "1" }),
      completed({ ...own, session_id: "2", school_id: "other" }),
      completed({ session_id: "3" }),
      scheduled({ ...own, session_id: "4", scheduled_start: "2026-03-09T10:00:00-07:00" }),
      canceled({ ...own, session_id: "5" }),
      voided({ session_id: "6", school_id: "other" }),
    ]);
    const { results } = JSON.parse(answer.body ?? "{}") as { results: { result: string }[] };
    expect([answer.statusCode, results.map(({ result }) => result)]).toEqual([
      207,
      ["accepted", "rejected", "rejected", "rejected", "accepted", "rejected"],
    ]);
    const moved = completed({
      ...own,
      session_id: "1",
      revision: 2,
      scheduled_start: "2026-03-09T10:00:00-07:00",
    });
    expect(codeOf(await here.post(moved))).toBe("not-contracted");
    expect(here.sessions.facts.size).toBe(2);
  });

  it("shows a provider what it posted, and not once the contract no longer covers its day", async () => {
    const contracts = [{ school_ids: [SCHOOL], to: "2026-03-02" }];
    const here = world({ contracts });
    await here.post(completed());
    const get = { ...request(""), routeKey: "GET /v1/schools/{school_id}/sessions/{session_id}" };
    const asked = { ...get, pathParameters: { school_id: SCHOOL, session_id: "S-1" } };
    expect((await here.raw(asked)).statusCode).toBe(200);
    contracts.splice(0, 1, { school_ids: [SCHOOL], to: "2026-03-01" });
    expect((await here.raw(asked)).statusCode).toBe(404);
  });

  it("stores at once what came to wait as its school was being set up", async () => {
    // not there at the first look, there at the second
    const looks = [undefined, ZONE, ZONE, ZONE];
    const here = world({ zone: () => looks.shift(), contracts: [{ school_ids: [SCHOOL] }] });
    expect(codeOf(await here.post(completed()))).toBe("accepted");
    expect([here.sessions.facts.size, await here.sessions.quarantine.count("north-star")]).toEqual([1, 0]);
    expect([...here.sessions.facts.values()][0]).toMatchObject({ day: "2026-03-02", school_id: SCHOOL });
    // by a contract that was signed together with the school's set-up, and is not yet remembered
    const signed = world({
      zone: (
        (again) => () =>
          again.shift()
      )([undefined, ZONE, ZONE]),
      remembered: [{ school_ids: ["another"] }],
      contracts: [{ school_ids: [SCHOOL] }],
    });
    expect(codeOf(await signed.post(completed()))).toBe("accepted");
    // and lets wait what it still knows no school for
    const there = world({ zone: () => undefined });
    expect(codeOf(await there.post(completed()))).toBe("quarantined");
  });

  it("asks for a contract before it lets anything wait, and again before it is released", async () => {
    const none = world({ contracts: [], zone: () => undefined });
    expect(codeOf(await none.post(completed()))).toBe("not-contracted");
    const here = world({ zone: () => undefined });
    expect(codeOf(await here.post(completed()))).toBe("quarantined");
    const school = { school_id: SCHOOL, district_id: "D", time_zone: ZONE };
    const setup = (to: string) => ({
      ...nothingSetUp(),
      schools: [school],
      providers: [{ provider_id: "north-star", contracts: [{ to }] }],
    });
    const at = { isErased: () => false, now: new Date("2026-03-02T18:00:00Z") };
    expect(await releaseQuarantine(here.sessions, setup("2026-03-01"), at)).toBe(0);
    expect(await releaseQuarantine(here.sessions, setup("2026-03-02"), at)).toBe(1);
    expect(here.sessions.facts.size).toBe(1);
  });

  it("lets nothing wait that is reported or corrected after the end of its contract", async () => {
    let now = "2026-04-01T18:00:00Z";
    const contracts: Contract[] = [{ to: "2026-03-02" }];
    const here = world({ contracts, zone: () => undefined, clock: () => new Date(now) });
    expect(codeOf(await here.post(completed()))).toBe("quarantined");
    now = "2026-04-02T18:00:00Z";
    for (const event of [
      completed({ revision: 2, tutor_id: "T9" }),
      completed({ session_id: "S-2" }),
      voided({ revision: 2 }),
    ])
      expect(codeOf(await here.post(event))).toBe("not-contracted");
    expect(await here.sessions.quarantine.count("north-star")).toBe(1);
  });

  it("releases no plan of a contract in which nothing may be reported any more, and nothing that came too old", async () => {
    const setUp = (contract: Contract, session_age_days?: number) => ({
      ...nothingSetUp(),
      ...(session_age_days !== undefined && { session_age_days }),
      schools: [{ school_id: SCHOOL, district_id: "D", time_zone: ZONE }],
      providers: [{ provider_id: "north-star", contracts: [contract] }],
    });
    const releasedOn = async (event: object, day: string, setup: ReturnType<typeof setUp>) => {
      const here = world({ zone: () => undefined });
      expect(codeOf(await here.post(event))).toBe("quarantined");
      const at = { isErased: () => false, now: new Date(`${day}T18:00:00Z`) };
      return releaseQuarantine(here.sessions, setup, at);
    };
    const over = { to: "2026-03-02" };
    expect(await releasedOn(scheduled(), "2026-04-01", setUp(over))).toBe(1);
    expect(await releasedOn(scheduled(), "2026-04-02", setUp(over))).toBe(0);
    // what was reported in time is stored, however long it waited
    expect(await releasedOn(completed(), "2026-04-02", setUp(over))).toBe(1);
    const old = completed({ scheduled_start: "2026-02-20T10:00:00-07:00" });
    expect(await releasedOn(old, "2026-03-03", setUp({}, 10))).toBe(1);
    expect(await releasedOn(old, "2026-03-03", setUp({}, 9))).toBe(0);
  });
});

describe("what was refused", () => {
  it("can be looked up by its provider, without anything else of the event", async () => {
    const here = world();
    await here.post(completed());
    await here.post([
      completed({ tutor_id: "T2" }, { id: "other content" }),
      completed({ students: [] }, { id: "nobody" }),
      completed({ session_id: "fine" }, { id: "fine" }),
    ]);
    const [kept, ...rest] = await here.refusals.between("north-star", "2026-03-02", "2026-03-02");
    expect(rest).toEqual([]);
    expect(kept).toMatchObject({
      rejected: 1,
      conflicts: 1,
      items: [
        {
          event_id: "other content",
          result: "conflict",
          errors: [{ pointer: "/data/tutor_id" }, { pointer: "/data/revision" }],
        },
        { event_id: "nobody", result: "rejected", errors: [{ pointer: "/data/students" }] },
      ],
    });
    expect(JSON.stringify(kept)).not.toContain("0016740395");
    expect(await here.refusals.between("other", "2026-03-02", "2026-03-02")).toEqual([]);
  });
});

describe("a quota", () => {
  it("answers 429 with the seconds to wait, stores nothing of the request, and ends with the minute", async () => {
    let now = new Date("2026-03-02T18:00:20Z");
    const here = world({ limit: 3, clock: () => now });
    const post = (...ids: string[]) => here.post(ids.map((session_id) => completed({ session_id })));
    expect((await post("1", "2")).statusCode).toBe(200);
    const refused = await post("3", "4");
    expect([refused.statusCode, refused.headers?.["retry-after"]]).toEqual([429, "40"]);
    expect(here.sessions.facts.size).toBe(2);
    expect(here.lines).toContainEqual({ service: "ingest-events", event: "over_quota" });
    now = new Date("2026-03-02T18:01:00Z");
    expect((await post("3", "4")).statusCode).toBe(200);
  });

  it("counts each provider by itself, and a body that cannot be read as one", async () => {
    const here = world({ limit: 2 });
    expect((await here.post("{")).statusCode).toBe(400);
    expect((await here.post("{")).statusCode).toBe(400);
    expect((await here.post("{")).statusCode).toBe(429);
    expect((await here.post(completed(), "other")).statusCode).toBe(202);
  });
});
