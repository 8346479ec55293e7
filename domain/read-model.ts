import { standingOf, type Alert } from "./alert.ts";
import type { Level } from "./access.ts";
import type { StudentSession, Summary } from "./day-summary.ts";
import { minimumMinutesOf } from "./dosage-report.ts";
import { byText } from "./ids.ts";
import { deliveryOf, totalMinutes, tutorConsistency, wasAttended, wasHeld } from "./metrics.ts";
import { ratio, sum } from "./numbers.ts";
import { ruleOf } from "./rules/index.ts";
import { addDays, mondayOf } from "./school-day.ts";
import { targetOf } from "./dosage-target.ts";
import { type Program, type RosterEntry } from "./setup.ts";
import { RULE_IDS, type RuleId } from "./words.ts";

/** What the read API answers, as functions of summaries. Times are ISO instants, minutes whole. */

const instant = (seconds: number) => new Date(seconds * 1000).toISOString();

export type Reading = { programs: readonly Program[]; /** Seconds since 1970. */ now: number; level: Level };

/** Each row is judged by its own program's minimum minutes. */
function attendedOf(rows: readonly StudentSession[], { programs }: Reading): StudentSession[] {
  const minimum = minimumMinutesOf(programs);
  return rows.filter((row) => wasAttended(row, { minimum_minutes: minimum(row.program_id) }));
}

/** Sessions of a student that have ended without a final report. */
const pendingOf = ({ pending }: Summary, student_id: string, now: number) =>
  pending.filter((session) => session.scheduled_end <= now && session.students.includes(student_id)).length;

/** Attendance of many students: each row is judged by its own program's minimum minutes. */
function attendanceOf(summary: Summary, reading: Reading) {
  const rows = summary.student_sessions;
  const attended = attendedOf(rows, reading).length;
  const held = rows.filter(wasHeld).length;
  const ended = summary.pending.filter(({ scheduled_end }) => scheduled_end <= reading.now);
  const expected = rows.length + sum(ended.map(({ students }) => students.length));
  return {
    attendance_rate_scheduled: ratio(attended, expected),
    attendance_rate_held: ratio(attended, held),
  };
}

export const studentsOf = ({ student_sessions }: Summary) =>
  new Set(student_sessions.map(({ student_id }) => student_id)).size;

/**
 * Figures of a day, a week or a school. What is made of students is for who sees them: days, weeks and schools could be
 * subtracted from one another until one student is left. The dosage report tells of groups.
 */
export function figuresOf(summary: Summary, reading: Reading) {
  const students = studentsOf(summary);
  return {
    ...deliveryOf(summary, reading.now),
    ...(reading.level === "totals"
      ? { suppressed: true as const }
      : { students, minutes: totalMinutes(summary.student_sessions), ...attendanceOf(summary, reading) }),
    providers: summary.providers.map(({ provider_id, sessions_held, not_held }) => ({
      provider_id,
      sessions_held,
      not_held,
    })),
    unreadable: summary.unreadable.length,
  };
}

/** A student in a session, as it is shown. */
export const sessionView = ({ at, ...row }: StudentSession) => ({ ...row, at: instant(at * 60) });

/** What a student got, of one school's or several schools' summaries. */
export function studentView(entry: Pick<RosterEntry, "student_id">, summary: Summary, reading: Reading) {
  const { student_id } = entry;
  const rows = summary.student_sessions.filter((row) => row.student_id === student_id);
  const attended = attendedOf(rows, reading);
  const minutes = totalMinutes(rows);
  const pending = pendingOf(summary, student_id, reading.now);
  const held = rows.filter(wasHeld).length;
  const target = targetOf(reading.programs, undefined)(rows);
  const target_hours = target.from === "program" ? target.hours : undefined;
  return {
    student_id,
    sessions: attended.length,
    minutes,
    hours: minutes / 60,
    ...(target_hours !== undefined && {
      target_hours,
      pct_full_dosage: minutes / 60 / target_hours,
    }),
    attendance_rate_held: ratio(attended.length, held),
    attendance_rate_scheduled: ratio(attended.length, rows.length + pending),
    // what counts as attended was decided above
    tutor_consistency: tutorConsistency(attended, { minimum_minutes: 0 }),
    tutors: new Set(attended.map(({ tutor_id }) => tutor_id)).size,
    last_attended: attended.length === 0 ? null : instant(Math.max(...attended.map(({ at }) => at)) * 60),
  };
}

/** The part of a summary that is about one provider. */
export function ofProvider(summary: Summary, provider_id: string): Summary {
  const own = <Row extends { provider_id: string }>(rows: readonly Row[]) =>
    rows.filter((row) => row.provider_id === provider_id);
  return {
    student_sessions: own(summary.student_sessions),
    tutors: own(summary.tutors),
    providers: own(summary.providers),
    pending: own(summary.pending),
    unreadable: summary.unreadable.filter((key) => key.startsWith(`${provider_id}/`)),
  };
}

/** A provider's part of a school's day, whom the roster names, and which student-sessions overlap another. */
export type SchoolDaySummary = {
  school_id: string;
  summary: Summary;
  known: ReadonlySet<string>;
  overlaps: readonly StudentSession[];
};

/**
 * The next moment from which a summary reads otherwise though nothing is reported: a scheduled session's end. Absent
 * where nothing is pending. `now` in seconds since 1970.
 */
export function changesAt(pending: Summary["pending"], now: number): { changes_at?: string } {
  const next = Math.min(...pending.map(({ scheduled_end }) => scheduled_end).filter((end) => end > now));
  return Number.isFinite(next) ? { changes_at: instant(next) } : {};
}

/** Sessions that ended without a final report, the oldest first. */
export const missingReports = ({ pending }: Summary, now: number) =>
  pending
    .filter(({ scheduled_end }) => scheduled_end <= now)
    .sort((a, b) => a.scheduled_end - b.scheduled_end || byText(a.session_id, b.session_id))
    .map(({ session_id, provider_id, scheduled_end, students }) => ({
      session_id,
      provider_id,
      scheduled_end: instant(scheduled_end),
      students: students.length,
    }));

/** How well a provider reported one day: what is missing, and which students no roster names. */
export function qualityOf(parts: readonly SchoolDaySummary[], whole: Summary, reading: Reading) {
  const missing = parts.flatMap(({ school_id, summary }) =>
    summary.pending
      .filter(({ scheduled_end }) => scheduled_end <= reading.now)
      .map(({ session_id, scheduled_end }) => ({
        school_id,
        session_id,
        scheduled_end: instant(scheduled_end),
      })),
  );
  const strangers = parts.flatMap(({ school_id, summary, known }) => {
    const ids = summary.student_sessions.map(({ student_id }) => student_id);
    return [...new Set(ids)].filter((id) => !known.has(id)).map((student_id) => ({ school_id, student_id }));
  });
  const overlaps = parts.flatMap(({ school_id, overlaps: rows }) =>
    rows.map(({ student_id, at }) => ({ school_id, student_id, start: instant(at * 60) })),
  );
  const delivery = deliveryOf(whole, reading.now);
  return {
    sessions_held: delivery.sessions_held,
    sessions_not_held: delivery.sessions_not_held,
    sessions_unreported: delivery.sessions_unreported,
    not_held: whole.providers.flatMap(({ not_held }) => not_held),
    completeness: delivery.completeness,
    reporting_lag_minutes: delivery.reporting_lag_minutes,
    missing: missing.sort((a, b) => byText(a.session_id, b.session_id)),
    // a number of students of one day may be one student
    ...(reading.level === "students" && {
      unmatched: strangers.length,
      overlapping: overlaps.length,
      unmatched_students: strangers,
      overlapping_sessions: overlaps,
    }),
  };
}

/** An alert, as it is shown on a school-local day. */
export const alertView = (alert: Alert, today: string) => ({
  id: alert.id,
  school_id: alert.school_id,
  rule: alert.rule,
  subject: alert.subject,
  about: ruleOf(alert.rule).about,
  provider_ids: alert.provider_ids,
  standing: standingOf(alert, today),
  first_day: alert.first_day,
  ...(alert.resolved_day !== undefined && { resolved_day: alert.resolved_day }),
  facts: alert.facts,
  history: alert.history,
});

export const isRule = (text: string): text is RuleId => RULE_IDS.some((id) => id === text);

const WEEK = /^(\d{4})-W(\d{2})$/;

/** The Monday of an ISO week such as 2026-W48; undefined where there is no such week. */
export function mondayOfWeek(week: string): string | undefined {
  const [, year = "", number = ""] = WEEK.exec(week) ?? [];
  if (year === "" || Number(number) < 1 || Number(number) > 53) return undefined;
  // ISO 8601: the fourth of January lies in week 1
  const monday = addDays(mondayOf(`${year}-01-04`), (Number(number) - 1) * 7);
  return weekOf(monday) === week ? monday : undefined;
}

/** The ISO week of a day. */
export function weekOf(day: string): string {
  const thursday = addDays(mondayOf(day), 3);
  const year = thursday.slice(0, 4);
  const first = mondayOf(`${year}-01-04`);
  const days = (Date.parse(mondayOf(day)) - Date.parse(first)) / 86_400_000;
  return `${year}-W${String(Math.round(days / 7) + 1).padStart(2, "0")}`;
}
