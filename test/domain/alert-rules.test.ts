import { describe, expect, it } from "vitest";
import { ruleOf, RULES } from "../../domain/rules/index.ts";
import { DEFAULT_SETTINGS } from "../../domain/settings.ts";
import { ROLES } from "../../domain/words.ts";
import type { StudentSession } from "../../domain/day-summary.ts";
import { dayOf, pending, row, ruleInput, SCHOOL } from "../support/school.ts";

const missed = (statuses: [string, StudentSession["status"]][], more = {}) =>
  ruleOf("student-missed-sessions").evaluate(
    ruleInput(
      statuses.map(([day, status]) => dayOf(day, [row(day, status)])),
      more,
    ),
  );

// 2026-03-13 is a Friday; ten school days reach back to Monday the 2nd
describe("student missed sessions", () => {
  it("fires at two in a row, and not below", () => {
    expect(
      missed([
        ["2026-03-11", "present"],
        ["2026-03-12", "absent_excused"],
      ]),
    ).toEqual([]);
    expect(
      missed([
        ["2026-03-11", "absent_excused"],
        ["2026-03-12", "absent_unexcused"],
      ]),
    ).toMatchObject([
      { subject: "1", since: "2026-03-11", facts: { missed: 2, in_a_row: 2, last_missed: "2026-03-12" } },
    ]);
  });

  it("is over when the student comes again, unless three are missed within ten school days", () => {
    const twice = [
      ["2026-03-09", "absent_excused"],
      ["2026-03-10", "absent_excused"],
      ["2026-03-12", "present"],
    ] as const;
    expect(missed([...twice].map(([day, status]) => [day, status]))).toEqual([]);
    expect(
      missed([
        ["2026-03-03", "absent_excused"],
        ...twice.map(([day, status]): [string, StudentSession["status"]] => [day, status]),
      ]),
    ).toMatchObject([{ since: "2026-03-03", facts: { missed: 3, in_a_row: 0 } }]);
  });

  it("looks back ten school days and no further", () => {
    const [first, second] = [
      ["2026-03-05", "absent_excused"],
      ["2026-03-10", "absent_excused"],
    ] as [string, "absent_excused"][];
    const later: [string, "present"][] = [["2026-03-12", "present"]];
    expect(missed([["2026-03-02", "absent_excused"], first!, second!, ...later])).toHaveLength(1);
    expect(missed([["2026-02-27", "absent_excused"], first!, second!, ...later])).toEqual([]);
  });

  it("does not count what was not held, for or against", () => {
    expect(
      missed([
        ["2026-03-10", "absent_excused"],
        ["2026-03-11", "not_held"],
        ["2026-03-12", "absent_excused"],
      ]),
    ).toMatchObject([{ facts: { in_a_row: 2 } }]);
    expect(
      missed([
        ["2026-03-11", "not_held"],
        ["2026-03-12", "not_held"],
      ]),
    ).toEqual([]);
  });

  it("counts a late, an early and a partial attendance as no absence", () => {
    expect(
      missed([
        ["2026-03-11", "partial"],
        ["2026-03-12", "late"],
        ["2026-03-13", "left_early"],
      ]),
    ).toEqual([]);
  });

  it("passes over closures: they neither count nor break", () => {
    const school = { ...SCHOOL, calendar: { closures: [{ from: "2026-03-11", to: "2026-03-11" }] } };
    expect(
      missed(
        [
          ["2026-03-10", "absent_excused"],
          ["2026-03-11", "absent_excused"],
        ],
        { school },
      ),
    ).toEqual([]);
    const week = { ...SCHOOL, calendar: { closures: [{ from: "2026-03-02", to: "2026-03-06" }] } };
    expect(
      missed(
        [
          ["2026-02-26", "absent_excused"],
          ["2026-02-27", "absent_excused"],
        ],
        { school: week },
      ),
    ).toHaveLength(1);
  });

  it("begins with the term", () => {
    const school = { ...SCHOOL, calendar: { first_day: "2026-03-12", closures: [] } };
    expect(
      missed(
        [
          ["2026-03-11", "absent_excused"],
          ["2026-03-12", "absent_excused"],
        ],
        { school },
      ),
    ).toEqual([]);
  });

  it("keeps its count across a clock change", () => {
    const at = { today: "2026-03-09" };
    expect(
      missed(
        [
          ["2026-03-06", "absent_excused"],
          ["2026-03-09", "absent_excused"],
        ],
        at,
      ),
    ).toMatchObject([{ since: "2026-03-06" }]);
  });

  it("keeps students and providers apart", () => {
    const rows = (day: string) => [
      row(day, "absent_excused"),
      row(day, "absent_excused", { student_id: "2", provider_id: "bright-path" }),
    ];
    const found = ruleOf("student-missed-sessions").evaluate(
      ruleInput([dayOf("2026-03-11", rows("2026-03-11")), dayOf("2026-03-12", rows("2026-03-12"))]),
    );
    expect(found.map(({ subject, provider_ids }) => [subject, provider_ids])).toEqual([
      ["1", ["north-star"]],
      ["2", ["bright-path"]],
    ]);
  });

  it("orders two sessions of one day by their start", () => {
    const early = row("2026-03-12", "absent_excused", { at: 1 });
    const late = row("2026-03-12", "present", { at: 2 });
    expect(
      ruleOf("student-missed-sessions").evaluate(
        ruleInput([
          dayOf("2026-03-11", [row("2026-03-11", "absent_excused", { at: 0 })]),
          dayOf("2026-03-12", [late, early]),
        ]),
      ),
    ).toEqual([]);
  });
});

const silent = (...args: Parameters<typeof ruleInput>) =>
  ruleOf("provider-feed-silent").evaluate(ruleInput(...args));
const present = (day: string) => dayOf(day, [row(day, "present")]);
const waiting = (day: string, more: string[] = []) => ({
  ...dayOf(day, []),
  summary: { ...dayOf(day, []).summary, pending: [day, ...more].map((one) => pending(one)) },
});

describe("provider feed silent", () => {
  it("fires when a scheduled session of the last school day has no report, and not when it has", () => {
    expect(silent([present("2026-03-11"), waiting("2026-03-12")])).toMatchObject([
      { subject: "north-star", since: "2026-03-12", facts: { reason: "nothing_reported" } },
    ]);
    expect(
      silent([
        present("2026-03-11"),
        dayOf("2026-03-12", [row("2026-03-12", "present")], { pending: [pending("2026-03-12")] }),
      ]),
    ).toEqual([]);
  });

  it("waits until the school day is over", () => {
    expect(silent([present("2026-03-12"), waiting("2026-03-13")], { today: "2026-03-13" })).toEqual([]);
    expect(silent([present("2026-03-12"), waiting("2026-03-13")], { today: "2026-03-14" })).toHaveLength(1);
  });

  it("expects nothing on a day without school", () => {
    const school = { ...SCHOOL, calendar: { closures: [{ from: "2026-03-12", to: "2026-03-12" }] } };
    expect(silent([present("2026-03-11"), waiting("2026-03-12")], { school })).toEqual([]);
  });

  it("goes by habit where no schedules are posted: by weekday, on half of the last weeks", () => {
    const thursdays = ["2026-02-12", "2026-02-19", "2026-02-26", "2026-03-05"];
    expect(silent(thursdays.map(present))).toMatchObject([{ since: "2026-03-12" }]);
    expect(silent(thursdays.slice(2).map(present))).toHaveLength(1);
    expect(silent([present(thursdays[0]!)])).toEqual([]);
    expect(
      silent(["2026-03-02", "2026-03-04", "2026-03-06", "2026-03-09", "2026-03-11"].map(present)),
    ).toEqual([]);
  });

  it("goes by enrolments where a provider never reported, once they have run for a week", () => {
    const enrolments = (count: number, from: string) =>
      Array.from({ length: count }, (_, student) => ({
        student_id: `${student}`,
        school_id: "A",
        program_id: "math",
        provider_id: "north-star",
        from,
      }));
    expect(silent([], { enrolments: enrolments(2, "2026-03-01") })).toHaveLength(1);
    expect(silent([], { enrolments: enrolments(1, "2026-03-01") })).toEqual([]);
    expect(silent([], { enrolments: enrolments(9, "2026-03-06") })).toEqual([]);
    expect(
      silent([], { enrolments: enrolments(9, "2026-01-05").map((one) => ({ ...one, to: "2026-02-20" })) }),
    ).toEqual([]);
  });

  it("stays silent through days on which nothing was due, until a report comes", () => {
    const enough = ["2026-02-11", "2026-02-18", "2026-02-25", "2026-03-04"].map(present);
    for (const today of ["2026-03-12", "2026-03-13", "2026-03-16", "2026-03-18"]) {
      expect([today, silent(enough, { today })]).toMatchObject([today, [{ since: "2026-03-11" }]]);
    }
    expect(silent([...enough, present("2026-03-13")], { today: "2026-03-16" })).toEqual([]);
  });

  it("is not misled by one forgotten session of a provider that reports", () => {
    const days = ["2026-02-19", "2026-02-26", "2026-03-05"].map(present);
    const forgotten = dayOf("2026-02-24", [], { pending: [pending("2026-02-24")] });
    expect(silent([...days, forgotten])).toMatchObject([
      { since: "2026-03-12", facts: { reason: "nothing_reported" } },
    ]);
    expect(silent([...days, forgotten, present("2026-03-12")])).toEqual([]);
  });

  it("fires when no session is scheduled any more, of a provider that is known to schedule, while enrolments run on", () => {
    const enrolments = [
      { student_id: "1", school_id: "A", program_id: "math", provider_id: "north-star", from: "2026-01-01" },
    ];
    const scheduling = ["north-star"];
    const days = [present("2026-03-12")];
    expect(silent(days, { enrolments, scheduling })).toMatchObject([
      { facts: { reason: "no_schedule_left" } },
    ]);
    expect(silent(days, { enrolments })).toEqual([]);
    expect(silent([...days, waiting("2026-03-16")], { enrolments, scheduling })).toEqual([]);
    expect(
      silent(days, { enrolments: enrolments.map((one) => ({ ...one, to: "2026-03-14" })), scheduling }),
    ).toEqual([]);
    expect(silent(days, { scheduling })).toEqual([]);
  });

  it("expects nothing of a provider that schedules, on a day without a scheduled session", () => {
    const thursdays = ["2026-02-19", "2026-02-26", "2026-03-05"].map(present);
    expect(silent([...thursdays, waiting("2026-03-17")], { scheduling: ["north-star"] })).toEqual([]);
  });
});

describe("every rule", () => {
  it.each(RULES.map((rule) => [rule.id, rule] as const))(
    "%s describes itself and holds back only rules that are judged before it",
    (_, rule) => {
      const input = ruleInput([]);
      expect(rule.describe(DEFAULT_SETTINGS)).toMatch(/^[A-Z].{20,260}\.$/);
      expect(rule.source).toMatch(/^.{20,140}$/);
      const before = RULES.slice(0, RULES.indexOf(rule)).map(({ id }) => id);
      for (const id of rule.heldBackBy) expect(before).toContain(id);
      for (const role of rule.goesTo) expect(ROLES).toContain(role);
      expect(rule.text).toBe(["provider-feed-silent", "site-under-delivery"].includes(rule.id));
      const { from, to } = rule.reads({ ...input, settings: DEFAULT_SETTINGS });
      expect(from < to && from < input.today).toBe(true);
      expect(rule.evaluate(input)).toEqual([]);
    },
  );
});
