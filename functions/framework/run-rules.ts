import type { AlertStore } from "../../adapters/alert-store.ts";
import type { StoredSummary, SummaryStore } from "../../adapters/summary-store.ts";
import type { Alert } from "../../domain/alert.ts";
import { reconcile } from "../../domain/alert-life.ts";
import type { Firing } from "../../domain/rule.ts";
import { RULES, firingOf, rangeOf } from "../../domain/rules/index.ts";
import { dayOf } from "../../domain/school-day.ts";
import { settingsOf } from "../../domain/settings.ts";
import {
  calendarOf,
  layersOf,
  type Enrolment,
  type RosterEntry,
  type School,
  type Setup,
} from "../../domain/setup.ts";
import { unpack } from "../../domain/summary-packing.ts";
import type { RuleId } from "../../domain/words.ts";

export type RulesDeps = { summaries: Pick<SummaryStore, "read">; alerts: AlertStore; clock: () => Date };
export type RulesRun = {
  school: School;
  setup: Setup;
  rules: readonly RuleId[];
  /** Read only where a rule that is judged by the day asks for them. */
  enrolments: () => Promise<Enrolment[]>;
  roster: () => Promise<RosterEntry[]>;
  scheduling: () => Promise<readonly string[]>;
  /** The set-up is another than when the rules ran last. */
  setupChanged?: boolean;
};

/** Rules that a report may fire by itself. */
export const RULES_ON_REPORT = RULES.filter(({ onReport }) => onReport === "always").map(({ id }) => id);

export const settingsAt = ({ setup, school }: Pick<RulesRun, "setup" | "school">, program_id?: string) =>
  settingsOf(layersOf(setup, school, program_id));

/** Days that these rules read at a school today. */
export function readRange(run: Pick<RulesRun, "school" | "setup" | "rules">, now: Date) {
  const { school, rules } = run;
  const today = dayOf(now.getTime() / 1000, school.time_zone);
  return {
    school_id: school.school_id,
    today,
    ...rangeOf(rules, { school, today, settings: settingsAt(run) }),
  };
}

/**
 * Makes a school's alerts what its summaries say. After a write the summaries' versions are read once more: whoever
 * writes a newer summary runs the rules after it, so the one who wrote alerts from older facts must notice, or would
 * have the last word. Resolves to the alerts that changed.
 */
export async function runRules(deps: RulesDeps, run: RulesRun): Promise<Alert[]> {
  for (;;) {
    const stored = await deps.alerts.current(run.school.school_id);
    const rules = withOpenOnes(run.rules, stored);
    const range = readRange({ ...run, rules }, deps.clock());
    const summaries = await deps.summaries.read(range);
    const changes = await changesOf(
      deps,
      { ...run, rules, asked: run.rules },
      { stored, summaries, today: range.today },
    );
    if (changes.length === 0) return [];
    const written = await Promise.all(changes.map((alert) => deps.alerts.write(alert)));
    if (!written.includes(false) && sameVersions(summaries, await deps.summaries.read(range))) return changes;
  }
}

/** What a report may resolve at once, such as the silence of a feed, is judged with every run while it is open. */
function withOpenOnes(rules: readonly RuleId[], stored: readonly Alert[]): RuleId[] {
  const open = stored.filter(({ state }) => state === "open").map(({ rule }) => rule);
  return RULES.filter(
    ({ id, onReport }) => rules.includes(id) || (onReport === "while-open" && open.includes(id)),
  ).map(({ id }) => id);
}

type Read = { stored: Alert[]; summaries: StoredSummary[]; today: string };

async function changesOf(
  deps: RulesDeps,
  run: RulesRun & { asked: readonly RuleId[] },
  { stored, summaries, today }: Read,
): Promise<Alert[]> {
  const { school, rules, setup } = run;
  const now = deps.clock();
  const wide = rules.some((id) => !RULES_ON_REPORT.includes(id));
  const found = firingOf(rules, {
    school,
    today,
    now: now.getTime() / 1000,
    days: summaries.map(({ day, packed }) => ({ day, summary: unpack(packed) })),
    enrolments: wide ? await run.enrolments() : [],
    roster: rules.includes("unknown-students") ? await run.roster() : [],
    programs: setup.programs,
    scheduling: wide ? await run.scheduling() : [],
    settings: (program_id) => settingsAt(run, program_id),
  });
  // what was judged only because it is open may not open anything else
  const isOpen = ({ rule, subject }: Firing) =>
    stored.some((alert) => alert.state === "open" && alert.rule === rule && alert.subject === subject);
  const firing = found.filter((one) => run.asked.includes(one.rule) || isOpen(one));
  return reconcile({
    school_id: school.school_id,
    stored,
    firing,
    evaluated: rules,
    calendar: calendarOf(school),
    today,
    now,
    settings: settingsAt(run),
    setupChanged: run.setupChanged === true,
  });
}

const sameVersions = (a: readonly StoredSummary[], b: readonly StoredSummary[]) =>
  JSON.stringify(a.map(({ day, version }) => [day, version])) ===
  JSON.stringify(b.map(({ day, version }) => [day, version]));
