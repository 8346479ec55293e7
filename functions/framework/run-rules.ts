import type { AlertStore } from "../../adapters/alert-store.ts";
import type { StoredSummary, SummaryStore } from "../../adapters/summary-store.ts";
import { reconcile, type Alert } from "../../domain/alert-life.ts";
import { ruleOf, RULES } from "../../domain/alert-rules.ts";
import { DEFAULT_SETTINGS, type RuleId, type RuleInput } from "../../domain/rule.ts";
import { dayOf } from "../../domain/school-day.ts";
import { calendarOf, type Enrolment, type Program, type School } from "../../domain/setup.ts";
import { unpack } from "../../domain/summary-packing.ts";

export type RulesDeps = { summaries: Pick<SummaryStore, "read">; alerts: AlertStore; clock: () => Date };
export type RulesRun = {
  school: School;
  rules: readonly RuleId[];
  /** Read only where a rule asks for them. */
  enrolments: () => Promise<Enrolment[]>;
  programs: () => Promise<readonly Program[]>;
  scheduling: () => Promise<readonly string[]>;
};

/** Days that these rules read at a school today. */
export function readRange({ school, rules }: Pick<RulesRun, "school" | "rules">, now: Date) {
  const today = dayOf(now.getTime() / 1000, school.time_zone);
  const ranges = rules.map((id) => ruleOf(id).reads({ school, today, settings: DEFAULT_SETTINGS }));
  const from = ranges.map((range) => range.from).sort()[0] ?? today;
  const to =
    ranges
      .map((range) => range.to)
      .sort()
      .at(-1) ?? today;
  return { school_id: school.school_id, from, to, today };
}

/**
 * Makes a school's alerts what its summaries say. After a write the summaries' versions are read once more: whoever
 * writes a newer summary runs the rules after it, so the one who wrote alerts from older facts must notice, or would
 * have the last word. Resolves to the alerts that changed.
 */
export async function runRules(deps: RulesDeps, run: RulesRun): Promise<Alert[]> {
  for (;;) {
    const stored = await deps.alerts.current(run.school.school_id);
    const rules = withOpenFeeds(run.rules, stored);
    const range = readRange({ ...run, rules }, deps.clock());
    const summaries = await deps.summaries.read(range);
    const changes = await changesOf(deps, { ...run, rules }, { stored, summaries, today: range.today });
    if (changes.length === 0) return [];
    const written = await Promise.all(changes.map((alert) => deps.alerts.write(alert)));
    if (!written.includes(false) && sameVersions(summaries, await deps.summaries.read(range))) return changes;
  }
}

/** A report may end the silence of a feed: where one is open, it is judged again with every run. */
function withOpenFeeds(rules: readonly RuleId[], stored: readonly Alert[]): RuleId[] {
  const silent = stored.some(({ rule, state }) => rule === "provider-feed-silent" && state === "open");
  return RULES.map(({ id }) => id).filter(
    (id) => rules.includes(id) || (silent && id === "provider-feed-silent"),
  );
}

type Read = { stored: Alert[]; summaries: StoredSummary[]; today: string };

async function changesOf(
  deps: RulesDeps,
  run: RulesRun,
  { stored, summaries, today }: Read,
): Promise<Alert[]> {
  const { school, rules } = run;
  const now = deps.clock();
  const settings = DEFAULT_SETTINGS;
  const wide = rules.includes("provider-feed-silent");
  const input: RuleInput = {
    school,
    today,
    now: now.getTime() / 1000,
    days: summaries.map(({ day, packed }) => ({ day, summary: unpack(packed) })),
    enrolments: wide ? await run.enrolments() : [],
    programs: wide ? await run.programs() : [],
    scheduling: wide ? await run.scheduling() : [],
    settings,
  };
  const firing = rules.flatMap((id) => ruleOf(id).evaluate(input));
  const { school_id } = school;
  return reconcile({
    school_id,
    stored,
    firing,
    evaluated: rules,
    calendar: calendarOf(school),
    today,
    now,
    settings,
  });
}

const sameVersions = (a: readonly StoredSummary[], b: readonly StoredSummary[]) =>
  JSON.stringify(a.map(({ day, version }) => [day, version])) ===
  JSON.stringify(b.map(({ day, version }) => [day, version]));
