import { alertId, stepped, type Alert } from "./alert.ts";
import { byText } from "./ids.ts";
import type { Firing } from "./rule.ts";
import { ruleOf } from "./rules/index.ts";
import { addDays, isSchoolDay, type Calendar } from "./school-day.ts";
import type { Settings } from "./settings.ts";
import type { RuleId } from "./words.ts";

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
  /** The set-up has changed: what is gone may be gone by that alone. */
  setupChanged?: boolean;
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

/**
 * Open ones that fire no more. While a feed is silent nobody knows whether its students are well again, so what is
 * about them stays.
 */
function goneOf(input: Reconciliation, current: ReadonlyMap<string, Alert>): Alert[] {
  const firing = new Set(input.firing.map(subjectOf));
  const open = [...current.values()].filter(({ state }) => state === "open");
  const over = open.filter((alert) => input.evaluated.includes(alert.rule) && !firing.has(subjectOf(alert)));
  const silent = [...open.filter((alert) => !over.includes(alert)), ...input.firing]
    .filter(({ rule }) => rule === SILENT)
    .map(({ subject }) => subject);
  return over.filter(
    ({ rule, provider_ids }) => rule === SILENT || !provider_ids.some((id) => silent.includes(id)),
  );
}

const SILENT: RuleId = "provider-feed-silent";

/** Whether an open alert about the same provider or student is the reason for this one: then it does not open. */
function isHeldBack(found: Firing, alerts: readonly Alert[]): boolean {
  const holding = ruleOf(found.rule).heldBackBy;
  return alerts.some(
    (alert) => alert.state === "open" && holding.includes(alert.rule) && isAboutTheSame(alert, found),
  );
}

const isAboutTheSame = ({ rule, subject }: Alert, found: Firing) =>
  ruleOf(rule).about === "provider" ? found.provider_ids.includes(subject) : found.subject === subject;

function changeOf(input: Reconciliation, found: Firing, known: Alert | undefined): Alert | undefined {
  if (known?.state === "open")
    return sameFacts(known, found) ? undefined : { ...known, version: known.version + 1, ...latestOf(found) };
  if (known !== undefined && isSameEpisode(known, input)) return reopened(known, found, input.now);
  const { rule, subject, since, facts } = found;
  // the trail of an episode that began on the same day is kept, and goes on
  if (known?.id === alertId(rule, subject, since)) return reopened(known, found, input.now);
  return {
    school_id: input.school_id,
    id: alertId(rule, subject, since),
    rule,
    subject,
    provider_ids: [...found.provider_ids],
    first_day: since,
    state: "open",
    history: [{ at: input.now.toISOString(), step: "opened" }],
    facts,
    version: 1,
  };
}

const sameFacts = (alert: Alert, { facts }: Firing) =>
  JSON.stringify(Object.entries(alert.facts).sort()) === JSON.stringify(Object.entries(facts).sort());

const latestOf = ({ facts, provider_ids }: Firing) => ({ facts, provider_ids: [...provider_ids] });

function reopened({ resolved_day: _, ...alert }: Alert, found: Firing, now: Date): Alert {
  const again = stepped(alert, { at: now.toISOString(), step: "opened" });
  return { ...again, ...latestOf(found), state: "open" };
}

function resolved(alert: Alert, input: Reconciliation): Alert {
  const { now, today } = input;
  const quiet = isQuietly(alert, input) ? ({ quiet: true } as const) : {};
  const over = stepped(alert, { at: now.toISOString(), step: "resolved", ...quiet });
  return { ...over, state: "resolved", resolved_day: today };
}

/** Gone because a threshold moved, the rule was switched off, or a new term began. */
const isQuietly = (alert: Alert, { setupChanged, settings, calendar }: Reconciliation) =>
  setupChanged === true ||
  settings.off.includes(alert.rule) ||
  (calendar.first_day !== undefined && alert.first_day < calendar.first_day);

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
