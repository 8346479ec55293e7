import { describe, expect, it } from "vitest";
import { arranged, levelOf, NOTHING, totalsOf } from "../../dashboard/week-rows.ts";
import { Enrolment, Program, School } from "../../domain/setup.ts";
import { weekGrid } from "../../domain/week-grid.ts";
import { dayOf, row } from "../support/school.ts";

/** Monday 2 March to Sunday 15 March are two weeks; the 4th is closed, the 5th a half day. */
const SCHOOL = School.parse({
  ...{ school_id: "A", district_id: "D", time_zone: "America/Denver" },
  calendar: {
    ...{ first_day: "2026-03-02", last_day: "2026-05-29", half_days: ["2026-03-05"] },
    closures: [{ from: "2026-03-04", to: "2026-03-04" }],
  },
});
/** 20 minutes a school day. */
const PROGRAM = Program.parse({ program_id: "math", sessions_per_week: 5, minutes_per_session: 20 });
const FIRST = "2026-03-02";
const enrolled = (student_id: string, more: object = {}) =>
  Enrolment.parse({ student_id, school_id: "A", program_id: "math", ...more });

const REPORTED = [
  dayOf(FIRST, [
    row(FIRST, "present", { student_id: "came", minutes: 30 }),
    row(FIRST, "present", { student_id: "stranger", minutes: 30 }),
  ]),
];

function gridOn(today: string, enrolments: Enrolment[], days = REPORTED) {
  const reading = {
    programs: [PROGRAM],
    now: Date.parse(`${today}T18:00:00Z`) / 1000,
    level: "students" as const,
  };
  return weekGrid({ school: SCHOOL, today, days, roster: [], enrolments, reading });
}
const rowIn = (grid: ReturnType<typeof gridOn>, id: string) =>
  grid.students.find(({ student_id }) => student_id === id)!;

describe("a school's weeks", () => {
  it("owe what the program asks for on school days that are over, a half day counting half", () => {
    const grid = gridOn("2026-03-11", [enrolled("came")]);
    // Monday, Tuesday, half of Thursday, Friday; then Monday and Tuesday
    expect(rowIn(grid, "came").due_minutes).toEqual([70, 40]);
    expect(grid.weeks.map(({ school_days }) => school_days)).toEqual([4, 2]);
  });

  it("begin with the first enrolment, also where nothing was reported for weeks, or ever", () => {
    const late = gridOn("2026-03-11", [enrolled("never", { from: FIRST })], []);
    expect([late.weeks.length, rowIn(late, "never").due_minutes]).toEqual([2, [70, 40]]);
    expect(arranged(late, NOTHING, new Map()).map(({ student_id }) => student_id)).toEqual(["never"]);
  });

  it("owe nothing before the first day of a week is over", () => {
    expect(rowIn(gridOn(FIRST, [enrolled("came")]), "came").due_minutes).toEqual([0]);
  });

  it("owe nothing before and after an enrolment, and add up what two of them ask for", () => {
    const of = (...all: Enrolment[]) => rowIn(gridOn("2026-03-14", all), "came").due_minutes;
    expect(of(enrolled("came", { from: "2026-03-06" }))).toEqual([20, 100]);
    expect(of(enrolled("came", { to: "2026-03-09" }))).toEqual([70, 20]);
    expect(of(enrolled("came"), enrolled("came", { provider_id: "p2", from: "2026-03-10" }))).toEqual([
      70, 180,
    ]);
  });

  it("owe nobody anything of whom no enrolment tells: that is not known, and not zero", () => {
    const stranger = rowIn(gridOn("2026-03-11", [enrolled("came")]), "stranger");
    expect(stranger.due_minutes).toEqual([null, null]);
    expect(totalsOf(stranger)).toMatchObject({ share: null, due: 0 });
  });

  it("count a week without a report as owed: the share is of all that was due", () => {
    const came = rowIn(gridOn("2026-03-14", [enrolled("came")]), "came");
    expect(came.minutes).toEqual([30, null]);
    expect(totalsOf(came).share).toBeCloseTo(30 / 170);
  });

  it("put first who should have had something and never did, though the share is not known", () => {
    const grid = gridOn("2026-03-14", [
      enrolled("came"),
      enrolled("never"),
      enrolled("later", { from: "2026-03-16" }),
    ]);
    expect(totalsOf(rowIn(grid, "never")).share).toBeNull();
    const order = arranged(grid, NOTHING, new Map()).map(({ student_id }) => student_id);
    expect(order.slice(0, 2)).toEqual(["never", "came"]);
    expect(order.slice(2).sort()).toEqual(["later", "stranger"]);
  });

  it("colour a week by its share of what was due, and not where one of both is unknown", () => {
    expect([0, 49, 50, 80, 100, 300].map((minutes) => levelOf(minutes, 100))).toEqual([
      ...["level-0", "level-0", "level-1", "level-2", "level-3", "level-3"],
    ]);
    expect([levelOf(null, 100), levelOf(10, null), levelOf(10, 0)]).toEqual(Array(3).fill("level-none"));
  });

  it("count what the provider canceled as not held, and never as an absence", () => {
    const days = [FIRST, "2026-03-03", "2026-03-05"].map((day) =>
      dayOf(day, [row(day, "not_held", { student_id: "came", minutes: 0 })]),
    );
    const grid = gridOn("2026-03-14", [enrolled("came"), enrolled("never")], days);
    const came = rowIn(grid, "came");
    expect([came.attended, came.held, came.scheduled]).toEqual([
      [0, 0],
      [0, 0],
      [3, 0],
    ]);
    const missed = gridOn(
      "2026-03-14",
      [enrolled("came"), enrolled("away")],
      [
        ...days,
        dayOf("2026-03-06", [row("2026-03-06", "absent_unexcused", { student_id: "away", minutes: 0 })]),
      ],
    );
    const worst = arranged(missed, { ...NOTHING, sort: "attendance" }, new Map());
    expect(worst.map(({ student_id }) => student_id)).toEqual(["away", "came"]);
  });

  it("compare minutes and what is due up to the same moment: today counts in neither", () => {
    const days = [FIRST, "2026-03-03"].map((day) =>
      dayOf(day, [row(day, "present", { student_id: "came", minutes: 30 })]),
    );
    const came = rowIn(gridOn("2026-03-03", [enrolled("came")], days), "came");
    expect([came.minutes, came.minutes_over, came.due_minutes]).toEqual([[60], [30], [20]]);
    expect(totalsOf(came).share).toBeCloseTo(30 / 20);
  });

  it("leave minutes of weeks in which nothing was due out of the share", () => {
    const days = [FIRST, "2026-03-09"].map((day) =>
      dayOf(day, [row(day, "present", { student_id: "came", minutes: 50 })]),
    );
    const came = rowIn(gridOn("2026-03-14", [enrolled("came", { from: "2026-03-09" })], days), "came");
    expect(came.due_minutes).toEqual([0, 100]);
    expect(totalsOf(came).share).toBeCloseTo(0.5);
  });
});
