import type { StudentSession, Summary } from "../day-summary.ts";
import { wasHeld } from "../metrics.ts";
import type { Firing, Rule, RuleInput } from "../rule.ts";
import { schoolDaysBack } from "../school-day.ts";
import { calendarOf } from "../setup.ts";
import { attendanceByStudent, providersIn, settingsFor, type Attendance } from "./reading.ts";

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

export const studentMissedSessions: Rule = {
  id: "student-missed-sessions",
  describe: ({ missed_in_a_row: row, missed_sessions: count, missed_window_days: days }) =>
    `A student was absent from ${row} held sessions in a row, or from ${count} within ${days} school days.`,
  source:
    "design, after NSSA: 85 % of students should attend 80 % of their sessions; three of ten school days is under that",
  thresholds: ["missed_in_a_row", "missed_sessions", "missed_window_days"],
  about: "student",
  heldBackBy: ["provider-feed-silent", "site-under-delivery"],
  goesTo: ["site_lead"],
  digest: "daily",
  sameDay: false,
  text: false,
  onReport: "always",
  reads: ({ school, today, settings }) => ({
    from: schoolDaysBack(today, settings.missed_window_days, calendarOf(school)).at(-1) ?? today,
    to: today,
  }),
  evaluate: (input) => {
    const days = windowOf(input).map(({ day, summary }) => ({
      day,
      summary: { ...summary, student_sessions: summary.student_sessions.filter(wasHeld) },
    }));
    return [...attendanceByStudent(days)].flatMap(([student_id, own]) => missedOf(input, student_id, own));
  },
};

function windowOf({ school, today, days, settings }: RuleInput) {
  const window = new Set(schoolDaysBack(today, settings().missed_window_days, calendarOf(school)));
  return days.filter(({ day }) => window.has(day));
}

function missedOf(input: RuleInput, subject: string, held: readonly Attendance[]): Firing[] {
  const settings = settingsFor(input, held);
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
      provider_ids: providersIn(missed),
      facts: {
        program_id: held.at(-1)?.row.program_id ?? "",
        missed: missed.length,
        in_a_row: inARow.length,
        last_missed: missed.at(-1)?.day ?? "",
      },
    },
  ];
}
