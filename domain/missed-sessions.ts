import type { StudentSession, Summary } from "./day-summary.ts";
import { groupByStudent } from "./dosage-report.ts";
import { wasHeld } from "./metrics.ts";
import type { Firing, Rule, Settings } from "./rule.ts";
import { schoolDaysBack } from "./school-day.ts";
import { calendarOf } from "./setup.ts";

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

export const missedSessions: Rule = {
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
