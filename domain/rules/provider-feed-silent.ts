import type { Firing, Rule, RuleInput } from "../rule.ts";
import { addDays, isoWeekday, isSchoolDay, schoolDaysBack, isCurrent } from "../school-day.ts";
import { calendarOf } from "../setup.ts";
import { isFullSchoolDay, pastSchoolDays, promisedPerWeek, providersOf, reportsOn } from "./reading.ts";

export const providerFeedSilent: Rule = {
  id: "provider-feed-silent",
  describe: ({ habit_weeks }) =>
    `A provider was expected to report and reported nothing for one whole school day (by its schedules, else by its weekdays of the last ${habit_weeks} weeks, else by its enrolments), or has no session scheduled any more while its enrolments run.`,
  source: "design: what is not known within a school day is learnt of too late",
  thresholds: ["habit_weeks"],
  about: "provider",
  heldBackBy: [],
  goesTo: ["provider", "district"],
  digest: "daily",
  sameDay: true,
  text: true,
  onReport: "while-open",
  reads: ({ today, settings }) => ({
    from: addDays(today, -7 * settings.habit_weeks - 7),
    to: addDays(today, 28),
  }),
  evaluate: (input) => {
    const [last] = pastSchoolDays(input, 1);
    return last === undefined
      ? []
      : providersOf(input).flatMap((provider_id) => silenceOf(input, provider_id, last));
  },
};

/** School days that a silence is looked for: what is older was told, and is still open. */
const SILENCE_DAYS = 10;

/** Silent from the latest day on which something was expected, unless a report came for that day or a later one. */
function silenceOf(input: RuleInput, provider_id: string, last: string): Firing[] {
  const firing = { rule: "provider-feed-silent", subject: provider_id, provider_ids: [provider_id] } as const;
  const day = silentDay(input, provider_id, last);
  if (day !== undefined) return [{ ...firing, since: day, facts: { reason: "nothing_reported", day } }];
  if (!isScheduleExhausted(input, provider_id)) return [];
  return [{ ...firing, since: last, facts: { reason: "no_schedule_left" } }];
}

function silentDay(input: RuleInput, provider_id: string, last: string): string | undefined {
  for (const day of schoolDaysBack(last, SILENCE_DAYS, calendarOf(input.school))) {
    const summary = input.days.find((one) => one.day === day)?.summary;
    if (reportsOn(summary, provider_id) > 0) return undefined;
    if (isExpectedOn(input, provider_id, day)) return day;
  }
  return undefined;
}

const pendingOf = ({ days }: RuleInput, provider_id: string) =>
  days.flatMap(({ day, summary }) =>
    summary.pending
      .filter((session) => session.provider_id === provider_id)
      .map((session) => ({ day, session })),
  );

/**
 * Whether something should have been reported: a scheduled session that is over. Of a provider that posts no
 * schedules, where it has the habit of reporting on this weekday; of one that never reported, where its enrolments
 * promise a session a day.
 */
function isExpectedOn(input: RuleInput, provider_id: string, day: string): boolean {
  const pending = pendingOf(input, provider_id).filter((one) => one.day === day);
  if (pending.length > 0) return pending.some(({ session }) => session.scheduled_end <= input.now);
  if (input.scheduling.includes(provider_id) || !isFullSchoolDay(day, input)) return false;
  const reported = input.days
    .filter((one) => one.day < day && reportsOn(one.summary, provider_id) > 0)
    .map((one) => one.day);
  return reported.length > 0
    ? isHabitualOn(input, reported, day)
    : Math.floor(promisedPerWeek(input, provider_id, day) / 5) >= 1;
}

/** Where the provider reported on at least half of the same weekdays since its first report within the window. */
function isHabitualOn({ school, settings }: RuleInput, reported: readonly string[], day: string): boolean {
  const first = [...reported].sort()[0] ?? day;
  const weeks = Array.from({ length: settings().habit_weeks }, (_, week) => addDays(day, -7 * (week + 1)));
  const same = weeks.filter((past) => past >= first && isSchoolDay(past, calendarOf(school)));
  const kept = same.filter((past) => reported.includes(past));
  return kept.length > 0 && kept.length * 2 >= same.length;
}

/** Only of a provider that is known to post schedules, and whose enrolments run on for a week at least. */
function isScheduleExhausted(input: RuleInput, provider_id: string): boolean {
  if (!input.scheduling.includes(provider_id) || schedulesAhead(input).includes(provider_id)) return false;
  const next = nextSchoolDay(input);
  // before a break, or at the end of a term, nothing need be planned
  if (next === undefined) return false;
  return input.enrolments.some(
    (enrolment) =>
      enrolment.provider_id === provider_id &&
      isCurrent(enrolment, input.today) &&
      isCurrent(enrolment, next),
  );
}

/** Providers with a session still to come: what tells that they post schedules. */
export const schedulesAhead = ({ days, now }: Pick<RuleInput, "days" | "now">): string[] => [
  ...new Set(
    days.flatMap(({ summary }) =>
      summary.pending
        .filter(({ scheduled_end }) => scheduled_end > now)
        .map(({ provider_id }) => provider_id),
    ),
  ),
];

/** The first school day of the next week; undefined where that week has none. */
function nextSchoolDay({ school, today }: RuleInput): string | undefined {
  const monday = addDays(today, 8 - isoWeekday(today));
  const week = Array.from({ length: 7 }, (_, day) => addDays(monday, day));
  return week.find((day) => isSchoolDay(day, calendarOf(school)));
}
