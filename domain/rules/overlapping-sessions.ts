import { overlapping } from "../overlaps.ts";
import type { Firing, Rule, RuleInput } from "../rule.ts";
import { daysAmong, pastSchoolDays, providersOf, TOLD_TO_THE_DISTRICT } from "./reading.ts";

export const overlappingSessions: Rule = {
  id: "overlapping-sessions",
  describe: ({ unknown_days }) =>
    `A provider reported a student in a session while another session of the same student at the school went on, within ${unknown_days} school days. All of them count until one is corrected.`,
  source: "design: what cannot be true is shown to whom it concerns; nobody is in two sessions at once",
  thresholds: ["unknown_days"],
  ...TOLD_TO_THE_DISTRICT,
  evaluate: (input) => providersOf(input).flatMap((provider_id) => overlapsOf(input, provider_id) ?? []),
};

function overlapsOf(input: RuleInput, provider_id: string): Firing | undefined {
  const { unknown_days } = input.settings();
  const found = daysAmong(input, pastSchoolDays(input, unknown_days)).flatMap(({ day, summary }) =>
    overlapping(summary.student_sessions)
      .filter((row) => row.provider_id === provider_id)
      .map(({ student_id }) => ({ day, student_id })),
  );
  const [first] = found;
  if (first === undefined) return undefined;
  return {
    rule: "overlapping-sessions",
    subject: provider_id,
    since: first.day,
    provider_ids: [provider_id],
    facts: { students: new Set(found.map(({ student_id }) => student_id)).size, sessions: found.length },
  };
}
