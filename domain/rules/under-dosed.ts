import { sum } from "../numbers.ts";
import type { Firing, Rule, RuleInput } from "../rule.ts";
import { addDays, isSchoolDay, mondayOf, schoolDaysBetween } from "../school-day.ts";
import { calendarOf } from "../setup.ts";
import {
  asPercent,
  attendanceByStudent,
  isCalledOff,
  percent,
  providersIn,
  settingsFor,
  type Attendance,
} from "./reading.ts";

export const underDosed: Rule = {
  id: "under-dosed",
  describe: ({ dosage_share, dosage_weeks }) =>
    `A student got under ${asPercent(dosage_share)} of her scheduled minutes in ${dosage_weeks} complete weeks.`,
  source: "design: two sessions of three, where NSSA asks for three a week",
  thresholds: ["dosage_share", "dosage_weeks"],
  about: "student",
  heldBackBy: ["provider-feed-silent", "site-under-delivery", "student-missed-sessions"],
  goesTo: ["site_lead"],
  digest: "weekly",
  sameDay: false,
  text: false,
  onReport: "never",
  reads: ({ school, today, settings }) => {
    const weeks = completeWeeks({ school, today }, settings.dosage_weeks);
    return { from: weeks.at(-1) ?? today, to: addDays(mondayOf(today), -1) };
  },
  evaluate: (input) => {
    const weeks = completeWeeks(input, input.settings().dosage_weeks);
    if (weeks.length < input.settings().dosage_weeks) return [];
    const days = input.days.filter(
      ({ day }) => weeks.includes(mondayOf(day)) && isSchoolDay(day, calendarOf(input.school)),
    );
    return [...attendanceByStudent(days.map(withoutCalledOff))].flatMap(
      ([student_id, own]) => shortOf(input, { student_id, own, weeks }) ?? [],
    );
  },
};

/** What a provider called off for snow or a holiday was not promised. */
function withoutCalledOff({ day, summary }: RuleInput["days"][number]) {
  const off = new Set(
    summary.providers
      .filter(({ provider_id }) => isCalledOff(summary, provider_id))
      .map(({ provider_id }) => provider_id),
  );
  const student_sessions = summary.student_sessions.filter(({ provider_id }) => !off.has(provider_id));
  return { day, summary: { ...summary, student_sessions } };
}

const SEARCH_WEEKS = 30;

/** Mondays of the last weeks that had school and are over, the latest first. A week of holidays is passed over. */
function completeWeeks({ school, today }: Pick<RuleInput, "school" | "today">, count: number): string[] {
  const mondays = Array.from({ length: SEARCH_WEEKS }, (_, week) =>
    addDays(mondayOf(today), -7 * (week + 1)),
  );
  return mondays
    .filter((monday) => schoolDaysBetween(monday, addDays(monday, 6), calendarOf(school)).length > 0)
    .slice(0, count);
}

type Weeks = { student_id: string; own: readonly Attendance[]; weeks: readonly string[] };

/** Only of a student who was scheduled in each of the weeks: one bad first day is no pattern. */
function shortOf(input: RuleInput, { student_id, own, weeks }: Weeks): Firing | undefined {
  const scheduledIn = (monday: string) =>
    sum(own.filter(({ day }) => mondayOf(day) === monday).map(({ row }) => row.scheduled_minutes));
  if (weeks.some((monday) => scheduledIn(monday) === 0)) return undefined;
  const scheduled_minutes = sum(own.map(({ row }) => row.scheduled_minutes));
  const minutes = sum(own.map(({ row }) => row.minutes));
  if (minutes / scheduled_minutes >= settingsFor(input, own).dosage_share) return undefined;
  return {
    rule: "under-dosed",
    subject: student_id,
    since: own[0]?.day ?? "",
    provider_ids: providersIn(own),
    facts: {
      program_id: own.at(-1)?.row.program_id ?? "",
      minutes,
      scheduled_minutes,
      percent: percent(minutes, scheduled_minutes),
      weeks: weeks.length,
    },
  };
}
