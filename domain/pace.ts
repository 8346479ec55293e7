import { sum } from "./numbers.ts";
import { addDays, isHalfDay, schoolDaysBetween, WEEK_DAYS } from "./school-day.ts";
import type { Settings } from "./settings.ts";
import { calendarOf, targetHours, type Enrolment, type Program, type School } from "./setup.ts";

/** What an enrolment's program asks for between its first and its last day. Minutes are whole. */
export type Plan = {
  start: string;
  end: string;
  /** Instructional days before today, and in all; a half day counts half. */
  elapsed: number;
  whole: number;
  target_minutes: number;
  /** The target, prorated by the instructional days that are over. */
  expected_minutes: number;
};

/** At a school, on a school-local date; counts of days are remembered, because many enrolments share them. */
export type At = { school: School; today: string; first_day: string; known: Map<string, number> };

/** Instructional days from one to another, a half day counting half. */
export function instruction({ school, known }: At, from: string, to: string): number {
  const name = `${from} ${to}`;
  const calendar = calendarOf(school);
  const count =
    known.get(name) ??
    sum(schoolDaysBetween(from, to, calendar).map((day) => (isHalfDay(day, calendar) ? 0.5 : 1)));
  known.set(name, count);
  return count;
}

/** The last day of an enrolment: its own, else the term's, else as many weeks as the program runs. */
const endOf = (at: At, { to }: Enrolment, { program, start }: { program: Program; start: string }) =>
  to ?? calendarOf(at.school).last_day ?? addDays(start, 7 * program.weeks - 1);

/** undefined where nothing says when the enrolment began. */
export function planOf(at: At, enrolment: Enrolment, program: Program): Plan | undefined {
  const begin = enrolment.from ?? calendarOf(at.school).first_day;
  if (begin === undefined) return undefined;
  const start = begin < at.first_day ? at.first_day : begin;
  const end = endOf(at, enrolment, { program, start });
  const yesterday = addDays(at.today, -1);
  const elapsed = instruction(at, start, yesterday < end ? yesterday : end);
  const whole = instruction(at, start, end);
  const target_minutes = Math.round(targetHours(program) * 60);
  const expected_minutes = whole === 0 ? 0 : Math.round((target_minutes * elapsed) / whole);
  return { start, end, elapsed, whole, target_minutes, expected_minutes };
}

/**
 * Whether somebody has under the share of what is due by now, once enough instructional days are over to tell: what
 * the rule `off-pace` fires on, and what a page calls behind.
 */
export const isOffPace = (
  { elapsed, whole, expected_minutes }: Plan,
  minutes: number,
  { pace_share, pace_days }: Pick<Settings, "pace_share" | "pace_days">,
) => whole > 0 && elapsed >= pace_days && minutes < pace_share * expected_minutes;

/** (target − actual) / instructional weeks left, in minutes a week; 0 where no week is left or the target is reached. */
export function requiredPace(at: At, { end, target_minutes }: Plan, minutes: number): number {
  const left = instruction(at, at.today, end);
  return left === 0 ? 0 : Math.max(0, Math.ceil(((target_minutes - minutes) * WEEK_DAYS) / left));
}

/** The last day on which one session on every school day from then on still reaches the target; empty when it is past. */
export function lastFeasibleDay(
  { school, today }: At,
  { end, target_minutes }: Plan,
  { program, minutes }: { program: Program; minutes: number },
): string {
  const needed = Math.ceil((target_minutes - minutes) / program.minutes_per_session);
  return needed <= 0 ? end : (schoolDaysBetween(today, end, calendarOf(school)).at(-needed) ?? "");
}
