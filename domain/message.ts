import * as z from "zod";
import { TOPICS } from "./words.ts";

/**
 * One line of a mail: how many alerts of one rule a school has. Counts only: no student, by id or name, leaves the
 * district's own account.
 */
export const Section = z.strictObject({
  topic: z.enum(TOPICS),
  /** None where the line is about people and not about a school; several where one provider fails at all of them. */
  school_ids: z.array(z.string()),
  school_name: z.string().optional(),
  /** The provider, where the rule is about one, and what was found of it. */
  provider_id: z.string().optional(),
  provider_name: z.string().optional(),
  facts: z.record(z.string(), z.union([z.number(), z.string()])).optional(),
  /** Named beside the rest because it explains what is missing; nobody is written to for it alone. */
  context: z.boolean().optional(),
  open: z.int(),
  /** Of these, opened since the last digest. */
  fresh: z.int(),
  /** Resolved since the last digest: told once. */
  resolved: z.int(),
  /** The school day that the oldest of them began on. */
  since: z.string(),
});
export type Section = z.infer<typeof Section>;

/**
 * `decided`: to be sent now. `waiting`: a service could not take it, tried again at `next_at`. `empty`: nothing to
 * tell. `muted`: its address takes nothing any more. `dead`: given up, kept for `rollcall redrive`.
 */
const MESSAGE_STATES = ["decided", "waiting", "sent", "empty", "muted", "dead"] as const;

/** What somebody is to be told. Decided by sweep, sent by notify, recorded as sent: three steps, each repeatable. */
export const Message = z.strictObject({
  /** contact, school-local day, kind, and what tells several of a day apart. */
  message_id: z.string(),
  /** A digest comes once a school day; a notice and a text on the day something urgent is found. */
  kind: z.enum(["digest", "notice", "text"]),
  contact_id: z.string(),
  /** School-local date. */
  day: z.string(),
  sections: z.array(Section),
  /** Lines beyond those that are kept: they are counted, not told. */
  left_out: z.int().default(0),
  state: z.enum(MESSAGE_STATES),
  /** Whether a digest tells weekly items: the first of a week does. */
  weekly: z.boolean().default(false),
  /** ISO instant as of which the sections are true. */
  decided_at: z.string(),
  /** Times that a service was asked to take it, without success. */
  attempts: z.int().default(0),
  next_at: z.string().optional(),
  sent_at: z.string().optional(),
  given_up_at: z.string().optional(),
  /** Under which id it was taken. */
  receipt: z.string().optional(),
  /** Why it is dead or muted: a word, never an address. */
  reason: z.string().optional(),
  version: z.int(),
});
export type Message = z.infer<typeof Message>;

export const channelOf = ({ kind }: Pick<Message, "kind">) => (kind === "text" ? "text" : "mail");

const FIRST_MINUTES = 15;
const MAX_ATTEMPTS = 6;
/** A message that was decided and not sent by then was lost on the way: it is offered again. */
const STUCK_MINUTES = 30;

const minutesAfter = (instant: string | Date, minutes: number) =>
  new Date(new Date(instant).getTime() + minutes * 60_000).toISOString();

/** After a refusal that may pass: waits 15 minutes, then twice as long each time; after 6 tries it is given up. */
export function postponed(message: Message, reason: string, now: Date): Message {
  const attempts = message.attempts + 1;
  const next = { ...message, attempts, reason, version: message.version + 1 };
  if (attempts >= MAX_ATTEMPTS) return { ...next, state: "dead", given_up_at: now.toISOString() };
  return { ...next, state: "waiting", next_at: minutesAfter(now, FIRST_MINUTES * 2 ** (attempts - 1)) };
}

export const given = (
  message: Message,
  state: "sent" | "muted" | "dead",
  more: Partial<Message>,
): Message => ({
  ...message,
  ...more,
  state,
  version: message.version + 1,
});

/** The mail of these that was decided last. */
export const latestMail = (messages: readonly Message[]): Message | undefined =>
  messages
    .filter((message) => channelOf(message) === "mail" && message.state !== "empty")
    .toSorted((a, b) => (a.decided_at < b.decided_at ? -1 : 1))
    .at(-1);

/** To be offered to its service again: its time has come, or it was lost on the way. */
export function isDue(message: Message, now: Date): boolean {
  const instant = now.toISOString();
  if (message.state === "waiting") return (message.next_at ?? "") <= instant;
  const since = message.next_at ?? message.decided_at;
  return message.state === "decided" && minutesAfter(since, STUCK_MINUTES) <= instant;
}

/** Offers a message again; `afresh` forgets how often it was tried. */
export const rearmed = (message: Message, now: Date, afresh = false): Message => ({
  ...message,
  state: "decided",
  next_at: now.toISOString(),
  attempts: afresh ? 0 : message.attempts,
  version: message.version + 1,
});
