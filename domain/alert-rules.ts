import type { StudentSession, Summary } from "./day-summary.ts";
import { groupByStudent } from "./dosage-report.ts";
import { wasHeld } from "./metrics.ts";
import { addDays, isoWeekday, isSchoolDay, schoolDaysBack } from "./school-day.ts";
import { calendarOf, isCurrent, type Enrolment, type Program, type School } from "./setup.ts";

/**
 * Thresholds. Defaults: two missed in a row or three in ten school days is where NSSA's programs begin to call home;
 * a feed that says nothing for one whole school day is looked into the same day.
 */
export const DEFAULT_SETTINGS = {
  missed_in_a_row: 2,
  missed_sessions: 3,
  missed_window_days: 10,
  /** Weeks back that tell on which weekdays a provider reports. */
  habit_weeks: 4,
  /** School days that an alert stays the same episode after it was resolved. */
  clean_days: 10,
} as const;
export type Settings = { [Name in keyof typeof DEFAULT_SETTINGS]: number };

export type DaySummary = { day: string; summary: Summary };
export type RuleInput = {
  school: School;
  /** School-local date. */
  today: string;
  /** Seconds since 1970. */
  now: number;
  days: readonly DaySummary[];
  enrolments: readonly Enrolment[];
  programs: readonly Program[];
  /** Providers known to post schedules: a completed report removes the schedule that told it, so sweep remembers. */
  scheduling: readonly string[];
  settings: Settings;
};

export const RULE_IDS = ["provider-feed-silent", "student-missed-sessions"] as const;
export type RuleId = (typeof RULE_IDS)[number];

/** What a rule found: about whom, since which school day, and the numbers behind it. */
export type Firing = {
  rule: RuleId;
  /** A student or a provider, by id. */
  subject: string;
  since: string;
  /** Whose sessions it is about: a silent feed of one of them holds it back. */
  provider_ids: readonly string[];
  facts: Readonly<Record<string, number | string>>;
};

type Rule = {
  id: RuleId;
  /** What fires, in a sentence for people who did not write it. */
  describe: (settings: Settings) => string;
  /** Rules that say why there is nothing to see here: while one of them is open for a provider, this one stays silent. */
  heldBackBy: readonly RuleId[];
  /** Days before and after today that it reads. */
  reads: (input: Pick<RuleInput, "school" | "today" | "settings">) => { from: string; to: string };
  evaluate: (input: RuleInput) => Firing[];
};

const isMissed = ({ status }: StudentSession) => status === "absent_excused" || status === "absent_unexcused";

/**
 * Students whose rows differ between two summaries of a day, and whether that may open an alert: by an absence, or by
 * a held session that went and stood between two absences.
 */
export function changeOf(
  before: Summary | undefined,
  after: Summary,
): { students: Set<string>; mayOpen: boolean } {
  const old = before?.student_sessions ?? [];
  const [then, now] = [new Set(old.map(rowText)), new Set(after.student_sessions.map(rowText))];
  const gone = old.filter((row) => !now.has(rowText(row)));
  const come = after.student_sessions.filter((row) => !then.has(rowText(row)));
  const students = new Set([...gone, ...come].map(({ student_id }) => student_id));
  return { students, mayOpen: come.some(isMissed) || gone.some(wasHeld) };
}

const rowText = ({ student_id, at, provider_id, status }: StudentSession) =>
  JSON.stringify([student_id, at, provider_id, status]);

type Attendance = { day: string; row: StudentSession };

const missedSessions: Rule = {
  id: "student-missed-sessions",
  describe: ({ missed_in_a_row: row, missed_sessions: count, missed_window_days: days }) =>
    `A student was absent from ${row} held sessions in a row, or from ${count} within ${days} school days.`,
  heldBackBy: ["provider-feed-silent"],
  reads: ({ school, today, settings }) => ({
    from: schoolDaysBack(today, settings.missed_window_days, calendarOf(school)).at(-1) ?? today,
    to: today,
  }),
  evaluate: ({ school, today, days, settings }) => {
    const window = new Set(schoolDaysBack(today, settings.missed_window_days, calendarOf(school)));
    const held = days
      .filter(({ day }) => window.has(day))
      .flatMap(({ day, summary }) => summary.student_sessions.filter(wasHeld).map((row) => ({ day, row })));
    return [...byStudent(held)].flatMap(([student_id, own]) => missedOf(student_id, own, settings));
  },
};

function byStudent(held: readonly Attendance[]): Map<string, Attendance[]> {
  const days = new Map(held.map(({ day, row }) => [row, day]));
  const groups = groupByStudent(held.map(({ row }) => row));
  return new Map(
    [...groups].map(([student_id, rows]) => [
      student_id,
      rows.sort((a, b) => a.at - b.at).map((row) => ({ row, day: days.get(row) ?? "" })),
    ]),
  );
}

function missedOf(subject: string, held: readonly Attendance[], settings: Settings): Firing[] {
  const missed = held.filter(({ row }) => isMissed(row));
  const lastAttended = held.findLastIndex(({ row }) => !isMissed(row));
  const inARow = held.slice(lastAttended + 1);
  const rowFires = inARow.length >= settings.missed_in_a_row;
  if (!rowFires && missed.length < settings.missed_sessions) return [];
  const [first] = rowFires && missed.length < settings.missed_sessions ? inARow : missed;
  return [
    {
      rule: "student-missed-sessions",
      subject,
      since: first?.day ?? "",
      provider_ids: [...new Set(missed.map(({ row }) => row.provider_id))].sort(),
      facts: { missed: missed.length, in_a_row: inARow.length, last_missed: missed.at(-1)?.day ?? "" },
    },
  ];
}

const feedSilent: Rule = {
  id: "provider-feed-silent",
  describe: () =>
    "A provider was expected to report and reported nothing for one whole school day, or has no session scheduled any more while its enrolments run.",
  heldBackBy: [],
  reads: ({ today, settings }) => ({
    from: addDays(today, -7 * settings.habit_weeks - 7),
    to: addDays(today, 28),
  }),
  evaluate: (input) => {
    const [last] = schoolDaysBack(addDays(input.today, -1), 1, calendarOf(input.school));
    return last === undefined
      ? []
      : providersOf(input).flatMap((provider_id) => silenceOf(input, provider_id, last));
  },
};

function providersOf({ days, enrolments }: RuleInput): string[] {
  const known = days.flatMap(({ summary }) => [...summary.providers, ...summary.pending]);
  const enrolled = enrolments.flatMap(({ provider_id }) => provider_id ?? []);
  return [...new Set([...known.map(({ provider_id }) => provider_id), ...enrolled])].sort();
}

/** How many final reports of a provider this day holds. */
function reportsOn(summary: Summary | undefined, provider_id: string): number {
  const rows = summary?.providers.filter((row) => row.provider_id === provider_id) ?? [];
  return rows.reduce(
    (total, row) => total + row.sessions_held + row.not_held.reduce((sum, { sessions }) => sum + sessions, 0),
    0,
  );
}

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
  if (input.scheduling.includes(provider_id)) return false;
  const reported = input.days
    .filter((one) => one.day < day && reportsOn(one.summary, provider_id) > 0)
    .map((one) => one.day);
  return reported.length > 0
    ? isHabitualOn(input, reported, day)
    : enrolledPerDay(input, provider_id, day) >= 1;
}

/** Where the provider reported on at least half of the same weekdays since its first report within the window. */
function isHabitualOn({ school, settings }: RuleInput, reported: readonly string[], day: string): boolean {
  const first = [...reported].sort()[0] ?? day;
  const weeks = Array.from({ length: settings.habit_weeks }, (_, week) => addDays(day, -7 * (week + 1)));
  const same = weeks.filter((past) => past >= first && isSchoolDay(past, calendarOf(school)));
  const kept = same.filter((past) => reported.includes(past));
  return kept.length > 0 && kept.length * 2 >= same.length;
}

function enrolledPerDay({ enrolments, programs }: RuleInput, provider_id: string, day: string): number {
  const perWeek = enrolments
    .filter((enrolment) => enrolment.provider_id === provider_id && isCurrent(enrolment, day))
    .filter(({ from }) => from === undefined || from <= addDays(day, -7))
    .map(
      ({ program_id }) =>
        programs.find((program) => program.program_id === program_id)?.sessions_per_week ?? 3,
    );
  return Math.floor(perWeek.reduce((sum, sessions) => sum + sessions, 0) / 5);
}

/** Only of a provider that is known to post schedules, and whose enrolments run on for a week at least. */
function isScheduleExhausted(input: RuleInput, provider_id: string): boolean {
  if (!input.scheduling.includes(provider_id) || schedulesAhead(input).includes(provider_id)) return false;
  return input.enrolments.some(
    (enrolment) =>
      enrolment.provider_id === provider_id &&
      isCurrent(enrolment, input.today) &&
      isCurrent(enrolment, nextSchoolWeek(input)),
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

function nextSchoolWeek({ school, today }: RuleInput): string {
  const monday = addDays(today, 8 - isoWeekday(today));
  const week = Array.from({ length: 7 }, (_, day) => addDays(monday, day));
  return week.find((day) => isSchoolDay(day, calendarOf(school))) ?? "9999-12-31";
}

/** In the order in which they hold back others: what comes first is known when the next is judged. */
export const RULES: readonly Rule[] = [feedSilent, missedSessions];

export const ruleOf = (id: RuleId): Rule => (id === feedSilent.id ? feedSilent : missedSessions);
