import type { AlertStore } from "../../adapters/alert-store.ts";
import type { MessageStore } from "../../adapters/message-store.ts";
import type { MuteStore } from "../../adapters/mute-store.ts";
import type { SweepStore } from "../../adapters/sweep-store.ts";
import { addressOf, SWEEP_HOUR, type Contact } from "../../domain/contact.ts";
import { isDue, latestMail, rearmed, type Message } from "../../domain/message.ts";
import { guardiansOf, unreachableOf, type Mute, type Unreachable } from "../../domain/mute.ts";
import { routesOf, type Group } from "../../domain/routes.ts";
import { addDays, dayOf } from "../../domain/school-day.ts";
import type { School, Setup } from "../../domain/setup.ts";
import {
  dayFrom,
  decideDigest,
  decideNotice,
  decideText,
  dueOf,
  isQuietFor,
  LOOK_BACK_DAYS,
  messageId,
  placeOf,
  type Due,
} from "../../domain/telling.ts";
import { concurrently } from "../../adapters/concurrently.ts";

export type TellDeps = {
  alerts: Pick<AlertStore, "current">;
  sweeps: Pick<SweepStore, "state">;
  messages: MessageStore;
  mutes: Pick<MuteStore, "all">;
};
type Run = { setup: Setup; now: Date; forced: boolean };
type Told = { messages: number; rearmed: number };

const WIDTH = 8;

/** Reads once what all messages of a sweep are decided from. */
export async function messenger(deps: TellDeps, run: Run) {
  const { setup, now } = run;
  // at night and on days without school there is nobody to tell anything
  const open = run.forced || setup.schools.some((school) => dayFrom(SWEEP_HOUR, school, now) !== undefined);
  const schools = open ? setup.schools : [];
  const states = await concurrently(schools, WIDTH, ({ school_id }) => deps.sweeps.state(school_id));
  const days = new Map(schools.map(({ school_id }, index) => [school_id, states[index]?.day ?? ""]));
  const hasRun = ({ school_id }: School, day: string) => (days.get(school_id) ?? "") >= day;
  const alerts = await concurrently(schools, WIDTH, ({ school_id }) => deps.alerts.current(school_id));
  const mutes = open ? await deps.mutes.all() : [];
  const { groups, unowned } = routesOf(setup, { alerts: alerts.flat(), now, muted: mutedOf(setup, mutes) });
  const missing = once(() => unreachable(deps, run, mutes));
  const tell = (contact: Contact) =>
    tellOne(deps, { ...run, contact, groups: groups.get(contact.contact_id) ?? [], hasRun, missing });
  return { tell, unowned };
}

function mutedOf({ contacts }: Setup, mutes: readonly Mute[]): Set<string> {
  const addresses = new Set(mutes.filter(({ channel }) => channel === "mail").map(({ address }) => address));
  const muted = contacts.filter((contact) => addresses.has(addressOf(contact, "mail")));
  return new Set(muted.map(({ contact_id }) => contact_id));
}

const once = <T>(read: () => Promise<T>) => {
  let asked: Promise<T> | undefined;
  return () => (asked ??= read());
};

/** Days back in which a contact's latest mail is looked for. */
const MAIL_DAYS = 7;
const utcDay = (now: Date) => now.toISOString().slice(0, 10);

/** Whom no mail reaches, by who is told so. */
async function unreachable({ messages }: TellDeps, { setup, now }: Run, mutes: readonly Mute[]) {
  const from = addDays(utcDay(now), -MAIL_DAYS);
  const latest = new Map<string, Message | undefined>();
  await concurrently(setup.contacts, WIDTH, async ({ contact_id }) => {
    latest.set(contact_id, latestMail(await messages.of(contact_id, from)));
  });
  const missing = unreachableOf(setup, mutes, ({ contact_id }) => latest.get(contact_id));
  const today = ({ time_zone }: School) => dayOf(now.getTime() / 1000, time_zone);
  const told = missing.flatMap((one) =>
    guardiansOf(one.contact, setup, today).map((guardian) => ({ guardian, one })),
  );
  return Map.groupBy(told, ({ guardian }) => guardian);
}

type Telling = Run & {
  contact: Contact;
  groups: readonly Group[];
  hasRun: (school: School, day: string) => boolean;
  missing: () => Promise<Map<string, { one: Unreachable }[]>>;
};

/**
 * Decides what a contact is told now: the day's digest when it is due, else what must not wait for it; a text beside
 * either. What waited for its service, or was lost on the way to it, is offered again.
 */
async function tellOne({ messages }: TellDeps, telling: Telling): Promise<Told> {
  const { contact, now } = telling;
  const recent = await messages.of(contact.contact_id, addDays(utcDay(now), -2));
  const again = recent
    .filter((message) => isDue(message, now) && !(message.kind === "text" && isQuietFor(telling)))
    .map((message) => rearmed(message, now));
  const decided = await decisions(messages, telling, recent);
  const written = await concurrently([...again, ...decided], 1, (message) => messages.write(message));
  const told = decided.filter(({ state }, index) => state === "decided" && written[again.length + index]);
  return { messages: told.length, rearmed: written.slice(0, again.length).filter(Boolean).length };
}

async function decisions(messages: MessageStore, telling: Telling, recent: Message[]): Promise<Message[]> {
  const place = placeOf(telling);
  if (place === undefined) return [];
  const { contact, forced } = telling;
  const due = forced ? place : dueOf(telling, telling.hasRun);
  const isDecided = (day: string) =>
    recent.some(({ message_id }) => message_id === messageId(contact, day, "digest"));
  const mail =
    due !== undefined && (forced || !isDecided(due.day))
      ? await digestOf(messages, telling, due)
      : decideNotice({ ...telling, earlier: recent }, place);
  const text = decideText({ ...telling, earlier: recent }, place);
  return [mail, text].flatMap((message) => message ?? []);
}

async function digestOf(messages: MessageStore, telling: Telling, due: Due): Promise<Message> {
  const { contact, forced } = telling;
  const earlier = await messages.of(contact.contact_id, addDays(due.day, -LOOK_BACK_DAYS));
  const missing = (await telling.missing()).get(contact.contact_id) ?? [];
  const since = (instant: string) => missing.filter(({ one }) => one.since > instant).length;
  return decideDigest({ ...telling, earlier }, due, { forced, unreachable: since });
}
