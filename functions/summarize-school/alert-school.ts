import type { SetupStore } from "../../adapters/setup-store.ts";
import type { SweepStore } from "../../adapters/sweep-store.ts";
import type { Alert } from "../../domain/alert-life.ts";
import { changeOf } from "../../domain/missed-sessions.ts";
import { unpack } from "../../domain/summary-packing.ts";
import type { School } from "../../domain/setup.ts";
import { readRange, runRules, type RulesDeps } from "../framework/run-rules.ts";
import type { Recomputed } from "./summarize-day.ts";

export type AlertDeps = RulesDeps & {
  /** Remembered for a minute at most. */
  school: (school_id: string) => Promise<School | undefined>;
  setup: Pick<SetupStore, "all" | "enrolments">;
  sweeps: Pick<SweepStore, "state">;
};

const RULES = ["student-missed-sessions"] as const;

/**
 * Runs the rules that a report may fire or resolve, where one of the days lies within what they read, and where what
 * changed can matter to them. What a crash between summary and rules leaves undone, the sweep before the digest does.
 */
export async function alertSchool(deps: AlertDeps, days: readonly Recomputed[]): Promise<void> {
  const [first] = days;
  const school = first === undefined ? undefined : await deps.school(first.school_id);
  if (school === undefined) return;
  const range = readRange({ school, rules: RULES }, deps.clock());
  const recent = days.filter(({ day }) => range.from <= day && day <= range.to);
  if (recent.length === 0 || !(await matters(deps, school.school_id, recent))) return;
  const enrolments = () => deps.setup.enrolments(school.school_id);
  const programs = async () => (await deps.setup.all()).programs;
  const scheduling = async () => (await deps.sweeps.state(school.school_id))?.scheduling ?? [];
  await runRules(deps, { school, rules: RULES, enrolments, programs, scheduling });
}

/** An absence, or a held session that went, may open an alert. Anything else may only resolve one, so it matters where there is one. */
async function matters(deps: AlertDeps, school_id: string, days: readonly Recomputed[]): Promise<boolean> {
  const changes = days.map(({ before, after }) =>
    changeOf(before === undefined ? undefined : unpack(before), after),
  );
  // nothing changed: perhaps a retry, whose first try ended before the rules
  if (changes.some(({ mayOpen, students }) => mayOpen || students.size === 0)) return true;
  const touched = (alert: Alert) =>
    alert.rule === "provider-feed-silent" || changes.some(({ students }) => students.has(alert.subject));
  return (await deps.alerts.current(school_id)).some((alert) => alert.state === "open" && touched(alert));
}
