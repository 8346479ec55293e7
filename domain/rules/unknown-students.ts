import { isCurrent } from "../school-day.ts";
import type { Firing, Rule, RuleInput } from "../rule.ts";
import { daysAmong, pastSchoolDays, providersOf, TOLD_TO_THE_DISTRICT } from "./reading.ts";

export const unknownStudents: Rule = {
  id: "unknown-students",
  describe: ({ unknown_students, unknown_days }) =>
    `A provider reported ${unknown_students} or more students within ${unknown_days} school days whom the school's roster does not name.`,
  source: "design: what does not match is shown to whom it concerns; one student is one too many",
  thresholds: ["unknown_students", "unknown_days"],
  ...TOLD_TO_THE_DISTRICT,
  // without any roster everybody is unknown: that is a set-up that is not finished
  evaluate: (input) =>
    input.roster.length === 0
      ? []
      : providersOf(input).flatMap((provider_id) => strangersOf(input, provider_id) ?? []),
};

function strangersOf(input: RuleInput, provider_id: string): Firing | undefined {
  const { unknown_days, unknown_students } = input.settings();
  const roster = new Map(Map.groupBy(input.roster, ({ student_id }) => student_id));
  const days = daysAmong(input, pastSchoolDays(input, unknown_days));
  const found = days.flatMap(({ day, summary }) =>
    summary.student_sessions
      .filter((row) => row.provider_id === provider_id)
      .filter(({ student_id }) => !(roster.get(student_id) ?? []).some((entry) => isCurrent(entry, day)))
      .map(({ student_id }) => ({ day, student_id })),
  );
  const students = new Set(found.map(({ student_id }) => student_id)).size;
  if (students < unknown_students) return undefined;
  return {
    rule: "unknown-students",
    subject: provider_id,
    since: found[0]?.day ?? "",
    provider_ids: [provider_id],
    facts: { students, sessions: found.length },
  };
}
