import type { Firing, Rule, RuleInput } from "../rule.ts";
import { daysAmong, pastSchoolDays, providersOf, TOLD_TO_THE_DISTRICT } from "./reading.ts";

export const unknownPrograms: Rule = {
  id: "unknown-programs",
  describe: ({ unknown_days }) =>
    `A provider reported sessions of a program that is not set up, within ${unknown_days} school days.`,
  source: "design: what does not match is shown to whom it concerns",
  thresholds: ["unknown_days"],
  ...TOLD_TO_THE_DISTRICT,
  // without any program every one is unknown: that is a set-up that does without them
  evaluate: (input) =>
    input.programs.length === 0
      ? []
      : providersOf(input).flatMap((provider_id) => unknownOf(input, provider_id) ?? []),
};

function unknownOf(input: RuleInput, provider_id: string): Firing | undefined {
  const { unknown_days } = input.settings();
  const known = new Set(input.programs.map(({ program_id }) => program_id));
  const found = daysAmong(input, pastSchoolDays(input, unknown_days)).flatMap(({ day, summary }) =>
    summary.student_sessions
      .filter((row) => row.provider_id === provider_id && row.program_id !== "" && !known.has(row.program_id))
      .map(({ program_id }) => ({ day, program_id })),
  );
  const [first] = found;
  if (first === undefined) return undefined;
  const programs = [...new Set(found.map(({ program_id }) => program_id))].sort();
  return {
    rule: "unknown-programs",
    subject: provider_id,
    since: first.day,
    provider_ids: [provider_id],
    facts: { programs: programs.length, program_id: programs[0] ?? "", sessions: found.length },
  };
}
