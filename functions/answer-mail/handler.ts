import type { AlertStore } from "../../adapters/alert-store.ts";
import type { MessageStore } from "../../adapters/message-store.ts";
import type { MuteStore } from "../../adapters/mute-store.ts";
import type { SetupStore } from "../../adapters/setup-store.ts";
import { answered, type Alert } from "../../domain/alert.ts";
import { addressOf, type Contact } from "../../domain/contact.ts";
import { alertsBehind } from "../../domain/digest.ts";
import { lineOf } from "../../domain/mail.ts";
import type { Message, Section } from "../../domain/message.ts";
import { PAGE_ADDRESS, pageLink } from "../../domain/page-address.ts";
import { noteFault } from "../../domain/opaque-ids.ts";
import { ruleOf } from "../../domain/rules/index.ts";
import type { School } from "../../domain/setup.ts";
import { dayOf } from "../../domain/school-day.ts";
import { wordingOf } from "../../domain/wording/index.ts";
import { concurrently } from "../../adapters/concurrently.ts";
import type { HttpEvent, HttpResult } from "../framework/http.ts";
import { addressHash, verify, type Grant } from "../framework/links.ts";
import { page, type About } from "./page.ts";

export type AnswerDeps = {
  alerts: Pick<AlertStore, "current" | "write">;
  messages: Pick<MessageStore, "get">;
  mutes: Pick<MuteStore, "mute">;
  setup: Pick<SetupStore, "contact" | "school">;
  secret: () => Promise<string | undefined>;
  /** Where the pages are, behind the sign-in. */
  pagesUrl: string;
  clock: () => Date;
};

const WIDTH = 8;
const ENGLISH = wordingOf({ language: "en" });
const tooOld = () => page(ENGLISH, 410, { title: ENGLISH.page.tooOld });

/** The links in mails: a page with one button. Only the button, a POST, changes anything: mail scanners follow links. */
export const answerMail =
  (deps: AnswerDeps) =>
  async (event: HttpEvent): Promise<HttpResult> => {
    const [method = "", path = ""] = event.routeKey.split(" ");
    const press = method === "POST";
    const grant = verify(event.pathParameters?.["token"] ?? "", await deps.secret(), deps.clock());
    if (grant === undefined || !path.startsWith(`/v1/${grant.kind}/`)) return tooOld();
    if (grant.kind === "unsubscribe") return unsubscribe(deps, grant, press);
    if (grant.kind !== "acknowledge") return tooOld();
    return acknowledge(deps, grant, press ? { note: noteOf(event) } : undefined);
  };

type Unsubscribe = Extract<Grant, { kind: "unsubscribe" }>;

async function unsubscribe(deps: AnswerDeps, grant: Unsubscribe, press: boolean): Promise<HttpResult> {
  const contact = await deps.setup.contact(grant.contact_id);
  // a link of somebody who had this post before must not silence who has it now
  if (contact === undefined || addressHash(addressOf(contact, "mail")) !== grant.address) return tooOld();
  const wording = wordingOf(contact);
  const { unsubscribe: title, unsubscribeButton: button, unsubscribed } = wording.page;
  if (!press) return page(wording, 200, { title, form: { button } });
  const at = deps.clock().toISOString();
  await deps.mutes.mute({ channel: "mail", address: addressOf(contact, "mail"), why: "unsubscribed", at });
  return page(wording, 200, { title: unsubscribed });
}

type Acknowledge = Extract<Grant, { kind: "acknowledge" }>;
type Press = { note: string | undefined };
type Behind = { contact: Contact; message: Message; section: Section; schools: School[] };

async function acknowledge(
  deps: AnswerDeps,
  grant: Acknowledge,
  press: Press | undefined,
): Promise<HttpResult> {
  const behind = await behindOf(deps, grant);
  if (behind === undefined) return tooOld();
  const wording = wordingOf(behind.contact);
  const { acknowledge: button, acknowledged, nothing, note } = wording.page;
  if (press !== undefined) {
    const fault = noteFault(press.note ?? "");
    if (fault !== undefined) return askAgain(deps, behind, press.note);
    const marked = await acknowledgeAll(deps, behind, press);
    const title = marked.length > 0 ? acknowledged(marked.length) : nothing;
    return page(wording, 200, { title, about: aboutOf(deps, behind, marked), next: nextOf(deps, behind) });
  }
  const open = (await openBehind(deps, behind)).map(({ alert }) => alert);
  if (open.length === 0) return page(wording, 200, { title: nothing, next: nextOf(deps, behind) });
  const title = titleOf(behind);
  return page(wording, 200, { title, about: aboutOf(deps, behind, open), form: { button, note } });
}

const titleOf = ({ section, contact }: Behind) =>
  `${wordingOf(contact).school(section)}: ${lineOf(section, true, contact)}`;

/** The same page with what was written, where the note holds what must not be kept. */
async function askAgain(deps: AnswerDeps, behind: Behind, written: string | undefined): Promise<HttpResult> {
  const wording = wordingOf(behind.contact);
  const { acknowledge: button, note, noteFault: fault } = wording.page;
  const open = (await openBehind(deps, behind)).map(({ alert }) => alert);
  const about = aboutOf(deps, behind, open);
  return page(wording, 422, { title: titleOf(behind), about, fault, form: { button, note, written } });
}

/** Ids alone, and where each is shown: names are behind the sign-in. */
function aboutOf({ pagesUrl }: AnswerDeps, { contact }: Behind, alerts: readonly Alert[]): About[] {
  const wording = wordingOf(contact);
  const shown = alerts.slice(0, MOST_SHOWN).map(({ school_id, rule, subject }) => ({
    text: subject,
    ...(ruleOf(rule).about === "student" && {
      href: pageLink(pagesUrl, PAGE_ADDRESS.student(school_id, subject)),
    }),
  }));
  const left = alerts.length - shown.length;
  return left > 0 ? [...shown, { text: wording.more(left) }] : shown;
}

/** A page for a phone: who has more reads them on the school's own. */
const MOST_SHOWN = 50;

/** The school's page, on which what was taken on can be taken back. */
function nextOf({ pagesUrl }: AnswerDeps, { contact, schools }: Behind) {
  const [school, ...others] = schools;
  if (school === undefined || others.length > 0) return undefined;
  const href = pageLink(pagesUrl, PAGE_ADDRESS.today(school.school_id));
  return { text: wordingOf(contact).page.toPage, href };
}

async function behindOf(deps: AnswerDeps, { message_id, item }: Acknowledge): Promise<Behind | undefined> {
  const message = await deps.messages.get(message_id);
  const section = message?.sections[item];
  if (message === undefined || section === undefined) return undefined;
  const contact = await deps.setup.contact(message.contact_id);
  const schools = await concurrently(section.school_ids, WIDTH, (school_id) => deps.setup.school(school_id));
  if (contact === undefined || schools.length === 0) return undefined;
  return { contact, message, section, schools: schools.flatMap((school) => school ?? []) };
}

type Open = { alert: Alert; today: string };

async function openBehind(deps: AnswerDeps, { section, message, schools }: Behind): Promise<Open[]> {
  const open = await concurrently(schools, WIDTH, async ({ school_id, time_zone }) => {
    const today = dayOf(deps.clock().getTime() / 1000, time_zone);
    const alerts = await deps.alerts.current(school_id);
    return alertsBehind(section, message, { alerts, today }).map((alert) => ({ alert, today }));
  });
  return open.flat();
}

/** Marks what the line stood for as seen to; who comes second reads again. Resolves to those that were marked. */
async function acknowledgeAll(deps: AnswerDeps, behind: Behind, { note }: Press): Promise<Alert[]> {
  const marked: Alert[] = [];
  for (;;) {
    const trail = {
      at: deps.clock().toISOString(),
      step: "acknowledged",
      by: behind.contact.contact_id,
      ...(note !== undefined && { note }),
    } as const;
    const changes = (await openBehind(deps, behind)).flatMap(
      ({ alert, today }) => answered(alert, trail, today) ?? [],
    );
    if (changes.length === 0) return marked;
    const written = await concurrently(changes, WIDTH, (alert) => deps.alerts.write(alert));
    marked.push(...changes.filter((_, index) => written[index]));
  }
}

const NOTE_LENGTH = 200;

function noteOf({ body = "", isBase64Encoded }: HttpEvent): string | undefined {
  const text = isBase64Encoded ? Buffer.from(body, "base64").toString("utf8") : body;
  const note = (new URLSearchParams(text).get("note") ?? "")
    .replaceAll(/\p{Cc}/gu, " ")
    .trim()
    .slice(0, NOTE_LENGTH);
  return note === "" ? undefined : note;
}
