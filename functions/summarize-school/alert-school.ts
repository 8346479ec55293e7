import type { SetupStore } from "../../adapters/setup-store.ts";
import type { SchoolDay } from "../../adapters/summary-store.ts";
import type { School } from "../../domain/setup.ts";
import { readRange, runRules, type RulesDeps } from "../framework/run-rules.ts";

export type AlertDeps = RulesDeps & {
  /** Remembered for a minute at most. */
  school: (school_id: string) => Promise<School | undefined>;
  setup: Pick<SetupStore, "all" | "enrolments">;
};

const RULES = ["student-missed-sessions"] as const;

/** Runs the rules that a report may fire or resolve, where one of the days lies within what they read. */
export async function alertSchool(deps: AlertDeps, days: readonly SchoolDay[]): Promise<void> {
  const [first] = days;
  const school = first === undefined ? undefined : await deps.school(first.school_id);
  if (school === undefined) return;
  const range = readRange({ school, rules: RULES }, deps.clock());
  if (!days.some(({ day }) => range.from <= day && day <= range.to)) return;
  const enrolments = () => deps.setup.enrolments(school.school_id);
  const programs = async () => (await deps.setup.all()).programs;
  await runRules(deps, { school, rules: RULES, enrolments, programs });
}
