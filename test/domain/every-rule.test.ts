import { describe, expect, it } from "vitest";
import { LAG_BOUNDS } from "../../domain/day-summary.ts";
import type { RuleInput } from "../../domain/rule.ts";
import { firingOf } from "../../domain/rules/index.ts";
import { addDays } from "../../domain/school-day.ts";
import { Program } from "../../domain/setup.ts";
import { RULE_IDS, type RuleId } from "../../domain/words.ts";
import { dayOf, pending, row, ruleInput, SCHOOL } from "../support/school.ts";

const math = Program.parse({ program_id: "math", target_hours: 15, weeks: 10 });
const enrolled = (from: string) => ({
  student_id: "1",
  school_id: "A",
  program_id: "math",
  provider_id: "north-star",
  from,
});

/** Of each rule a case that fires on a Monday, and one just short of it, made of the weeks before that Monday. */
type Case = (monday: string) => Partial<RuleInput> & Pick<RuleInput, "days">;
type Cases = { fires: Case; spares: Case };

const day = (monday: string, back: number) => addDays(monday, -back);
const absences = (monday: string, last: "absent_unexcused" | "present") => ({
  days: [
    dayOf(day(monday, 4), [row(day(monday, 4), "absent_unexcused")]),
    dayOf(day(monday, 3), [row(day(monday, 3), last)]),
  ],
});
const delivered = (monday: string, held: number) => ({
  days: [
    dayOf(day(monday, 4), [], {
      providers: [
        {
          provider_id: "north-star",
          sessions_held: held,
          not_held: [{ reason: "tutor_absent" as const, sessions: 10 - held }],
          lag: LAG_BOUNDS.map(() => 0),
        },
      ],
    }),
  ],
});
const dosed = (monday: string, minutes: number) => ({
  days: [12, 10, 5, 3].map((back) =>
    dayOf(day(monday, back), [row(day(monday, back), "present", { minutes, scheduled_minutes: 100 })]),
  ),
});
const paced = (monday: string, minutes: number) => ({
  days: [dayOf(day(monday, 3), [row(day(monday, 3), "present", { minutes })])],
  enrolments: [{ ...enrolled(day(monday, 21)), to: addDays(monday, 13) }],
  programs: [math],
});
const tutored = (monday: string, tutors: string[]) => ({
  days: tutors.map((tutor_id, index) =>
    dayOf(day(monday, 12 - index), [row(day(monday, 12 - index), "present", { tutor_id })]),
  ),
});
const grouped = (monday: string, crowded: number) => ({
  days: [
    dayOf(
      day(monday, 4),
      Array.from({ length: 10 }, (_, student) =>
        row(day(monday, 4), "present", { student_id: `${student}`, group_size: student < crowded ? 5 : 4 }),
      ),
    ),
  ],
});
const late = (monday: string, missing: number) => {
  const { days } = delivered(monday, 10);
  const [one] = days;
  const waiting = Array.from({ length: missing }, (_, number) => ({
    ...pending(day(monday, 4)),
    session_id: `S-${number}`,
  }));
  const providers = one!.summary.providers.map((provider) => ({
    ...provider,
    sessions_held: 19,
    not_held: [],
  }));
  return { days: [{ day: one!.day, summary: { ...one!.summary, providers, pending: waiting } }] };
};

const taught = (monday: string, programs: string[]) => ({
  days: [
    dayOf(
      day(monday, 4),
      programs.map((program_id) => row(day(monday, 4), "present", { program_id })),
    ),
  ],
});
/** Two sessions of half an hour, the second so many minutes after the first. */
const together = (monday: string, later: number) => {
  const first = row(day(monday, 4), "present");
  return { days: [dayOf(day(monday, 4), [first, { ...first, at: first.at + later, tutor_id: "other" }])] };
};

const CASES: Readonly<Record<RuleId, Cases>> = {
  "provider-feed-silent": {
    fires: (monday) => ({ days: [dayOf(day(monday, 3), [], { pending: [pending(day(monday, 3))] })] }),
    spares: (monday) => ({ days: [dayOf(day(monday, 3), [row(day(monday, 3), "present")])] }),
  },
  "site-under-delivery": {
    fires: (monday) => delivered(monday, 7),
    spares: (monday) => delivered(monday, 8),
  },
  "student-missed-sessions": {
    fires: (monday) => absences(monday, "absent_unexcused"),
    spares: (monday) => absences(monday, "present"),
  },
  "assigned-never-started": {
    fires: (monday) => ({ days: [], enrolments: [enrolled(day(monday, 7))], programs: [math] }),
    spares: (monday) => ({ days: [], enrolments: [enrolled(day(monday, 6))], programs: [math] }),
  },
  "under-dosed": { fires: (monday) => dosed(monday, 65), spares: (monday) => dosed(monday, 66) },
  // 15 of 25 instructional days are over: 540 of 900 minutes are due, 432 are 80 %
  "off-pace": { fires: (monday) => paced(monday, 431), spares: (monday) => paced(monday, 432) },
  "tutor-changed-too-often": {
    fires: (monday) => tutored(monday, ["a", "b", "c"]),
    spares: (monday) => tutored(monday, ["a", "b", "a"]),
  },
  "ratio-over-limit": { fires: (monday) => grouped(monday, 2), spares: (monday) => grouped(monday, 1) },
  "reports-late": { fires: (monday) => late(monday, 2), spares: (monday) => late(monday, 1) },
  "unknown-programs": {
    fires: (monday) => ({ ...taught(monday, ["art"]), programs: [math] }),
    spares: (monday) => ({ ...taught(monday, ["math"]), programs: [math] }),
  },
  "overlapping-sessions": {
    fires: (monday) => together(monday, 29),
    spares: (monday) => together(monday, 30),
  },
  "unknown-students": {
    fires: (monday) => ({
      days: [dayOf(day(monday, 4), [row(day(monday, 4), "present", { student_id: "9" })])],
      roster: [{ student_id: "1", school_id: "A" }],
    }),
    spares: (monday) => ({
      days: [dayOf(day(monday, 4), [row(day(monday, 4), "present")])],
      roster: [{ student_id: "1", school_id: "A" }],
    }),
  },
};

const found = (rule: RuleId, monday: string, one: Case, more: Partial<RuleInput> = {}) =>
  firingOf([rule], ruleInput([], { today: monday, ...one(monday), ...more }));

const MONDAYS = [
  ["on plain weeks", "2026-02-09"],
  ["across the clock change in March", "2026-03-09"],
  ["in the week after it", "2026-03-16"],
  ["across the clock change in November", "2026-11-02"],
] as const;

describe.each(RULE_IDS)("%s", (rule) => {
  const { fires, spares } = CASES[rule];

  it.each(MONDAYS)("fires at its threshold and not short of it, %s", (_, monday) => {
    expect(found(rule, monday, fires).map((one) => one.rule)).toEqual([rule]);
    expect(found(rule, monday, spares)).toEqual([]);
  });

  it("finds the same in every zone of the country", () => {
    for (const time_zone of ["America/New_York", "America/Anchorage", "Pacific/Honolulu"]) {
      const school = { ...SCHOOL, time_zone };
      expect(found(rule, "2026-03-09", fires, { school })).toHaveLength(1);
      expect(found(rule, "2026-03-09", spares, { school })).toEqual([]);
    }
  });

  it("counts no day of a closure: what lies on it does not trigger", () => {
    const closures = [{ from: "2026-01-01", to: "2026-02-08" }];
    expect(found(rule, "2026-02-09", fires, { school: { ...SCHOOL, calendar: { closures } } })).toEqual([]);
  });

  it("knows nothing of the time before the term", () => {
    const calendar = { first_day: "2026-02-09", closures: [] };
    expect(found(rule, "2026-02-09", fires, { school: { ...SCHOOL, calendar } })).toEqual([]);
  });
});
