import { lastStep, type Alert } from "./alert.ts";
import { hasChannel, isQuiet, TEXTS_A_DAY, type Contact } from "./contact.ts";
import { dayBefore, freshOf, sectionsOf } from "./digest.ts";
import { channelOf, type Message, type Section } from "./message.ts";
import type { Group } from "./routes.ts";
import { schoolsOf } from "./routing.ts";
import { ruleOf } from "./rules/index.ts";
import { addDays, clockOf, dayOf, instantAt, isSchoolDay, mondayOf } from "./school-day.ts";
import { calendarOf, type School, type Setup } from "./setup.ts";

/** Where and when a contact's digest is due: the school-local day, by the first of their schools in session. */
export type Due = { school: School; day: string };

export type Telling = {
  contact: Contact;
  setup: Setup;
  groups: readonly Group[];
  now: Date;
  /** Messages of this contact decided lately. */
  earlier: readonly Message[];
};
type Place = Omit<Telling, "earlier">;

const localDay = (now: Date, { time_zone }: School) => dayOf(now.getTime() / 1000, time_zone);
const localClock = (now: Date, { time_zone }: School) => clockOf(now.getTime() / 1000, time_zone);

/** Where it is this hour or later on a school day: the school-local date; undefined elsewhere. */
export function dayFrom(hour: string, school: School, now: Date): string | undefined {
  const day = localDay(now, school);
  return localClock(now, school) >= hour && isSchoolDay(day, calendarOf(school)) ? day : undefined;
}

/** Schools by whose days and clocks a contact is told: their own, and those that they own something of today. */
function placesOf({ contact, setup, groups }: Place): School[] {
  const told = groups.filter(({ context }) => !context).map(({ school }) => school);
  return [
    ...new Map([...schoolsOf(contact, setup), ...told].map((school) => [school.school_id, school])).values(),
  ];
}

/** How long a digest waits for the rules of a school: one school that fails must not silence the others. */
const GRACE_SECONDS = 3600;

/**
 * One digest holds all of a contact's schools that have school on a day, so it is due when the hour has come, and the
 * rules have run, at each of them. The day is that of the schools, so that it may have begun to be another elsewhere.
 */
export function dueOf(place: Place, hasRun: (school: School, day: string) => boolean): Due | undefined {
  const { contact, now } = place;
  const schools = placesOf(place);
  const isReady = (school: School, day: string) => {
    const since = now.getTime() / 1000 - instantAt(day, contact.digest_hour, school.time_zone);
    return since >= 0 && (hasRun(school, day) || since >= GRACE_SECONDS);
  };
  const days = [...new Set(schools.map((school) => localDay(now, school)))].sort().reverse();
  for (const day of days) {
    const open = schools.filter((school) => isSchoolDay(day, calendarOf(school)));
    const [school] = open;
    if (school !== undefined && open.every((one) => isReady(one, day))) return { school, day };
  }
  return undefined;
}

/** Where a contact is, whatever the hour; undefined where there is nothing to tell and nowhere to be. */
export function placeOf(place: Place): Due | undefined {
  const schools = placesOf(place);
  const isOpen = (school: School) => isSchoolDay(localDay(place.now, school), calendarOf(school));
  const school = schools.find(isOpen) ?? schools[0];
  return school && { school, day: localDay(place.now, school) };
}

/** More than a mail shows, and less than an item holds. */
const MAX_SECTIONS = 100;

export const messageId = (contact: Contact, day: string, ...rest: string[]) =>
  [contact.contact_id, day, ...rest].join("#");

type Decision = { kind: Message["kind"]; sections: Section[]; name: string[]; weekly?: boolean };

const decided = (
  { contact, now }: Telling,
  { day }: Due,
  { kind, sections, name, weekly = false }: Decision,
): Message => ({
  message_id: messageId(contact, day, kind, ...name),
  kind,
  contact_id: contact.contact_id,
  day,
  sections: sections.slice(0, MAX_SECTIONS),
  left_out: Math.max(0, sections.length - MAX_SECTIONS),
  ...(sections.length === 0
    ? { state: "empty" }
    : hasChannel(contact, channelOf({ kind }))
      ? { state: "decided" }
      : { state: "muted", reason: "channel_off" }),
  weekly,
  decided_at: now.toISOString(),
  attempts: 0,
  version: 1,
});

/** How far back digests are looked for: over the longest break within a term. */
export const LOOK_BACK_DAYS = 40;

/**
 * The day's digest: one per contact and school day, also where there is nothing to tell. The first of a week tells
 * weekly items. What is news goes by the digest before; one that was given up told nobody anything.
 */
export function decideDigest(
  telling: Telling,
  due: Due,
  { forced, unreachable }: { forced: boolean; unreachable: (since: string) => number },
): Message {
  const { now, earlier, groups } = telling;
  const { school, day } = due;
  const told = earlier.filter(
    ({ kind, state, decided_at }) => kind === "digest" && state !== "dead" && decided_at < now.toISOString(),
  );
  const weeklies = told.filter((message) => message.weekly);
  const weekly = forced || !weeklies.some((message) => mondayOf(message.day) === mondayOf(day));
  const since = lastOf(told) || `${dayBefore(school, day)}T00:00:00.000Z`;
  const weeklySince = weekly ? lastOf(weeklies) || `${addDays(day, -7)}T00:00:00.000Z` : undefined;
  const sections = sectionsOf(groups, { now, since, weeklySince });
  const people = unreachable(weekly ? "" : since);
  const line = { school_ids: [], open: people, fresh: people, resolved: 0, since: day };
  if (people > 0) sections.unshift({ topic: "unreachable", ...line });
  return decided(telling, due, { kind: "digest", sections, weekly, name: forced ? [now.toISOString()] : [] });
}

const DAY_MS = 86_400_000;
const latestOf = (instants: readonly string[]) => instants.toSorted().at(-1) ?? "";
const lastOf = (messages: readonly Message[]) => latestOf(messages.map(({ decided_at }) => decided_at));
const openedAt = (alert: Alert) => lastStep(alert, "opened")?.at ?? "";
const dayAgo = (now: Date) => new Date(now.getTime() - DAY_MS).toISOString();

/** What must not wait for the next digest, in one mail: undefined where there is nothing of the kind. */
export function decideNotice(telling: Telling, due: Due): Message | undefined {
  const { now, earlier, groups } = telling;
  const since = latestOf([lastOf(earlier.filter(({ kind }) => kind !== "text")), dayAgo(now)]);
  const fresh = freshOf(groups, since, ({ rule }) => ruleOf(rule).sameDay);
  const sections = sectionsOf(fresh, { now, since, weeklySince: since });
  if (sections.length === 0) return undefined;
  // by what it tells and not by when: two sweeps at once decide the same notice
  const name = [latestOf(fresh.flatMap(({ alerts }) => alerts.map(openedAt)))];
  return decided(telling, due, { kind: "notice", sections, name });
}

/** What may interrupt somebody: not that schedules run out, which can wait for the mail. */
const isUrgent = ({ rule, facts }: Alert) => ruleOf(rule).text && facts["reason"] !== "no_schedule_left";

/** Whether it is night for a contact, at any of the schools that they may be at. */
export const isQuietFor = (place: Place): boolean =>
  placesOf(place).some((school) => isQuiet(place.contact, localClock(place.now, school)));

/** One text of all that is urgent, new and unanswered; none in quiet hours, beyond the cap, or without consent. */
export function decideText(telling: Telling, due: Due): Message | undefined {
  const { contact, now, earlier, groups } = telling;
  if (!hasChannel(contact, "text") || isQuietFor(telling)) return undefined;
  const texts = earlier.filter(({ kind }) => kind === "text");
  const today = texts.filter(({ day }) => day === due.day).length;
  const since = latestOf([lastOf(texts), dayAgo(now)]);
  const sections = sectionsOf(freshOf(groups, since, isUrgent), { now, since, weeklySince: since });
  if (sections.length === 0 || today >= TEXTS_A_DAY) return undefined;
  return decided(telling, due, { kind: "text", sections, name: [String(today)] });
}
