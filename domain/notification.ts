import * as z from "zod";
import type { Contact } from "./setup.ts";
import { RULE_IDS, type RuleId } from "./words.ts";

/**
 * One line of a mail: how many alerts of one rule a school has. Counts only: no student, by id or name, leaves the
 * district's own account.
 */
export const Section = z.strictObject({
  school_id: z.string(),
  school_name: z.string().optional(),
  rule: z.enum(RULE_IDS),
  /** The provider, where the rule is about one, and what was found of it. */
  provider_id: z.string().optional(),
  facts: z.record(z.string(), z.union([z.number(), z.string()])).optional(),
  /** Named beside the rest because it explains what is missing; nobody is written to for it alone. */
  context: z.boolean().optional(),
  /** May go out as a text too: its rule says so, and it is new. */
  text: z.boolean().optional(),
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

const students = (count: number) => plural(count, "student", "students");
const providerOf = ({ provider_id }: Section) => provider_id ?? "a provider";
const factOf = ({ facts }: Section, name: string) => facts?.[name] ?? "";

type Wording = Readonly<Record<"open" | "resolved", (section: Section) => string>>;

/** What each rule says of a school, and the next step. Short words: it is read between two classes. */
const WORDING: Readonly<Record<RuleId, Wording>> = {
  "provider-feed-silent": {
    open: (section) =>
      factOf(section, "reason") === "no_schedule_left"
        ? `${providerOf(section)} has no session scheduled any more, though students are enrolled.`
        : `no reports from ${providerOf(section)} since ${section.since}.`,
    resolved: (section) => `${providerOf(section)} reports again.`,
  },
  "site-under-delivery": {
    open: (section) =>
      `${providerOf(section)} held ${factOf(section, "percent")} % of its sessions. Ask why.`,
    resolved: (section) => `${providerOf(section)} holds its sessions again.`,
  },
  "student-missed-sessions": {
    open: (section) => `${students(section.open)} missed sessions${freshOf(section)}. Call home.`,
    resolved: backOnTrack,
  },
  "assigned-never-started": {
    open: (section) => `${students(section.open)} never started${freshOf(section)}. Check the schedule.`,
    resolved: (section) => `${students(section.resolved)} started, or left the program.`,
  },
  "under-dosed": {
    open: (section) => `${students(section.open)} got too few minutes${freshOf(section)}. Plan make-up time.`,
    resolved: backOnTrack,
  },
  "off-pace": {
    open: (section) => `${students(section.open)} behind the goal${freshOf(section)}. Add sessions.`,
    resolved: backOnTrack,
  },
  "tutor-changed-too-often": {
    open: (section) => `${students(section.open)} had too many tutors${freshOf(section)}. Ask for one each.`,
    resolved: backOnTrack,
  },
  "ratio-over-limit": {
    open: (section) =>
      `${providerOf(section)} runs groups of up to ${factOf(section, "largest_group")}. Ask for smaller ones.`,
    resolved: (section) => `${providerOf(section)} keeps its groups small again.`,
  },
  "reports-late": {
    open: (section) =>
      Number(factOf(section, "missing")) > 0
        ? `${factOf(section, "missing")} of ${factOf(section, "expected")} reports from ${providerOf(section)} are missing. Send them.`
        : `reports from ${providerOf(section)} come late. Send them within a day.`,
    resolved: (section) => `reports from ${providerOf(section)} come in time again.`,
  },
  "unknown-students": {
    open: (section) =>
      `${providerOf(section)} taught ${students(Number(factOf(section, "students")))} not on the roster. Load the roster.`,
    resolved: (section) => `all students of ${providerOf(section)} are on the roster.`,
  },
};

function freshOf({ fresh }: Section): string {
  return fresh > 0 ? ` (${fresh} new)` : "";
}

function backOnTrack({ resolved }: Section): string {
  return `${plural(resolved, "student is", "students are")} back on track.`;
}

const lineOf = (section: Section, state: keyof Wording) =>
  `${schoolOf(section)}: ${WORDING[section.rule][state](section)}`;

type Lines = { greeting: string; items: string[]; closing: string };

const openOf = ({ sections }: Message) => sections.filter((section) => section.open > 0);

/** Where ids may be read: in the district's own terminal. */
function whereToLook(sections: readonly Section[]): string {
  const schools = new Set(sections.map(({ school_id }) => school_id));
  const [only] = schools;
  return schools.size === 1 && only !== undefined ? `rollcall alerts --school ${only}` : "rollcall alerts";
}

function itemsOf(message: Message, open: readonly Section[]): string[] {
  const back = message.sections.filter(({ resolved, context }) => resolved > 0 && context !== true);
  const all = [
    ...open.map((section) => lineOf(section, "open")),
    ...back.map((section) => lineOf(section, "resolved")),
  ];
  return all.length > MAX_ITEMS ? [...all.slice(0, MAX_ITEMS), `and ${all.length - MAX_ITEMS} more`] : all;
}

function linesOf(message: Message): Lines {
  const open = openOf(message);
  const items = itemsOf(message, open);
  const names = `See who: ${whereToLook(message.sections)}.`;
  const today = `Tutoring on ${message.day}: what needs a person today.`;
  if (open.length === 0) return { greeting: "Back on track.", items, closing: "Nothing is left to do." };
  if (message.kind === "digest")
    return { greeting: today, items, closing: `${names} At most one mail a school day.` };
  if (!open.some(({ rule }) => rule === "provider-feed-silent"))
    return { greeting: today, items, closing: names };
  const greeting = "Rollcall expected news of tutoring sessions and got none.";
  const closing = "Sessions count as soon as they are reported: post them again, repeats are safe.";
  return { greeting, items, closing };
}

export const subjectOf = (message: Message): string => {
  const told = openOf(message).filter(({ context }) => context !== true);
  const open = told.reduce((sum, section) => sum + section.open, 0);
  if (open === 0) return `Rollcall: back on track (${message.day})`;
  if (told.some(({ rule }) => rule === "provider-feed-silent"))
    return `Rollcall: session reports are missing (${message.day})`;
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

/** What is short enough for a text, for the rules that may send one. */
const TEXTS: Readonly<Partial<Record<RuleId, (providers: string, since: string) => string>>> = {
  "provider-feed-silent": (providers, since) => `no reports from ${providers} since ${since}`,
  "site-under-delivery": (providers) => `too few sessions held by ${providers}`,
};

/** The text that goes with a message: of what is new and may be sent so, to a contact who agreed to it. */
export function textOf(message: Message, contact: Contact): string | undefined {
  if (contact.text_opt_in === undefined || contact.phone === undefined) return undefined;
  const urgent = openOf(message).filter(({ text }) => text === true);
  const [first] = urgent;
  const say = first === undefined ? undefined : TEXTS[first.rule];
  if (first === undefined || say === undefined) return undefined;
  const same = urgent.filter(({ rule }) => rule === first.rule);
  const schools = new Set(same.map(({ school_id }) => school_id)).size;
  const providers = [...new Set(same.map(providerOf))];
  const who =
    providers.length === 1 ? (providers[0] ?? "") : plural(providers.length, "provider", "providers");
  const since = same.map((section) => section.since).sort()[0] ?? message.day;
  return `Rollcall: ${say(who, since)} at ${plural(schools, "school", "schools")}. See your mail.`.slice(
    0,
    TEXT_LIMIT,
  );
}
