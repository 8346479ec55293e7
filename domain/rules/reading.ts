import type { StudentSession, Summary } from "../day-summary.ts";
import { groupByStudent } from "../dosage-report.ts";
import { sum } from "../numbers.ts";
import type { DaySummary, Rule, RuleInput } from "../rule.ts";
import { addDays, isHalfDay, isSchoolDay, schoolDaysBack, isCurrent } from "../school-day.ts";
import { calendarOf } from "../setup.ts";
import { NOT_HELD_ATTRIBUTION } from "../words.ts";

/** A day's student-session, with its day. */
export type Attendance = { day: string; row: StudentSession };

/** School days before today, the latest first: today is not over yet. */
export const pastSchoolDays = ({ school, today }: Pick<RuleInput, "school" | "today">, count: number) =>
  schoolDaysBack(addDays(today, -1), count, calendarOf(school));

/** Of these days, those that have a summary. */
export const daysAmong = ({ days }: Pick<RuleInput, "days">, wanted: readonly string[]): DaySummary[] => {
  const set = new Set(wanted);
  return days.filter(({ day }) => set.has(day));
};

/** Days with school: what lies on others neither counts nor triggers. */
export const schoolDaysOnly = ({ days, school }: Pick<RuleInput, "days" | "school">) =>
  days.filter(({ day }) => isSchoolDay(day, calendarOf(school)));

/** Each student's sessions, in the order in which they took place. */
export function attendanceByStudent(days: readonly DaySummary[]): Map<string, Attendance[]> {
  const dayOfRow = new Map<StudentSession, string>();
  for (const { day, summary } of days) for (const row of summary.student_sessions) dayOfRow.set(row, day);
  const groups = groupByStudent([...dayOfRow.keys()]);
  return new Map(
    [...groups].map(([student_id, rows]) => [
      student_id,
      rows.sort((a, b) => a.at - b.at).map((row) => ({ row, day: dayOfRow.get(row) ?? "" })),
    ]),
  );
}

export const providersIn = (attendances: readonly Attendance[]) =>
  [...new Set(attendances.map(({ row }) => row.provider_id))].sort();

/** The program of the latest session decides which thresholds apply to a student. */
export const settingsFor = ({ settings }: RuleInput, attendances: readonly Attendance[]) =>
  settings(attendances.at(-1)?.row.program_id);

export type Delivered = { held: number; byCalendar: number; byProvider: number; notHeld: number };

/** Final reports of a provider in a summary. `notHeld` leaves out what is attributed to the calendar. */
export function deliveredBy(summary: Summary | undefined, provider_id: string): Delivered {
  const rows = summary?.providers.filter((row) => row.provider_id === provider_id) ?? [];
  const reasons = rows.flatMap((row) => row.not_held);
  const counted = (wanted: string) =>
    sum(
      reasons.filter(({ reason }) => NOT_HELD_ATTRIBUTION[reason] === wanted).map(({ sessions }) => sessions),
    );
  const byProvider = counted("provider");
  return {
    held: sum(rows.map(({ sessions_held }) => sessions_held)),
    byCalendar: counted("calendar"),
    byProvider,
    notHeld: byProvider + counted("school") + counted("student"),
  };
}

/** Final reports of a provider, of whatever kind. */
export function reportsOn(summary: Summary | undefined, provider_id: string): number {
  const { held, byCalendar, notHeld } = deliveredBy(summary, provider_id);
  return held + byCalendar + notHeld;
}

/** Sessions without a final report that were over at `instant` (seconds since 1970). */
export const overdueAt = (summary: Summary, provider_id: string, instant: number) =>
  summary.pending.filter(
    (session) => session.provider_id === provider_id && session.scheduled_end <= instant,
  );

/** Whether a provider called off the whole day for a reason of the calendar, such as snow. */
export function isCalledOff(summary: Summary, provider_id: string): boolean {
  const { held, byCalendar, notHeld } = deliveredBy(summary, provider_id);
  return byCalendar > 0 && held + notHeld === 0;
}

export function providersOf({ days, enrolments }: RuleInput): string[] {
  const known = days.flatMap(({ summary }) => [...summary.providers, ...summary.pending]);
  const enrolled = enrolments.flatMap(({ provider_id }) => provider_id ?? []);
  return [...new Set([...known.map(({ provider_id }) => provider_id), ...enrolled])].sort();
}

/** The first day of the term; without a calendar as far back as rules look. */
const NO_TERM_DAYS = 200;
export const termStart = ({ school, today }: Pick<RuleInput, "school" | "today">) =>
  calendarOf(school).first_day ?? addDays(today, -NO_TERM_DAYS);

export const isFullSchoolDay = (day: string, { school }: Pick<RuleInput, "school">) =>
  isSchoolDay(day, calendarOf(school)) && !isHalfDay(day, calendarOf(school));

/** Rounded down, so that what lies under a threshold is never shown as having reached it. */
export const percent = (part: number, whole: number) => (whole === 0 ? 0 : Math.floor((part * 100) / whole));

/** The range of the last school days, and today. */
export const readsBack =
  (count: number) =>
  ({ school, today }: Pick<RuleInput, "school" | "today">) => ({
    from: pastSchoolDays({ school, today }, count).at(-1) ?? today,
    to: today,
  });

export const asPercent = (share: number) => `${Math.round(share * 100)} %`;

const DEFAULT_SESSIONS_PER_WEEK = 3;

/** Student-sessions a week that enrolments with a provider promise, once they have run for a week. */
export function promisedPerWeek(
  { enrolments, programs }: RuleInput,
  provider_id: string,
  day: string,
): number {
  const perWeek = enrolments
    .filter((enrolment) => enrolment.provider_id === provider_id && isCurrent(enrolment, day))
    .filter(({ from }) => from === undefined || from <= addDays(day, -7))
    .map(({ program_id }) => programs.find((program) => program.program_id === program_id))
    .map((program) => program?.sessions_per_week ?? DEFAULT_SESSIONS_PER_WEEK);
  return sum(perWeek);
}

/** How the district is told of what a provider reported and what cannot be right: every day, until it is mended. */
export const TOLD_TO_THE_DISTRICT = {
  about: "provider",
  heldBackBy: ["provider-feed-silent"],
  goesTo: ["district"],
  digest: "daily",
  sameDay: false,
  text: false,
  onReport: "never",
  reads: (input: Parameters<Rule["reads"]>[0]) => readsBack(input.settings.unknown_days)(input),
} as const satisfies Partial<Rule>;
