import * as z from "zod";
import { RULE_IDS } from "./rule.ts";
import type { Contact } from "./setup.ts";

/**
 * One line of a mail: how many alerts of one rule a school has. Counts only: no student, by id or name, leaves the
 * district's own account.
 */
export const Section = z.strictObject({
  school_id: z.string(),
  school_name: z.string().optional(),
  rule: z.enum(RULE_IDS),
  /** The provider, where the rule is about one, and why it is. */
  provider_id: z.string().optional(),
  reason: z.enum(["nothing_reported", "no_schedule_left"]).optional(),
  open: z.int(),
  /** Of these, opened since the last digest. */
  fresh: z.int(),
  /** Resolved since the last digest: told once. */
  resolved: z.int(),
  /** The school day that the oldest of them began on. */
  since: z.string(),
});
export type Section = z.infer<typeof Section>;

/** What somebody is to be told. Decided by sweep, sent by notify, recorded as sent: three steps, each repeatable. */
export const Message = z.strictObject({
  message_id: z.string(),
  kind: z.enum(["digest", "notice"]),
  contact_id: z.string(),
  /** School-local date. */
  day: z.string(),
  sections: z.array(Section),
  /** `empty`: nothing was open, nothing is sent. `failed`: refused for good by the mail or text service. */
  state: z.enum(["decided", "empty", "sent", "failed"]),
  decided_at: z.string(),
  sent_at: z.string().optional(),
  /** Channels that took it, so that a retry does not repeat them. */
  sent: z.strictObject({ mail: z.string().optional(), text: z.string().optional() }),
});
export type Message = z.infer<typeof Message>;

export type Mail = { subject: string; text: string; html: string };

const MAX_ITEMS = 7;
const plural = (count: number, one: string, many: string) => `${count} ${count === 1 ? one : many}`;
const schoolOf = ({ school_name, school_id }: Section) => school_name ?? `School ${school_id}`;

function silentLine(section: Section, kind: Message["kind"]): string {
  const provider = section.provider_id ?? "a provider";
  if (section.reason === "no_schedule_left") {
    return `${schoolOf(section)}: ${provider} has no session scheduled any more, though students are enrolled.`;
  }
  const ask = kind === "digest" ? " What it taught does not count yet: ask what happened." : "";
  return `${schoolOf(section)}: no reports from ${provider} since ${section.since}.${ask}`;
}

function openLine(section: Section, kind: Message["kind"]): string {
  const fresh = section.fresh > 0 ? ` (${section.fresh} new)` : "";
  switch (section.rule) {
    case "provider-feed-silent":
      return silentLine(section, kind);
    case "student-missed-sessions":
      return `${schoolOf(section)}: ${plural(section.open, "student", "students")} missed sessions${fresh}. See who: rollcall alerts --school ${section.school_id}`;
  }
}

function resolvedLine(section: Section): string {
  switch (section.rule) {
    case "provider-feed-silent":
      return `${schoolOf(section)}: ${section.provider_id ?? "the provider"} reports again.`;
    case "student-missed-sessions":
      return `${schoolOf(section)}: ${plural(section.resolved, "student is", "students are")} back on track.`;
  }
}

type Lines = { greeting: string; items: string[]; closing: string };

const openOf = ({ sections }: Message) => sections.filter((section) => section.open > 0);

function linesOf(message: Message): Lines {
  const open = openOf(message).map((section) => openLine(section, message.kind));
  const resolved = message.sections.filter((section) => section.resolved > 0).map(resolvedLine);
  const all = [...open, ...resolved];
  const items =
    all.length > MAX_ITEMS ? [...all.slice(0, MAX_ITEMS), `and ${all.length - MAX_ITEMS} more`] : all;
  if (message.kind === "digest") {
    const greeting = open.length > 0 ? "what needs a person today." : "back on track.";
    const closing = "You get this once a school day, and only when there is something to tell.";
    return { greeting: `Tutoring on ${message.day}: ${greeting}`, items, closing };
  }
  if (open.length === 0)
    return { greeting: "Session reports come again.", items, closing: "Nothing is left to do." };
  return {
    greeting: "Rollcall expected news of tutoring sessions and got none.",
    items,
    closing:
      "Sessions that took place count as soon as they are reported: post them again, repeats are safe.",
  };
}

export const subjectOf = (message: Message): string => {
  const open = openOf(message).reduce((sum, section) => sum + section.open, 0);
  if (open === 0) return `Rollcall: back on track (${message.day})`;
  if (message.kind === "notice") return `Rollcall: session reports are missing (${message.day})`;
  return `Rollcall: ${plural(open, "thing needs", "things need")} a look (${message.day})`;
};

const escape = (text: string) =>
  text.replaceAll("&", "&amp;").replaceAll("<", "&lt;").replaceAll(">", "&gt;").replaceAll('"', "&quot;");

/** The mail of a message, as text and as HTML that phones and dark screens show well. */
export function mailOf(message: Message): Mail {
  const { greeting, items, closing } = linesOf(message);
  const list = items.map((item) => `<li style="margin:0 0 12px">${escape(item)}</li>`).join("");
  return {
    subject: subjectOf(message),
    text: [greeting, "", ...items.map((item) => `- ${item}`), "", closing, ""].join("\n"),
    html:
      '<!doctype html><html lang="en"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width">' +
      '<meta name="color-scheme" content="light dark"><title>Rollcall</title></head>' +
      '<body style="font:16px/1.5 system-ui,sans-serif;max-width:34em;margin:0 auto;padding:16px">' +
      `<p style="margin:0 0 16px"><strong>${escape(greeting)}</strong></p><ul style="margin:0 0 16px;padding-left:20px">${list}</ul>` +
      `<p style="margin:0;font-size:14px">${escape(closing)}</p></body></html>`,
  };
}

/** One GSM-7 segment. */
const TEXT_LIMIT = 160;

/** The text message of a notice; undefined where the contact wants none, or no feed is silent. */
export function textOf(message: Message, contact: Contact): string | undefined {
  const silent = openOf(message).filter(({ reason }) => reason === "nothing_reported");
  const wanted = message.kind === "notice" && contact.text_opt_in && contact.phone !== undefined;
  if (!wanted || silent.length === 0) return undefined;
  const schools = new Set(silent.map(({ school_id }) => school_id)).size;
  const providers = [...new Set(silent.map(({ provider_id = "a provider" }) => provider_id))];
  const who = providers.length === 1 ? providers[0] : plural(providers.length, "provider", "providers");
  const since = silent.map((section) => section.since).sort()[0] ?? message.day;
  return `Rollcall: no reports from ${who} since ${since} at ${plural(schools, "school", "schools")}. See your mail.`.slice(
    0,
    TEXT_LIMIT,
  );
}
