import type { Contact } from "./contact.ts";
import type { Message, Section } from "./message.ts";
import { wordingOf } from "./wording/index.ts";
import type { Wording } from "./wording/wording.ts";

/** The links of a mail: signed where it is sent, absent in a preview. */
export type Links = {
  acknowledge: (item: number) => string;
  unsubscribe: string;
  /** Where to look: at a school, or where the reader begins. */
  page: (school_id: string | undefined) => string;
};
export type Mail = { subject: string; text: string; html: string; unsubscribe: string | undefined };

const MAX_ITEMS = 7;
const MAX_WORDS = 120;
const NAME_LENGTH = 32;

/** Words as a reader counts them: an address is not read. */
export const wordsIn = (text: string) =>
  text.split(/\s+/).filter((word) => /[\p{L}\d]/u.test(word) && !/^https?:/.test(word)).length;

type Item = { text: string; section: Section; place: number; open: boolean };
type Reader = Pick<Contact, "role" | "language">;

/** A capital to begin with, unless a provider's name or id stands there. */
const sentence = (line: string, section: Section) =>
  line.startsWith(providerOf(section)) && section.provider_id !== undefined
    ? line
    : line.slice(0, 1).toUpperCase() + line.slice(1);
const short = (name: string) =>
  name.length <= NAME_LENGTH ? name : `${name.slice(0, NAME_LENGTH - 1).trimEnd()}…`;

/** The one school that a message is about, by name; undefined for several. */
function onlySchool({ sections }: Message, wording: Wording): string | undefined {
  const schools = new Set(sections.flatMap(({ school_ids }) => school_ids));
  const only = sections.find(({ school_ids }) => school_ids.length === 1);
  return schools.size === 1 && only !== undefined ? short(wording.school(only)) : undefined;
}

const providerOf = ({ provider_name, provider_id = "" }: Section) => short(provider_name ?? provider_id);

export function lineOf(section: Section, open: boolean, { role, language }: Reader): string {
  const wording = wordingOf({ language });
  const { [open ? "open" : "resolved"]: say } = wording.items[section.topic];
  const fact = (name: string) => String(section.facts?.[name] ?? "");
  return say({ section, role, provider: providerOf(section), fact });
}

function itemsOf(message: Message, reader: Reader): Item[] {
  const wording = wordingOf(reader);
  const single = onlySchool(message, wording) !== undefined;
  const itemOf = (section: Section, open: boolean): Item => {
    const line = lineOf(section, open, reader);
    const named = section.school_ids.length > 0 && !single;
    const text = named ? `${short(wording.school(section))}: ${line}` : sentence(line, section);
    return { text, section, open, place: message.sections.indexOf(section) };
  };
  return [
    ...message.sections.filter(({ open }) => open > 0).map((section) => itemOf(section, true)),
    ...message.sections
      .filter(({ resolved, context }) => resolved > 0 && context !== true)
      .map((section) => itemOf(section, false)),
  ];
}

/** Who may answer a line by pressing a button: not for what is only named, is over, or is about addresses. */
const isAnswerable = ({ open, section }: Item) =>
  open && section.context !== true && section.topic !== "unreachable";

/** The one school that a message is about; undefined for several. */
function schoolOf({ sections }: Message): string | undefined {
  const [only, ...others] = new Set(sections.flatMap(({ school_ids }) => school_ids));
  return others.length === 0 ? only : undefined;
}

/** Where ids may be read without a page: in the district's own terminal. */
function commandFor(message: Message): string {
  const only = schoolOf(message);
  return only === undefined ? "rollcall alerts" : `rollcall alerts --school ${only}`;
}

/** Where a reader sees who it is about: a provider sees itself, and no school. */
const pageFor = (message: Message, { role }: Reader, links: Links) =>
  links.page(role === "provider" ? undefined : schoolOf(message));

type Letter = {
  subject: string;
  greeting: string;
  items: Item[];
  more: string | undefined;
  /** What to do next, before the place where it is done. */
  closing: (where: string) => string;
};

export function subjectOf(message: Message, reader: Reader): string {
  const wording = wordingOf(reader);
  const on = wording.day(message.day);
  const told = message.sections.filter(({ open, context }) => open > 0 && context !== true);
  if (told.length === 0) return wording.mail.back(on);
  if (told.some(({ topic }) => topic === "provider-feed-silent")) return wording.mail.silent(on);
  return wording.mail.subject(
    told.reduce((sum, { open }) => sum + open, 0),
    on,
  );
}

function letterOf(message: Message, reader: Reader): Letter {
  const wording = wordingOf(reader);
  const all = itemsOf(message, reader);
  const isOver = all.every(({ open }) => !open);
  const { mail } = wording;
  const greeting = isOver
    ? mail.backGreeting
    : mail.greeting(wording.day(message.day), onlySchool(message, wording));
  const closing = isOver ? () => mail.done : mail.closing;
  const frame = wordsIn(
    [greeting, closing(commandFor(message)), mail.unsubscribe, wording.more(99)].join(" "),
  );
  const items = fitting(all, MAX_WORDS - frame, wordsIn(mail.acknowledge));
  const left = all.length - items.length + message.left_out;
  const more = left > 0 ? wording.more(left) : undefined;
  return { subject: subjectOf(message, reader), greeting, items, more, closing };
}

/** At most seven items, and no more words than can be read between two classes. */
function fitting(items: readonly Item[], words: number, button: number): Item[] {
  let left = words;
  return items.slice(0, MAX_ITEMS).filter((item) => {
    left -= wordsIn(item.text) + (isAnswerable(item) ? button : 0);
    return left >= 0;
  });
}

/** Safe within HTML, also in an attribute. */
export const escape = (text: string) =>
  text
    .replaceAll("&", "&amp;")
    .replaceAll("<", "&lt;")
    .replaceAll(">", "&gt;")
    .replaceAll('"', "&quot;")
    .replaceAll("'", "&#39;");

const STYLE =
  "body{margin:0;background:#f4f5f7;color:#1c1e21}main{font:16px/1.5 system-ui,sans-serif;max-width:34em;margin:0 auto;padding:20px 16px}" +
  "h1{font-size:18px;line-height:1.35;margin:0 0 16px}ul{list-style:none;margin:0;padding:0}" +
  "li{background:#fff;border:1px solid #d9dce1;border-radius:8px;padding:12px 14px;margin:0 0 10px}" +
  "a.b{display:inline-block;margin-top:8px;padding:9px 16px;border-radius:6px;background:#1f4fa3;color:#fff;text-decoration:none;font-weight:600}" +
  "p{margin:12px 0 0;font-size:14px}p a{color:#1f4fa3}code{font-size:13px}" +
  "@media(prefers-color-scheme:dark){body{background:#16181c;color:#e8eaed}li{background:#22252b;border-color:#3a3f47}a.b{background:#8ab4f8;color:#10203c}p a{color:#8ab4f8}}";

const itemHtml = (item: Item, wording: Wording, links: Links | undefined) => {
  const button =
    links === undefined || !isAnswerable(item)
      ? ""
      : `<br><a class="b" href="${escape(links.acknowledge(item.place))}">${escape(wording.mail.acknowledge)}</a>`;
  return `<li>${escape(item.text)}${button}</li>`;
};

const itemText = (item: Item, wording: Wording, links: Links | undefined) =>
  links === undefined || !isAnswerable(item)
    ? `- ${item.text}`
    : `- ${item.text}\n  ${wording.mail.acknowledge}: ${links.acknowledge(item.place)}`;

/** The mail of a message: HTML for phones, light and dark, and the same as text. */
export function mailOf(message: Message, reader: Reader, links?: Links): Mail {
  const wording = wordingOf(reader);
  const { subject, greeting, items, more, closing } = letterOf(message, reader);
  const { unsubscribe } = wording.mail;
  const page = links && pageFor(message, reader, links);
  const anchor = page && `<a href="${escape(page)}">Rollcall</a>`;
  return {
    subject,
    text: [
      greeting,
      "",
      ...items.map((item) => itemText(item, wording, links)),
      ...(more === undefined ? [] : [`- ${more}`]),
      "",
      closing(page ?? commandFor(message)),
      ...(links === undefined ? [] : [`${unsubscribe}: ${links.unsubscribe}`]),
      "",
    ].join("\n"),
    html:
      `<!doctype html><html lang="${wording.lang}"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width,initial-scale=1">` +
      `<meta name="color-scheme" content="light dark"><title>${escape(subject)}</title><style>${STYLE}</style></head><body><main>` +
      `<h1>${escape(greeting)}</h1><ul>${items.map((item) => itemHtml(item, wording, links)).join("")}` +
      `${more === undefined ? "" : `<li>${escape(more)}</li>`}</ul><p>${anchor === undefined ? escape(closing(commandFor(message))) : closing(anchor)}</p>` +
      `${links === undefined ? "" : `<p><a href="${escape(links.unsubscribe)}">${escape(unsubscribe)}</a></p>`}</main></body></html>`,
    unsubscribe: links?.unsubscribe,
  };
}
