import type { AlertStore } from "../../adapters/alert-store.ts";
import type { MessageStore } from "../../adapters/message-store.ts";
import type { MuteStore } from "../../adapters/mute-store.ts";
import type { SweepStore } from "../../adapters/sweep-store.ts";
import { isQuiet, SWEEP_HOUR, type Contact } from "../../domain/contact.ts";
import { routesOf, type Group } from "../../domain/routes.ts";
import { channelOf, isDue, rearmed, type Message } from "../../domain/message.ts";
import { guardiansOf, unreachableOf, type Unreachable } from "../../domain/mute.ts";
import { addDays, clockOf, dayOf } from "../../domain/school-day.ts";
import type { School, Setup } from "../../domain/setup.ts";
import {
  dayFrom,
  decideDigest,
  decideNotice,
  decideText,
  dueOf,
  lookBack,
  messageId,
  placeOf,
  type Due,
} from "../../domain/telling.ts";
import { concurrently } from "../framework/concurrently.ts";

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
  const open = setup.schools.filter((school) => dayFrom(SWEEP_HOUR, school, now) !== undefined);
  const states = await concurrently(open, WIDTH, ({ school_id }) => deps.sweeps.state(school_id));
  const ran = new Set(open.map(({ school_id }, index) => `${school_id}#${states[index]?.day}`));
  // at night and on days without school there is nobody to tell anything
  const schools = open.length > 0 || run.forced ? setup.schools : [];
  const alerts = await concurrently(schools, WIDTH, ({ school_id }) => deps.alerts.current(school_id));
  const { groups, unowned } = routesOf(setup, alerts.flat(), now);
  const hasRun = ({ school_id }: School, day: string) => ran.has(`${school_id}#${day}`);
  const missing = once(() => unreachable(deps, run));
  const tell = (contact: Contact) =>
    tellOne(deps, { ...run, contact, groups: groups.get(contact.contact_id) ?? [], hasRun, missing });
  return { tell, unowned };
}

const once = <T>(read: () => Promise<T>) => {
  let asked: Promise<T> | undefined;
  return () => (asked ??= read());
};

/** Days back in which a contact's latest mail is looked for. */
const MAIL_DAYS = 7;

/** Whom no mail reaches, by who is told so. */
async function unreachable({ messages, mutes }: TellDeps, { setup, now }: Run) {
  const from = addDays(now.toISOString().slice(0, 10), -MAIL_DAYS);
  const latest = new Map<string, Message | undefined>();
  await concurrently(setup.contacts, WIDTH, async ({ contact_id }) => {
    const mails = (await messages.of(contact_id, from)).filter(
      (message) => channelOf(message) === "mail" && message.state !== "empty",
    );
    latest.set(contact_id, mails.at(-1));
  });
  const missing = unreachableOf(setup, await mutes.all(), ({ contact_id }) => latest.get(contact_id));
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
  const { contact, forced, now } = telling;
  const place = placeOf(telling);
  if (place === undefined) return { messages: 0, rearmed: 0 };
  const due = forced ? place : dueOf(telling, telling.hasRun);
  const recent = await messages.of(contact.contact_id, addDays(place.day, -1));
  const clock = clockOf(now.getTime() / 1000, place.school.time_zone);
  const again = recent
    .filter((message) => isDue(message, now) && !(message.kind === "text" && isQuiet(contact, clock)))
    .map((message) => rearmed(message, now));
  const isDecided = recent.some(({ message_id }) => message_id === messageId(contact, place.day, "digest"));
  const mail =
    due !== undefined && (forced || !isDecided)
      ? await digestOf(messages, telling, due)
      : decideNotice({ ...telling, earlier: recent }, place);
  const text = decideText({ ...telling, earlier: recent }, place);
  const decided = [mail, text].flatMap((message) => message ?? []);
  const written = await concurrently([...again, ...decided], 1, (message) => messages.write(message));
  const told = decided.filter(({ state }, index) => state === "decided" && written[again.length + index]);
  return { messages: told.length, rearmed: written.slice(0, again.length).filter(Boolean).length };
}

async function digestOf(messages: MessageStore, telling: Telling, due: Due): Promise<Message> {
  const { contact, forced } = telling;
  const earlier = await messages.of(contact.contact_id, lookBack(due));
  const missing = (await telling.missing()).get(contact.contact_id) ?? [];
  const since = (instant: string) => missing.filter(({ one }) => one.since > instant).length;
  return decideDigest({ ...telling, earlier }, due, { forced, unreachable: since });
}
