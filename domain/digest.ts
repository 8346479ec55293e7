import type { Alert } from "./alert-life.ts";
import { RULE_IDS, type RuleId } from "./rule.ts";
import { byText } from "./ids.ts";
import type { Message, Section } from "./notification.ts";
import { addDays, clockOf, dayOf, isSchoolDay, schoolDaysBack } from "./school-day.ts";
import { calendarOf, type Contact, type School, type Setup } from "./setup.ts";

/** The school's wall clock at which a school day's digest goes out. */
export const DIGEST_HOUR = "07:00";

export type Told = {
  setup: Setup;
  alerts: readonly Alert[];
  now: Date;
  /** ISO instant of the message before this one: what happened after it, up to now, is news. */
  since: string;
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

const isNews = ({ history }: Alert, { since, now }: Told) => {
  const at = history.at(-1)?.at ?? "";
  return since < at && at <= now.toISOString();
};

type Group = { school: School; rule: RuleId; provider_id: string | undefined; alerts: Alert[] };

function groupsOf(schools: readonly School[], alerts: readonly Alert[]): Group[] {
  return schools.flatMap((school) => {
    const own = alerts.filter((alert) => alert.school_id === school.school_id);
    const silent = own.filter(({ rule }) => rule === "provider-feed-silent");
    const missed = own.filter(({ rule }) => rule === "student-missed-sessions");
    return [
      ...silent.map((alert): Group => ({
        school,
        rule: alert.rule,
        provider_id: alert.subject,
        alerts: [alert],
      })),
      ...(missed.length > 0
        ? [{ school, rule: "student-missed-sessions", provider_id: undefined, alerts: missed } as const]
        : []),
    ];
  });
}

function sectionOf({ school, rule, provider_id, alerts }: Group, told: Told): Section {
  const open = alerts.filter(({ state }) => state === "open");
  const news = alerts.filter((alert) => isNews(alert, told));
  return {
    school_id: school.school_id,
    ...(school.name !== undefined && { school_name: school.name }),
    rule,
    ...(provider_id !== undefined && { provider_id }),
    ...reasonOf(alerts),
    open: open.length,
    fresh: news.filter(({ state }) => state === "open").length,
    resolved: news.filter(({ state }) => state === "resolved").length,
    since: (open.length > 0 ? open : alerts).map(({ first_day }) => first_day).sort()[0] ?? "",
  };
}

function reasonOf([alert]: readonly Alert[]): Pick<Section, "reason"> {
  const reason = alert?.facts["reason"];
  return reason === "nothing_reported" || reason === "no_schedule_left" ? { reason } : {};
}

const bySection = (a: Section, b: Section) =>
  Number(b.open > 0) - Number(a.open > 0) ||
  RULE_IDS.indexOf(a.rule) - RULE_IDS.indexOf(b.rule) ||
  byText(a.school_id, b.school_id);

/** What a site lead is told about her schools. */
export function digestSections(contact: Contact, told: Told): Section[] {
  return groupsOf(schoolsOf(contact, told.setup), told.alerts)
    .map((group) => sectionOf(group, told))
    .filter((section) => section.open > 0 || section.resolved > 0)
    .sort(bySection);
}

/** What a provider, or a district about its providers, is told on the day a feed falls silent. */
export function noticeSections(contact: Contact, told: Told): Section[] {
  return groupsOf(schoolsOf(contact, told.setup), told.alerts)
    .filter(
      ({ rule, provider_id }) =>
        rule === "provider-feed-silent" && [undefined, provider_id].includes(contact.provider_id),
    )
    .map((group) => sectionOf(group, told))
    .filter((section) => section.fresh > 0 || section.resolved > 0)
    .sort(bySection);
}

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
