import { hasChannel, isQuiet, TEXTS_A_DAY, type Contact } from "./contact.ts";
import { dayBefore, freshOf, sectionsOf, weekBefore } from "./digest.ts";
import type { Group } from "./routes.ts";
import { lastStep, type Alert } from "./alert.ts";
import { channelOf, type Message, type Section } from "./message.ts";
import { schoolsOf } from "./routing.ts";
import { ruleOf } from "./rules/index.ts";
import { addDays, clockOf, dayOf, isSchoolDay } from "./school-day.ts";
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

const localDay = (now: Date, { time_zone }: School) => dayOf(now.getTime() / 1000, time_zone);
const localClock = (now: Date, { time_zone }: School) => clockOf(now.getTime() / 1000, time_zone);
const inSession = (now: Date) => (school: School) => isSchoolDay(localDay(now, school), calendarOf(school));

/** Where it is this hour or later on a school day: the school-local date; undefined elsewhere. */
export function dayFrom(hour: string, school: School, now: Date): string | undefined {
  return localClock(now, school) >= hour && inSession(now)(school) ? localDay(now, school) : undefined;
}

/**
 * One digest holds all of a contact's schools that have school today, so it is due when the hour has come, and the
 * rules have run, at each of them.
 */
export function dueOf(
  { contact, setup, now }: Pick<Telling, "contact" | "setup" | "now">,
  hasRun: (school: School, day: string) => boolean,
): Due | undefined {
  const schools = schoolsOf(contact, setup).filter(inSession(now));
  const [school] = schools;
  if (school === undefined) return undefined;
  const late = schools.some((one) => {
    const day = dayFrom(contact.digest_hour, one, now);
    return day === undefined || !hasRun(one, day);
  });
  return late ? undefined : { school, day: localDay(now, school) };
}

/** Where a contact is, whatever the hour. */
export function placeOf({
  contact,
  setup,
  now,
}: Pick<Telling, "contact" | "setup" | "now">): Due | undefined {
  const schools = schoolsOf(contact, setup);
  const school = schools.find(inSession(now)) ?? schools[0];
  return school && { school, day: localDay(now, school) };
}

/** More than a mail shows, and less than an item holds. */
const MAX_SECTIONS = 100;

export const messageId = (contact: Contact, day: string, ...rest: string[]) =>
  [contact.contact_id, day, ...rest].join("#");

const decided = (
  { contact, now }: Telling,
  { day }: Due,
  { kind, sections, name }: { kind: Message["kind"]; sections: Section[]; name: string[] },
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
  decided_at: now.toISOString(),
  attempts: 0,
  version: 1,
});

/** The first school day whose messages a digest of today looks back to. */
export const lookBack = ({ school, day }: Due) => weekBefore(school, day) ?? dayBefore(school, day);

/** The day's digest: one per contact and school day, also where there is nothing to tell. */
export function decideDigest(
  telling: Telling,
  due: Due,
  { forced, unreachable }: { forced: boolean; unreachable: (since: string) => number },
): Message {
  const { now, earlier, groups, contact } = telling;
  const { school, day } = due;
  const toldOn = (past: string) =>
    earlier.find(({ message_id }) => message_id === messageId(contact, past, "digest"))?.decided_at ??
    `${past}T00:00:00.000Z`;
  const weekAgo = weekBefore(school, day) ?? (forced ? addDays(day, -7) : undefined);
  const since = toldOn(dayBefore(school, day));
  const weeklySince = weekAgo === undefined ? undefined : toldOn(weekAgo);
  const sections = sectionsOf(groups, { now, since, weeklySince });
  const people = unreachable(weekAgo === undefined ? since : "");
  if (people > 0)
    sections.push({
      topic: "unreachable",
      school_ids: [],
      open: people,
      fresh: people,
      resolved: 0,
      since: day,
    });
  return decided(telling, due, { kind: "digest", sections, name: forced ? [now.toISOString()] : [] });
}

const DAY_MS = 86_400_000;
const lastOf = (instants: readonly string[]) => instants.toSorted().at(-1) ?? "";
const decidedAt = ({ decided_at }: Message) => decided_at;
const openedAt = (alert: Alert) => lastStep(alert, "opened")?.at ?? "";
const dayAgo = (now: Date) => new Date(now.getTime() - DAY_MS).toISOString();
const later = (a: string, b: string) => (a > b ? a : b);

/** What must not wait for the next digest, in one mail: undefined where there is nothing of the kind. */
export function decideNotice(telling: Telling, due: Due): Message | undefined {
  const { now, earlier, groups } = telling;
  const mails = earlier.filter(({ kind }) => kind !== "text");
  const since = later(lastOf(mails.map(decidedAt)), dayAgo(now));
  const fresh = freshOf(groups, since, ({ rule }) => ruleOf(rule).sameDay);
  const sections = sectionsOf(fresh, { now, since, weeklySince: since });
  if (sections.length === 0) return undefined;
  // by what it tells and not by when: two sweeps at once decide the same notice
  const name = [lastOf(fresh.flatMap(({ alerts }) => alerts.map(openedAt)))];
  return decided(telling, due, { kind: "notice", sections, name });
}

/** What may interrupt somebody: not that schedules run out, which can wait for the mail. */
const isUrgent = ({ rule, facts }: Alert) => ruleOf(rule).text && facts["reason"] !== "no_schedule_left";

/** One text of all that is urgent, new and unanswered; none in quiet hours, beyond the cap, or without consent. */
export function decideText(telling: Telling, due: Due): Message | undefined {
  const { contact, now, earlier, groups } = telling;
  if (!hasChannel(contact, "text") || isQuiet(contact, localClock(now, due.school))) return undefined;
  const texts = earlier.filter(({ kind }) => kind === "text");
  const today = texts.filter(({ day }) => day === due.day).length;
  const since = later(lastOf(texts.map(decidedAt)), dayAgo(now));
  const sections = sectionsOf(freshOf(groups, since, isUrgent), { now, since, weeklySince: since });
  if (sections.length === 0 || today >= TEXTS_A_DAY) return undefined;
  return decided(telling, due, { kind: "text", sections, name: [String(today)] });
}
