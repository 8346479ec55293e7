import { describe, expect, it } from "vitest";
import { LAG_BOUNDS, type StudentSession, type Summary } from "../../domain/day-summary.ts";
import type { DaySummary, RuleInput } from "../../domain/rule.ts";
import { firingOf } from "../../domain/rules/index.ts";
import { addDays, schoolDaysBetween } from "../../domain/school-day.ts";
import { DEFAULT_SETTINGS } from "../../domain/settings.ts";
import { Program } from "../../domain/setup.ts";
import type { NotHeldReason } from "../../domain/words.ts";
import { dayOf, pending, row, ruleInput, SCHOOL } from "../support/school.ts";

const closed = (from: string, to = from) => ({ ...SCHOOL, calendar: { closures: [{ from, to }] } });

/** A day of one provider: so many sessions held, and so many not, for a reason. */
function reported(
  day: string,
  held: number,
  { not = 0, reason = "tutor_absent", more = {} }: Partial<Not> = {},
): DaySummary {
  const provider = {
    provider_id: "north-star",
    sessions_held: held,
    not_held: not > 0 ? [{ reason, sessions: not }] : [],
    lag: LAG_BOUNDS.map((_, bin) => (bin === 0 ? held : 0)),
  };
  return dayOf(day, [], { providers: [provider], ...more });
}
type Not = { not: number; reason: NotHeldReason; more: Partial<Summary> };

// 2026-03-13 is a Friday: the last three school days that are over are the 10th, 11th and 12th
describe("site under-delivery", () => {
  const found = (days: DaySummary[], more: Partial<RuleInput> = {}) =>
    firingOf(["site-under-delivery"], ruleInput(days, more));
  const week = (held: number, not: number, reason?: NotHeldReason) => [
    reported("2026-03-10", held, { not, ...(reason && { reason }) }),
    reported("2026-03-11", 10),
    reported("2026-03-12", 10),
  ];

  it("fires below four sessions of five, at four of five not", () => {
    expect(found([reported("2026-03-11", 8, { not: 2 })])).toEqual([]);
    expect(found([reported("2026-03-11", 79, { not: 21 })])).toMatchObject([
      {
        subject: "north-star",
        since: "2026-03-11",
        facts: { held: 79, expected: 100, percent: 79, by_provider: 21 },
      },
    ]);
    expect(found(week(4, 7))).toMatchObject([{ facts: { held: 24, expected: 31, percent: 77 } }]);
    expect(found(week(5, 6))).toEqual([]);
  });

  it("asks nothing of a provider for snow, holidays and half days", () => {
    expect(found(week(0, 20, "weather"))).toEqual([]);
    expect(found(week(0, 20, "testing_day"))).toHaveLength(1);
    expect(found(week(0, 20), { school: closed("2026-03-10") })).toEqual([]);
    const school = { ...SCHOOL, calendar: { closures: [], half_days: ["2026-03-10"] } };
    expect(found(week(0, 20), { school })).toEqual([]);
  });

  it("looks at three school days that are over, across a weekend, a break and a clock change", () => {
    const days = [
      reported("2026-03-05", 0, { not: 9 }),
      reported("2026-03-06", 9),
      reported("2026-03-09", 9),
    ];
    expect(found(days, { today: "2026-03-10" })).toMatchObject([{ since: "2026-03-05" }]);
    expect(found(days, { today: "2026-03-11" })).toEqual([]);
    expect(found(days, { today: "2026-03-17", school: closed("2026-03-10", "2026-03-16") })).toHaveLength(1);
    expect(found([reported("2026-03-13", 0, { not: 9 })])).toEqual([]);
  });

  it("counts a session without a report as not held after a day, not before", () => {
    const open = (day: string) => reported(day, 1, { more: { pending: [pending(day)] } });
    expect(found([open("2026-03-12")], { scheduling: ["north-star"] })).toHaveLength(1);
    const early = { scheduling: ["north-star"], now: Date.parse("2026-03-13T13:00:00Z") / 1000 };
    expect(found([open("2026-03-12")], early)).toEqual([]);
  });

  it("judges one who posts no schedules by enrolments, over two weeks that are whole", () => {
    const enrolments = Array.from({ length: 10 }, (_, student) => ({
      student_id: `${student}`,
      school_id: "A",
      program_id: "math",
      provider_id: "north-star",
      from: "2026-01-05",
    }));
    const taught = (weekdays: number) =>
      ["2026-02-27", "2026-03-02", "2026-03-04", "2026-03-06", "2026-03-09", "2026-03-11"]
        .slice(-weekdays)
        .map((day) =>
          dayOf(
            day,
            enrolments.map(({ student_id }) => row(day, "present", { student_id })),
          ),
        );
    expect(found(taught(6), { enrolments })).toEqual([]);
    expect(found(taught(5), { enrolments })).toEqual([]);
    expect(found(taught(4), { enrolments })).toMatchObject([{ facts: { held: 40, expected: 60 } }]);
    const school = { ...SCHOOL, calendar: { first_day: "2026-03-02", closures: [] } };
    expect(found(taught(4), { enrolments, school })).toEqual([]);
    expect(found(taught(4), { enrolments, scheduling: ["north-star"] })).toEqual([]);
  });
});

describe("reports late", () => {
  const found = (days: DaySummary[], more: Partial<RuleInput> = {}) =>
    firingOf(["reports-late"], ruleInput(days, more));
  const missing = (count: number, day = "2026-03-11") =>
    Array.from({ length: count }, (_, number) => ({ ...pending(day), session_id: `S-${number}` }));
  const withMissing = (held: number, count: number, day = "2026-03-11") =>
    reported(day, held, { more: { pending: missing(count, day) } });
  const lagging = (day: string, bins: [number, number][]) => {
    const whole = reported(day, 10);
    const lag = LAG_BOUNDS.map((_, bin) => bins.find(([at]) => at === bin)?.[1] ?? 0);
    const providers = whole.summary.providers.map((provider) => ({ ...provider, lag }));
    return { ...whole, summary: { ...whole.summary, providers } };
  };

  it("fires below 95 of 100 reports, at 95 not", () => {
    expect(found([withMissing(95, 5)])).toEqual([]);
    expect(found([withMissing(94, 6)])).toMatchObject([
      { subject: "north-star", since: "2026-03-11", facts: { missing: 6, expected: 100, percent: 94 } },
    ]);
  });

  it("has lasted since the first day of which reports are missing", () => {
    expect(found([reported("2026-03-10", 1), withMissing(1, 1)])).toMatchObject([{ since: "2026-03-11" }]);
  });

  it("waits 24 hours after the end of a session", () => {
    const at = (instant: string) => ({ now: Date.parse(instant) / 1000 });
    expect(found([withMissing(1, 1)], at("2026-03-12T17:29:59Z"))).toEqual([]);
    expect(found([withMissing(1, 1)], at("2026-03-12T17:30:00Z"))).toHaveLength(1);
  });

  it("fires when one report in ten comes later than a day, and not when fewer do", () => {
    expect(
      found([
        lagging("2026-03-11", [
          [4, 90],
          [5, 10],
        ]),
      ]),
    ).toEqual([]);
    expect(
      found([
        lagging("2026-03-11", [
          [4, 89],
          [5, 11],
        ]),
      ]),
    ).toMatchObject([{ facts: { lag_p90_hours: 48 } }]);
    expect(found([lagging("2026-03-11", [[9, 1]])])).toMatchObject([
      { facts: { lag_p90_hours: "over 720" } },
    ]);
  });

  it("looks back five school days, from the term's first, and over no closure", () => {
    expect(found([withMissing(1, 1, "2026-03-06")])).toHaveLength(1);
    expect(found([withMissing(1, 1, "2026-03-05")])).toEqual([]);
    expect(found([withMissing(1, 1, "2026-03-06")], { school: closed("2026-03-06") })).toEqual([]);
    const school = { ...SCHOOL, calendar: { first_day: "2026-03-09", closures: [] } };
    expect(found([withMissing(1, 1, "2026-03-06")], { school })).toEqual([]);
  });
});

describe("ratio over the limit", () => {
  const found = (days: DaySummary[], more: Partial<RuleInput> = {}) =>
    firingOf(["ratio-over-limit"], ruleInput(days, more));
  const groups = (day: string, sizes: Record<number, number>) =>
    dayOf(
      day,
      Object.entries(sizes).flatMap(([size, count]) =>
        Array.from({ length: count }, (_, student) =>
          row(day, "present", { student_id: `${size}-${student}`, group_size: Number(size) }),
        ),
      ),
    );

  it("fires when under nine minutes of ten are in groups within the limit", () => {
    expect(found([groups("2026-03-11", { 4: 9, 5: 1 })])).toEqual([]);
    expect(found([groups("2026-03-11", { 4: 8, 5: 2 })])).toMatchObject([
      { subject: "north-star", since: "2026-03-11", facts: { percent: 80, largest_group: 5, minutes: 300 } },
    ]);
  });

  it("counts no group whose size nobody knows", () => {
    const unknown = (count: number) =>
      Array.from({ length: count }, (_, student) =>
        row("2026-03-11", "present", { student_id: `unknown-${student}`, group_size: null }),
      );
    const crowded = row("2026-03-11", "present", { student_id: "crowded", group_size: 5 });
    expect(found([dayOf("2026-03-11", [...unknown(20), crowded])])).toMatchObject([
      { facts: { percent: 0, minutes: 30 } },
    ]);
    expect(found([dayOf("2026-03-11", unknown(20))])).toEqual([]);
  });

  it("goes by the program's own limit", () => {
    const programs = [Program.parse({ program_id: "math", group_limit: 5 })];
    expect(found([groups("2026-03-11", { 5: 2 })], { programs })).toEqual([]);
    expect(found([groups("2026-03-11", { 6: 2 })], { programs })).toHaveLength(1);
  });

  it("looks back ten school days that are over, and over no closure", () => {
    expect(found([groups("2026-02-27", { 9: 1 })])).toHaveLength(1);
    expect(found([groups("2026-02-26", { 9: 1 })])).toEqual([]);
    expect(found([groups("2026-03-13", { 9: 1 })])).toEqual([]);
    expect(found([groups("2026-03-11", { 9: 1 })], { school: closed("2026-03-11") })).toEqual([]);
    const school = { ...SCHOOL, calendar: { first_day: "2026-03-12", closures: [] } };
    expect(found([groups("2026-03-11", { 9: 1 })], { school })).toEqual([]);
  });
});

describe("unknown programs and overlapping sessions", () => {
  const day = "2026-03-11";

  it("names the program that is not set up, and nothing where none is", () => {
    const days = [
      dayOf(day, [row(day, "present", { program_id: "art" }), row(day, "present", { program_id: "" })]),
    ];
    const programs = [Program.parse({ program_id: "math" })];
    expect(firingOf(["unknown-programs"], ruleInput(days, { programs }))).toMatchObject([
      { subject: "north-star", since: day, facts: { programs: 1, program_id: "art", sessions: 1 } },
    ]);
    expect(firingOf(["unknown-programs"], ruleInput(days, { programs: [] }))).toEqual([]);
  });

  it("counts every session of a student in two at once, whoever held the other", () => {
    const first = row(day, "present");
    const rows = [
      first,
      first,
      first,
      { ...first, provider_id: "south" },
      row(day, "present", { student_id: "2" }),
    ];
    expect(firingOf(["overlapping-sessions"], ruleInput([dayOf(day, rows)]))).toMatchObject([
      { subject: "north-star", facts: { students: 1, sessions: 3 } },
      { subject: "south", facts: { students: 1, sessions: 1 } },
    ]);
  });

  it("takes neither an absence nor what goes over its plan for a second place", () => {
    const first = row(day, "present", { minutes: 40 });
    const next = { ...first, at: first.at + 30 };
    const absent = row(day, "absent_unexcused", { minutes: 0 });
    expect(firingOf(["overlapping-sessions"], ruleInput([dayOf(day, [first, next, absent])]))).toEqual([]);
  });

  it("finds what a long session covers after a short one", () => {
    const long = row(day, "present", { minutes: 120, scheduled_minutes: 120 });
    const short = { ...row(day, "present"), at: long.at + 10, minutes: 10 };
    const late = { ...row(day, "present"), at: long.at + 100 };
    expect(firingOf(["overlapping-sessions"], ruleInput([dayOf(day, [long, short, late])]))).toMatchObject([
      { facts: { sessions: 3 } },
    ]);
  });
});

describe("unknown students", () => {
  const roster = [{ student_id: "1", school_id: "A", from: "2026-01-05" }];
  const found = (days: DaySummary[], more: Partial<RuleInput> = {}) =>
    firingOf(["unknown-students"], ruleInput(days, { roster, ...more }));
  const day = "2026-03-11";
  const stranger = (on = day) => dayOf(on, [row(on, "present", { student_id: "2" })]);

  it("fires at one student whom the roster does not name, and is over when it does", () => {
    expect(found([dayOf(day, [row(day, "present")])])).toEqual([]);
    expect(found([stranger()])).toMatchObject([
      { subject: "north-star", since: day, facts: { students: 1, sessions: 1 } },
    ]);
    expect(found([stranger()], { roster: [...roster, { student_id: "2", school_id: "A" }] })).toEqual([]);
  });

  it("goes by who was on the roster on the day", () => {
    const left = [...roster, { student_id: "2", school_id: "A", to: "2026-03-10" }];
    expect(found([stranger()], { roster: left })).toHaveLength(1);
    expect(found([stranger("2026-03-10")], { roster: left })).toEqual([]);
  });

  it("bears more where a school sets so, and says nothing where no roster was loaded", () => {
    expect(found([stranger()], { settings: () => ({ ...DEFAULT_SETTINGS, unknown_students: 2 }) })).toEqual(
      [],
    );
    expect(found([stranger()], { roster: [] })).toEqual([]);
  });

  it("looks back ten school days, across a closure and the start of the term", () => {
    expect(found([stranger("2026-02-27")])).toHaveLength(1);
    expect(found([stranger("2026-02-26")])).toEqual([]);
    expect(found([stranger("2026-02-26")], { school: closed("2026-03-09") })).toHaveLength(1);
    const school = { ...SCHOOL, calendar: { first_day: "2026-03-12", closures: [] } };
    expect(found([stranger()], { school })).toEqual([]);
  });
});

describe("a rule that is switched off", () => {
  it("finds nothing", () => {
    const days = [reported("2026-03-11", 1, { not: 9 })];
    const off = { ...DEFAULT_SETTINGS, off: ["site-under-delivery" as const] };
    expect(firingOf(["site-under-delivery"], ruleInput(days))).toHaveLength(1);
    expect(firingOf(["site-under-delivery"], ruleInput(days, { settings: () => off }))).toEqual([]);
  });
});

const math = Program.parse({ program_id: "math", target_hours: 15, weeks: 10 });
const enrolled = (from: string, more = {}) => ({
  student_id: "1",
  school_id: "A",
  program_id: "math",
  provider_id: "north-star",
  from,
  ...more,
});

describe("assigned, never started", () => {
  const found = (days: DaySummary[], more: Partial<RuleInput> = {}) =>
    firingOf(["assigned-never-started"], ruleInput(days, { programs: [math], ...more }));

  it("fires when five school days have passed, not at four", () => {
    expect(found([], { enrolments: [enrolled("2026-03-06")] })).toMatchObject([
      { subject: "1", since: "2026-03-06", provider_ids: ["north-star"], facts: { program_id: "math" } },
    ]);
    expect(found([], { enrolments: [enrolled("2026-03-09")] })).toEqual([]);
  });

  it("counts no day without school, and nothing before the term", () => {
    const enrolments = [enrolled("2026-03-05")];
    expect(found([], { enrolments, school: closed("2026-03-06") })).toHaveLength(1);
    expect(found([], { enrolments, school: closed("2026-03-06", "2026-03-09") })).toEqual([]);
    const term = (first_day: string) => ({ ...SCHOOL, calendar: { first_day, closures: [] } });
    expect(found([], { enrolments: [enrolled("2025-08-01")], school: term("2026-03-09") })).toEqual([]);
    expect(found([], { enrolments: [enrolled("2025-08-01")], school: term("2026-03-06") })).toMatchObject([
      { since: "2026-03-06" },
    ]);
  });

  it("is over with the first session attended, an absence does not end it", () => {
    const enrolments = [enrolled("2026-03-02")];
    const on = (status: StudentSession["status"], minutes = 30) => [
      dayOf("2026-03-10", [row("2026-03-10", status, { minutes })]),
    ];
    expect(found(on("present"), { enrolments })).toEqual([]);
    expect(found(on("absent_excused", 0), { enrolments })).toHaveLength(1);
    expect(found(on("not_held", 0), { enrolments })).toHaveLength(1);
    expect(found(on("partial", 14), { enrolments })).toHaveLength(1);
    expect(found(on("partial", 15), { enrolments })).toEqual([]);
  });

  it("asks only for enrolments that run and have a beginning", () => {
    expect(found([], { enrolments: [enrolled("2026-02-02", { to: "2026-03-12" })] })).toEqual([]);
    expect(found([], { enrolments: [enrolled("2026-02-02", { from: undefined })] })).toEqual([]);
    expect(found([], { enrolments: [enrolled("2026-04-01")] })).toEqual([]);
  });

  it("does not take another program for the start", () => {
    const days = [dayOf("2026-03-10", [row("2026-03-10", "present", { program_id: "reading" })])];
    expect(found(days, { enrolments: [enrolled("2026-03-02")] })).toHaveLength(1);
  });
});

describe("under-dosed", () => {
  const found = (days: DaySummary[], more: Partial<RuleInput> = {}) =>
    firingOf(["under-dosed"], ruleInput(days, { today: "2026-03-16", ...more }));
  // two complete weeks: the 2nd to the 6th and the 9th to the 13th, with the clock change between them
  const weeks = (minutes: number) =>
    ["2026-03-02", "2026-03-04", "2026-03-09", "2026-03-11"].map((day) =>
      dayOf(day, [row(day, "present", { minutes, scheduled_minutes: 100 })]),
    );

  it("fires under 66 % of the scheduled minutes, at 66 % not, nor at exactly two sessions of three", () => {
    expect(found(weeks(66))).toEqual([]);
    expect(found(weeks(200 / 3))).toEqual([]);
    expect(found(weeks(65))).toMatchObject([
      {
        subject: "1",
        since: "2026-03-02",
        facts: { minutes: 260, scheduled_minutes: 400, percent: 65, weeks: 2 },
      },
    ]);
  });

  it("counts what was not held, unless the day was called off for all", () => {
    const day = "2026-03-05";
    const lost = (reason: NotHeldReason) => [
      ...weeks(80),
      dayOf(day, [row(day, "not_held", { scheduled_minutes: 100 })], {
        providers: reported(day, 0, { not: 1, reason }).summary.providers,
      }),
    ];
    expect(found(lost("tutor_absent"))).toMatchObject([{ facts: { percent: 64 } }]);
    expect(found(lost("weather"))).toEqual([]);
    expect(found(lost("tutor_absent"), { school: closed(day) })).toEqual([]);
  });

  it("waits for two complete weeks in which she was scheduled", () => {
    expect(found(weeks(10).slice(2))).toEqual([]);
    expect(found(weeks(10), { today: "2026-03-13" })).toEqual([]);
    const school = { ...SCHOOL, calendar: { first_day: "2026-03-09", closures: [] } };
    expect(found(weeks(10), { school })).toEqual([]);
  });

  it("passes over a week of holidays", () => {
    const holidays = closed("2026-03-16", "2026-03-20");
    expect(found(weeks(10), { school: holidays, today: "2026-03-23" })).toHaveLength(1);
    expect(found(weeks(10), { today: "2026-03-23" })).toEqual([]);
  });
});

describe("off pace", () => {
  // 50 instructional days from the 5th of January: 15 hours are 18 minutes a day
  const enrolments = [enrolled("2026-01-05", { to: "2026-03-13" })];
  const found = (minutes: number, more: Partial<RuleInput> = {}) =>
    firingOf(
      ["off-pace"],
      ruleInput([dayOf("2026-01-06", [row("2026-01-06", "present", { minutes })])], {
        programs: [math],
        enrolments,
        today: "2026-02-16",
        ...more,
      }),
    );

  it("fires under 80 % of what the target asks for by now, with the pace needed and the last feasible day", () => {
    // 30 of 50 days are over: 540 minutes are due, 432 are 80 %
    expect(found(432)).toEqual([]);
    expect(found(431)).toMatchObject([
      {
        subject: "1",
        since: "2026-02-16",
        facts: {
          minutes: 431,
          expected_minutes: 540,
          target_minutes: 900,
          percent: 79,
          // 469 minutes in 20 days
          required_pace: 118,
          // 16 sessions of 30 minutes, one a day, end on the 13th of March
          last_feasible_day: "2026-02-20",
        },
      },
    ]);
    expect(found(0)).toMatchObject([{ facts: { last_feasible_day: "" } }]);
  });

  it("says nothing in the first fifteen days, counts closures out and half days half", () => {
    expect(found(0, { today: "2026-01-23" })).toEqual([]);
    expect(found(0, { today: "2026-01-26" })).toHaveLength(1);
    expect(found(0, { today: "2026-01-26", school: closed("2026-01-12") })).toEqual([]);
    const half_days = ["2026-01-12"];
    expect(
      found(0, { today: "2026-01-26", school: { ...SCHOOL, calendar: { closures: [], half_days } } }),
    ).toEqual([]);
  });

  it("ends with the enrolment, else the term, else the program's weeks", () => {
    const expectedBy = (more: Partial<RuleInput>) => found(1, more)[0]?.facts["expected_minutes"];
    const open = { enrolments: [enrolled("2026-01-05")] };
    expect(expectedBy({})).toBe(540);
    expect(
      expectedBy({ ...open, school: { ...SCHOOL, calendar: { last_day: "2026-05-22", closures: [] } } }),
    ).toBe(270);
    expect(expectedBy(open)).toBe(540);
    expect(found(1, { ...open, today: "2026-05-04" })).toMatchObject([
      { facts: { expected_minutes: 900, required_pace: 0, last_feasible_day: "" } },
    ]);
  });

  it("takes the target from the plan where none is stated, and asks nothing where the program is unknown", () => {
    const plan = Program.parse({
      program_id: "math",
      sessions_per_week: 2,
      minutes_per_session: 30,
      weeks: 10,
    });
    expect(found(1, { programs: [plan] })).toMatchObject([{ facts: { target_minutes: 600 } }]);
    expect(found(1, { programs: [] })).toEqual([]);
  });

  it("says of two programs the one that is further behind", () => {
    const reading = Program.parse({ program_id: "reading", target_hours: 15 });
    const both = [...enrolments, { ...enrolments[0]!, program_id: "reading" }];
    expect(found(400, { programs: [math, reading], enrolments: both })).toMatchObject([
      { facts: { program_id: "reading", minutes: 0 } },
    ]);
  });
});

describe("tutor changed too often", () => {
  const days = schoolDaysBetween("2026-02-13", "2026-03-12", { closures: [] });
  const found = (tutors: string[], more: Partial<RuleInput> = {}, rest: Partial<StudentSession> = {}) =>
    firingOf(
      ["tutor-changed-too-often"],
      ruleInput(
        tutors.map((tutor_id, index) =>
          dayOf(days[index]!, [row(days[index]!, "present", { tutor_id, ...rest })]),
        ),
        more,
      ),
    );

  it("fires at three tutors in twenty school days, at two not", () => {
    expect(found(["a", "b", "a", "b"])).toEqual([]);
    expect(found(["a", "b", "a", "c"])).toMatchObject([
      { subject: "1", since: days[3], facts: { tutors: 3, sessions: 4 } },
    ]);
  });

  it("keeps topics and programs apart, and counts no session she missed", () => {
    const two = (day: string, tutor_id: string, more = {}) => row(day, "present", { tutor_id, ...more });
    const mixed = [
      dayOf(days[0]!, [two(days[0]!, "a"), two(days[0]!, "b", { session_topic: "ela", at: 1 })]),
      dayOf(days[1]!, [two(days[1]!, "c", { program_id: "other" })]),
    ];
    expect(firingOf(["tutor-changed-too-often"], ruleInput(mixed))).toEqual([]);
    expect(found(["a", "b", "c"], {}, { status: "absent_excused", minutes: 0 })).toEqual([]);
  });

  it("looks back twenty school days, longer across a closure, not before the term", () => {
    const at = (today: string, more: Partial<RuleInput> = {}) => found(["a", "b", "c"], { today, ...more });
    expect(at("2026-03-13")).toHaveLength(1);
    expect(at("2026-03-16")).toEqual([]);
    expect(at("2026-03-16", { school: closed("2026-03-10") })).toHaveLength(1);
    const school = { ...SCHOOL, calendar: { first_day: addDays(days[0]!, 1), closures: [] } };
    expect(at("2026-03-13", { school })).toEqual([]);
  });
});
