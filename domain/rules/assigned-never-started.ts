import { wasAttended } from "../metrics.ts";
import { minimumMinutesOf } from "../dosage-report.ts";
import type { Rule, RuleInput } from "../rule.ts";
import { addDays, schoolDaysBetween, isCurrent } from "../school-day.ts";
import { calendarOf, type Enrolment } from "../setup.ts";
import { attendanceByStudent, schoolDaysOnly, termStart, type Attendance } from "./reading.ts";

export const assignedNeverStarted: Rule = {
  id: "assigned-never-started",
  describe: ({ start_days }) =>
    `A student's enrolment began ${start_days} school days ago or more, and she has not attended a session since.`,
  source: "design; three sessions a week (NSSA) are missed by then",
  thresholds: ["start_days"],
  about: "student",
  heldBackBy: ["provider-feed-silent"],
  goesTo: ["site_lead"],
  digest: "daily",
  sameDay: false,
  text: false,
  onReport: "never",
  reads: (input) => ({ from: termStart(input), to: input.today }),
  evaluate: (input) => {
    const attended = attendedBy(input);
    const late = input.enrolments.filter((enrolment) => isOverdue(input, enrolment, attended));
    // of several enrolments the earliest tells since when
    const first = new Map<string, Enrolment>();
    for (const enrolment of late) {
      const known = first.get(enrolment.student_id);
      if (known === undefined || began(input, enrolment) < began(input, known))
        first.set(enrolment.student_id, enrolment);
    }
    return [...first.values()].map((enrolment) => ({
      rule: "assigned-never-started",
      subject: enrolment.student_id,
      since: began(input, enrolment),
      provider_ids: enrolment.provider_id === undefined ? [] : [enrolment.provider_id],
      facts: {
        program_id: enrolment.program_id,
        enrolled: began(input, enrolment),
      },
    }));
  },
};

function attendedBy(input: RuleInput): Map<string, Attendance[]> {
  const minimum = minimumMinutesOf(input.programs);
  const days = schoolDaysOnly(input).map(({ day, summary }) => ({
    day,
    summary: {
      ...summary,
      student_sessions: summary.student_sessions.filter((row) =>
        wasAttended(row, { minimum_minutes: minimum(row.program_id) }),
      ),
    },
  }));
  return attendanceByStudent(days);
}

/** The day from which an enrolment counts: not before the term. */
const began = (input: RuleInput, { from }: Enrolment) => {
  const start = termStart(input);
  return from === undefined || from < start ? start : from;
};

function isOverdue(
  input: RuleInput,
  enrolment: Enrolment,
  attended: ReadonlyMap<string, Attendance[]>,
): boolean {
  const { school, today, settings } = input;
  // without a day there is nothing to count from
  if (enrolment.from === undefined && calendarOf(school).first_day === undefined) return false;
  if (!isCurrent(enrolment, today)) return false;
  const start = began(input, enrolment);
  const has = (attended.get(enrolment.student_id) ?? []).some(
    ({ day, row }) => day >= start && [enrolment.program_id, ""].includes(row.program_id),
  );
  if (has) return false;
  const passed = schoolDaysBetween(start, addDays(today, -1), calendarOf(school)).length;
  return passed >= settings(enrolment.program_id).start_days;
}
