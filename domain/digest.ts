import type { Alert } from "./alert-life.ts";
import { byText } from "./ids.ts";
import type { Message, Section } from "./notification.ts";
import { ruleOf } from "./rules/index.ts";
import {
  addDays,
  clockOf,
  dayOf,
  isFirstOfWeek,
  isSchoolDay,
  mondayOf,
  schoolDaysBack,
} from "./school-day.ts";
import { calendarOf, type Contact, type School, type Setup } from "./setup.ts";
import { RULE_IDS, type RuleId } from "./words.ts";

/** The school's wall clock at which a school day's digest goes out. */
export const DIGEST_HOUR = "07:00";

export type Told = {
  setup: Setup;
  alerts: readonly Alert[];
  now: Date;
  /** ISO instant of the message before this one: what happened after it, up to now, is news. */
  since: string;
  /** The same for what is told weekly; undefined on a day on which it is not told. */
  weeklySince: string | undefined;
};

/** Schools whose alerts concern a contact. */
export function schoolsOf({ role, school_ids, district_id }: Contact, { schools }: Setup): School[] {
  switch (role) {
    case "site_lead":
      return schools.filter((school) => school_ids.includes(school.school_id));
    case "district":
      return schools.filter((school) => school.district_id === district_id);
    case "provider":
      return [...schools];
  }
}

const seconds = (now: Date) => now.getTime() / 1000;
const wall = (instant: number, zone: string) => `${dayOf(instant, zone)} ${clockOf(instant, zone)}`;

/** Where it is 07:00 or later on a school day: the school-local date; undefined elsewhere. */
export function digestDay(school: School, now: Date): string | undefined {
  const [day = "", clock = ""] = wall(seconds(now), school.time_zone).split(" ");
  return clock >= DIGEST_HOUR && isSchoolDay(day, calendarOf(school)) ? day : undefined;
}

/** From when on what a rule found is news today; undefined where it is not told today. */
const sinceOf = (rule: RuleId, { since, weeklySince }: Told) =>
  ruleOf(rule).digest === "weekly" ? weeklySince : since;

const stateAt = ({ history }: Alert, instant: string) => history.findLast(({ at }) => at <= instant)?.state;

/** Opened since the last message. */
const isFresh = (alert: Alert, since: string, now: string) =>
  stateAt(alert, now) === "open" && (alert.history.findLast(({ at }) => at <= now)?.at ?? "") > since;

/** Resolved since the last message, and open when that one was decided: else nobody was told of it. */
const isBack = (alert: Alert, since: string, now: string) =>
  stateAt(alert, now) === "resolved" && stateAt(alert, since) === "open";

type Group = { school: School; rule: RuleId; provider_id: string | undefined; alerts: Alert[] };

/** What one line tells: a rule at a school, and of which provider where it is about one. */
function groupsOf(schools: readonly School[], alerts: readonly Alert[]): Group[] {
  const names = new Map(schools.map((school) => [school.school_id, school]));
  const groups = new Map<string, Group>();
  for (const alert of alerts) {
    const { rule } = alert;
    const school = names.get(alert.school_id);
    if (school === undefined) continue;
    const provider_id = ruleOf(rule).about === "provider" ? alert.subject : undefined;
    const name = `${school.school_id}#${rule}#${provider_id ?? ""}`;
    const group = groups.get(name) ?? { school, rule, provider_id, alerts: [] };
    groups.set(name, group);
    group.alerts.push(alert);
  }
  return [...groups.values()];
}

function sectionOf({ school, rule, provider_id, alerts }: Group, told: Told): Section | undefined {
  const since = sinceOf(rule, told);
  if (since === undefined) return undefined;
  const now = told.now.toISOString();
  const open = alerts.filter(({ state }) => state === "open");
  // a provider may have an older episode beside the one that lasts
  const latest = (open.length > 0 ? open : alerts).toSorted((a, b) => byText(b.first_day, a.first_day))[0];
  const fresh = alerts.filter((alert) => isFresh(alert, since, now));
  return {
    school_id: school.school_id,
    ...(school.name !== undefined && { school_name: school.name }),
    rule,
    ...(provider_id !== undefined && { provider_id, facts: latest?.facts ?? {} }),
    open: open.length,
    fresh: fresh.length,
    resolved: alerts.filter((alert) => isBack(alert, since, now)).length,
    since: (open.length > 0 ? open : alerts).map(({ first_day }) => first_day).sort()[0] ?? "",
    ...(fresh.some(isUrgent) && { text: true }),
  };
}

/** What may interrupt somebody: not that schedules run out, which can wait for the mail. */
const isUrgent = ({ rule, facts }: Alert) => ruleOf(rule).text && facts["reason"] !== "no_schedule_left";

const bySection = (a: Section, b: Section) =>
  Number(b.open > 0) - Number(a.open > 0) ||
  RULE_IDS.indexOf(a.rule) - RULE_IDS.indexOf(b.rule) ||
  byText(a.school_id, b.school_id) ||
  byText(a.provider_id ?? "", b.provider_id ?? "");

/** What concerns a contact: the rules of her role at her schools; a provider hears of itself alone. */
function sectionsFor(contact: Contact, told: Told): Section[] {
  return groupsOf(schoolsOf(contact, told.setup), told.alerts)
    .filter(({ rule }) => ruleOf(rule).goesTo.includes(contact.role))
    .filter(({ provider_id }) => [undefined, provider_id].includes(contact.provider_id))
    .flatMap((group) => sectionOf(group, told) ?? [])
    .sort(bySection);
}

/** What a site lead is told about her schools. A silent feed is named beside it, because it explains what is missing. */
export function digestSections(contact: Contact, told: Told): Section[] {
  const sections = sectionsFor(contact, told).filter(({ open, resolved }) => open > 0 || resolved > 0);
  if (sections.length === 0) return [];
  const silent = groupsOf(schoolsOf(contact, told.setup), told.alerts)
    .filter(({ rule }) => rule === "provider-feed-silent")
    .flatMap((group) => sectionOf(group, told) ?? [])
    .filter(({ open }) => open > 0);
  return [...sections, ...silent.map(({ text: _, ...section }) => ({ ...section, context: true }))];
}

/** What a provider or a district is told once, on the day it is found or is over. */
export const noticeSections = (contact: Contact, told: Told): Section[] =>
  sectionsFor(contact, told).filter(({ fresh, resolved }) => fresh > 0 || resolved > 0);

export const kindOf = ({ role }: Contact): Message["kind"] => (role === "site_lead" ? "digest" : "notice");
export const messageId = (contact: Contact, day: string) => `${kindOf(contact)}#${contact.contact_id}#${day}`;

/** The message for a contact on this day: one per person and school day, also where there is nothing to tell. */
export function messageFor(
  contact: Contact,
  { day, forced, ...told }: Told & { day: string; forced: boolean },
): Message {
  const kind = kindOf(contact);
  const sections = kind === "digest" ? digestSections(contact, told) : noticeSections(contact, told);
  const decided_at = told.now.toISOString();
  return {
    message_id: forced ? `${messageId(contact, day)}#${decided_at}` : messageId(contact, day),
    kind,
    contact_id: contact.contact_id,
    day,
    sections,
    state: sections.length === 0 ? "empty" : "decided",
    decided_at,
    sent: {},
  };
}

/** The school day before this one, whose message told the older news. */
export const dayBefore = (school: School, day: string) =>
  schoolDaysBack(addDays(day, -1), 1, calendarOf(school))[0] ?? addDays(day, -1);

/** On the first school day of a week: the first school day of the week with school before it. */
export function weekBefore(school: School, day: string): string | undefined {
  const calendar = calendarOf(school);
  if (!isFirstOfWeek(day, calendar)) return undefined;
  const last = dayBefore(school, day);
  const week = schoolDaysBack(last, 5, calendar).filter((one) => mondayOf(one) === mondayOf(last));
  return week.at(-1) ?? last;
}
