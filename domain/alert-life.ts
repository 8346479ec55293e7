import * as z from "zod";
import { ruleOf } from "./alert-rules.ts";
import { RULE_IDS, type Firing, type RuleId, type Settings } from "./rule.ts";
import { byText } from "./ids.ts";
import { addDays, isSchoolDay, type Calendar } from "./school-day.ts";

/**
 * Something that needs a person. Its id is rule, subject and first day of the episode, so that it cannot open twice.
 * The version only grows: whoever read an older one must read again before writing.
 */
export const Alert = z.strictObject({
  school_id: z.string(),
  id: z.string(),
  rule: z.enum(RULE_IDS),
  subject: z.string(),
  first_day: z.string(),
  state: z.enum(["open", "resolved"]),
  /** ISO instants of each change of state, the first being the opening. */
  history: z.array(z.strictObject({ at: z.string(), state: z.enum(["open", "resolved"]) })),
  /** School-local date since which it is resolved. */
  resolved_day: z.string().optional(),
  facts: z.record(z.string(), z.union([z.number(), z.string()])),
  version: z.int(),
});
export type Alert = z.infer<typeof Alert>;

export const alertId = (rule: RuleId, subject: string, first_day: string) =>
  `${rule}#${subject}#${first_day}`;

export type Reconciliation = {
  school_id: string;
  stored: readonly Alert[];
  firing: readonly Firing[];
  /** Rules that were evaluated: alerts of others are left alone. */
  evaluated: readonly RuleId[];
  calendar: Calendar;
  today: string;
  now: Date;
  settings: Settings;
};

/** Opens the new, resolves the gone, leaves the rest: the alerts to write, each one version further. */
export function reconcile(input: Reconciliation): Alert[] {
  const current = new Map([...input.stored].sort(byFirstDay).map((alert) => [subjectOf(alert), alert]));
  const gone = [...doublesOf(input, current), ...goneOf(input, current)].map((alert) =>
    resolved(alert, input),
  );
  const changes = [...gone];
  // what is gone holds nothing back any more
  for (const alert of gone)
    if (current.get(subjectOf(alert))?.id === alert.id) current.set(subjectOf(alert), alert);
  for (const found of input.firing) {
    const known = current.get(subjectOf(found));
    const change = isHeldBack(found, [...current.values()]) ? undefined : changeOf(input, found, known);
    if (change === undefined) continue;
    changes.push(change);
    current.set(subjectOf(found), change);
  }
  return changes;
}

const subjectOf = ({ rule, subject }: Pick<Alert, "rule" | "subject">) => `${rule}#${subject}`;

const byFirstDay = (a: Alert, b: Alert) => byText(a.first_day, b.first_day);

/** Two writers at once may have opened one subject under two days: the later one stays. */
const doublesOf = ({ stored }: Reconciliation, current: ReadonlyMap<string, Alert>) =>
  stored.filter((alert) => alert.state === "open" && current.get(subjectOf(alert))?.id !== alert.id);

function goneOf(input: Reconciliation, current: ReadonlyMap<string, Alert>): Alert[] {
  const firing = new Set(input.firing.map(subjectOf));
  return [...current.values()].filter(
    (alert) =>
      alert.state === "open" && input.evaluated.includes(alert.rule) && !firing.has(subjectOf(alert)),
  );
}

/** Whether an open alert says that nothing can be known here: then nothing opens, and what is open stays. */
function isHeldBack({ rule, provider_ids }: Firing, alerts: readonly Alert[]): boolean {
  const holding = ruleOf(rule).heldBackBy;
  return alerts.some(
    (alert) => alert.state === "open" && holding.includes(alert.rule) && provider_ids.includes(alert.subject),
  );
}

function changeOf(input: Reconciliation, found: Firing, known: Alert | undefined): Alert | undefined {
  if (known?.state === "open")
    return sameFacts(known, found) ? undefined : { ...next(known), facts: found.facts };
  if (known !== undefined && isSameEpisode(known, input)) return reopened(known, found, input.now);
  const { rule, subject, since, facts } = found;
  return {
    school_id: input.school_id,
    id: alertId(rule, subject, since),
    rule,
    subject,
    first_day: since,
    state: "open",
    history: [{ at: input.now.toISOString(), state: "open" }],
    facts,
    version: known?.id === alertId(rule, subject, since) ? known.version + 1 : 1,
  };
}

const next = (alert: Alert): Alert => ({ ...alert, version: alert.version + 1 });
const sameFacts = (alert: Alert, { facts }: Firing) =>
  JSON.stringify(Object.entries(alert.facts).sort()) === JSON.stringify(Object.entries(facts).sort());

function reopened({ resolved_day: _, ...alert }: Alert, { facts }: Firing, now: Date): Alert {
  const history = [...alert.history, { at: now.toISOString(), state: "open" as const }];
  return { ...next(alert), state: "open", facts, history };
}

function resolved(alert: Alert, { now, today }: Reconciliation): Alert {
  const history = [...alert.history, { at: now.toISOString(), state: "resolved" as const }];
  return { ...next(alert), state: "resolved", resolved_day: today, history };
}

/** Until ten clean school days have passed it is the same episode. */
export function isSameEpisode(
  { resolved_day }: Alert,
  input: Pick<Reconciliation, "today" | "calendar" | "settings">,
): boolean {
  let clean = 0;
  for (let day = resolved_day ?? input.today; day < input.today; day = addDays(day, 1)) {
    if (isSchoolDay(day, input.calendar)) clean += 1;
    if (clean >= input.settings.clean_days) return false;
  }
  return true;
}
