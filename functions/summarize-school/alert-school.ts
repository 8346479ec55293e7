import type { SetupStore } from "../../adapters/setup-store.ts";
import type { SweepStore } from "../../adapters/sweep-store.ts";
import type { Alert } from "../../domain/alert.ts";
import { changeOf } from "../../domain/rules/student-missed-sessions.ts";
import { ruleOf } from "../../domain/rules/index.ts";
import type { Setup } from "../../domain/setup.ts";
import { unpack } from "../../domain/summary-packing.ts";
import { readRange, runRules, RULES_ON_REPORT, type RulesDeps } from "../framework/run-rules.ts";
import type { Recomputed } from "../../adapters/summarize-day.ts";

export type AlertDeps = RulesDeps & {
  /** All of the set-up, remembered for a minute at most. */
  known: () => Promise<Setup | undefined>;
  setup: Pick<SetupStore, "enrolments" | "roster">;
  sweeps: Pick<SweepStore, "state">;
};

/**
 * Runs the rules that a report may fire or resolve, where one of the days lies within what they read, and where what
 * changed can matter to them. What a crash between summary and rules leaves undone, the sweep before the digest does.
 */
export async function alertSchool(deps: AlertDeps, days: readonly Recomputed[]): Promise<void> {
  const [first] = days;
  const setup = await deps.known();
  const school = setup?.schools.find(({ school_id }) => school_id === first?.school_id);
  if (setup === undefined || school === undefined) return;
  const { school_id } = school;
  const range = readRange({ school, setup, rules: RULES_ON_REPORT }, deps.clock());
  const recent = days.filter(({ day }) => range.from <= day && day <= range.to);
  if (recent.length === 0 || !(await matters(deps, school_id, recent))) return;
  await runRules(deps, {
    school,
    setup,
    rules: RULES_ON_REPORT,
    enrolments: () => deps.setup.enrolments(school_id),
    roster: () => deps.setup.roster(school_id),
    scheduling: async () => (await deps.sweeps.state(school_id))?.scheduling ?? [],
  });
}

/** An absence, or a held session that went, may open an alert. Anything else may only resolve one, so it matters where there is one. */
async function matters(deps: AlertDeps, school_id: string, days: readonly Recomputed[]): Promise<boolean> {
  const changes = days.map(({ before, after }) =>
    changeOf(before === undefined ? undefined : unpack(before), after),
  );
  // nothing changed: perhaps a retry, whose first try ended before the rules
  if (changes.some(({ mayOpen, students }) => mayOpen || students.size === 0)) return true;
  const touched = ({ rule, subject }: Alert) =>
    ruleOf(rule).onReport === "while-open" ||
    (ruleOf(rule).onReport === "always" && changes.some(({ students }) => students.has(subject)));
  return (await deps.alerts.current(school_id)).some((alert) => alert.state === "open" && touched(alert));
}
