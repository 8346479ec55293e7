import { lastStep, standingOf, stateAt, type Alert } from "./alert.ts";
import { isEscalated } from "./escalation.ts";
import { byText } from "./ids.ts";
import type { Message, Section } from "./message.ts";
import { ESCALATED, ruleTextOf, type Group } from "./routes.ts";
import { addDays, schoolDaysBack } from "./school-day.ts";
import { calendarOf, type School } from "./setup.ts";
import { TOPICS, type Topic } from "./words.ts";

/** From when to when something is news. */
export type News = {
  now: Date;
  /** ISO instant of the message before this one: what happened after it, up to now, is news. */
  since: string;
  /** The same for what is told weekly; undefined on a day on which it is not told. */
  weeklySince: string | undefined;
};

/** From when on what a rule found is news today; undefined where it is not told today. */
const sinceOf = (topic: Group["topic"], { since, weeklySince }: News) =>
  ruleTextOf(topic).digest === "weekly" ? weeklySince : since;

/** Instant since which an alert stands in its group: opened, or escalated. */
const begunAt = (alert: Alert, topic: Topic) =>
  lastStep(alert, topic === ESCALATED ? "escalated" : "opened")?.at ?? "";

/** Resolved by the facts since the last message, and open when that one was decided: else nobody was told of it. */
const isBack = (alert: Alert, since: string, now: string) =>
  stateAt(alert, now) === "resolved" &&
  stateAt(alert, since) === "open" &&
  alert.history.findLast(({ step }) => step === "resolved")?.quiet !== true;

/** Open, and neither acknowledged nor snoozed. */
const isToBeTold =
  ({ today }: Group) =>
  (alert: Alert) =>
    standingOf(alert, today) === "open";

function sectionOf(group: Group, news: News): Section | undefined {
  const { topic, school, provider_id, provider_name, alerts, context } = group;
  const since = sinceOf(topic, news);
  if (since === undefined) return undefined;
  const open = alerts.filter(isToBeTold(group));
  const told = open.length > 0 ? open : alerts;
  // a provider may have an older episode beside the one that lasts
  const latest = told.toSorted((a, b) => byText(b.first_day, a.first_day))[0];
  return {
    topic,
    school_ids: [school.school_id],
    ...(school.name !== undefined && { school_name: school.name }),
    ...(provider_id !== undefined && { provider_id, facts: latest?.facts ?? {} }),
    ...(provider_name !== undefined && { provider_name }),
    ...(context && { context }),
    open: open.length,
    fresh: open.filter((alert) => begunAt(alert, topic) > since).length,
    resolved:
      topic === ESCALATED ? 0 : alerts.filter((alert) => isBack(alert, since, news.now.toISOString())).length,
    since: told.map(({ first_day }) => first_day).sort()[0] ?? "",
  };
}

const bySection = (a: Section, b: Section) =>
  Number(b.open > 0) - Number(a.open > 0) ||
  Number(a.context === true) - Number(b.context === true) ||
  TOPICS.indexOf(a.topic) - TOPICS.indexOf(b.topic) ||
  byText(a.school_ids[0] ?? "", b.school_ids[0] ?? "") ||
  byText(a.provider_id ?? "", b.provider_id ?? "");

/** Told of each school as long as they are few; of many as one thing to do. A silent feed is always one. */
const FEW_SCHOOLS = 3;
const MERGED: readonly Topic[] = [
  "provider-feed-silent",
  "unacknowledged",
  "unknown-students",
  "unknown-programs",
  "overlapping-sessions",
  "reports-late",
];

function merged(sections: readonly Section[]): Section[] {
  const alike = Map.groupBy(sections, ({ topic, provider_id, facts, open, context, school_ids }) =>
    JSON.stringify([
      topic,
      provider_id,
      facts?.["reason"],
      open > 0,
      context,
      MERGED.includes(topic) ? "" : school_ids,
    ]),
  );
  return [...alike.values()].flatMap((own) => {
    const [first, ...rest] = own;
    const few = own.length <= FEW_SCHOOLS && first?.topic !== "provider-feed-silent";
    return first === undefined || few ? own : [rest.reduce(together, first)];
  });
}

const COUNTS: readonly string[] = ["students", "sessions", "missing", "expected"];

const together = ({ school_name: _, ...a }: Section, b: Section): Section => ({
  ...a,
  school_ids: [...a.school_ids, ...b.school_ids],
  ...(a.facts && { facts: added(a.facts, b.facts ?? {}) }),
  open: a.open + b.open,
  fresh: a.fresh + b.fresh,
  resolved: a.resolved + b.resolved,
  since: a.since < b.since ? a.since : b.since,
});

const added = (a: NonNullable<Section["facts"]>, b: NonNullable<Section["facts"]>): typeof a =>
  Object.fromEntries(
    Object.entries(a).map(([name, value]) => [
      name,
      COUNTS.includes(name) ? Number(value) + Number(b[name] ?? 0) : value,
    ]),
  );

/** What a contact is told: what is open of theirs, and once what is over. Nothing is told for context alone. */
export function sectionsOf(groups: readonly Group[], news: News): Section[] {
  const found = groups
    .flatMap((group) => sectionOf(group, news) ?? [])
    .filter(({ open, resolved, context }) => open > 0 || (resolved > 0 && context !== true));
  const sections = merged(found).sort(bySection);
  return sections.every(({ context }) => context === true) ? [] : sections;
}

/** The groups cut down to what began after an instant and is still to be told. */
export function freshOf(groups: readonly Group[], since: string, wanted: (alert: Alert) => boolean): Group[] {
  return groups
    .filter(({ context }) => !context)
    .map((group) => ({
      ...group,
      alerts: group.alerts.filter(
        (alert) => wanted(alert) && isToBeTold(group)(alert) && begunAt(alert, group.topic) > since,
      ),
    }))
    .filter(({ alerts, topic }) => alerts.length > 0 && topic !== ESCALATED);
}

/** The alerts that a line of a message stands for, so far as they are still unanswered. */
export function alertsBehind(
  { topic, provider_id }: Section,
  { decided_at }: Message,
  { alerts, today }: { alerts: readonly Alert[]; today: string },
): Alert[] {
  const same = (alert: Alert) =>
    topic === ESCALATED
      ? isEscalated(alert, today)
      : alert.rule === topic && (provider_id === undefined || alert.subject === provider_id);
  return alerts.filter(
    (alert) => standingOf(alert, today) === "open" && same(alert) && begunAt(alert, topic) <= decided_at,
  );
}

/** The school day before this one, whose message told the older news. */
export const dayBefore = (school: School, day: string) =>
  schoolDaysBack(addDays(day, -1), 1, calendarOf(school))[0] ?? addDays(day, -1);
