import type { AlertStore } from "../../adapters/alert-store.ts";
import type { MessageStore } from "../../adapters/message-store.ts";
import type { MuteStore } from "../../adapters/mute-store.ts";
import type { SetupStore } from "../../adapters/setup-store.ts";
import { answered, type Alert } from "../../domain/alert.ts";
import { addressOf, type Contact } from "../../domain/contact.ts";
import { alertsBehind } from "../../domain/digest.ts";
import { lineOf } from "../../domain/mail.ts";
import type { Message, Section } from "../../domain/message.ts";
import type { School } from "../../domain/setup.ts";
import { dayOf } from "../../domain/school-day.ts";
import { wordingOf } from "../../domain/wording/index.ts";
import { concurrently } from "../../adapters/concurrently.ts";
import type { HttpEvent, HttpResult } from "../framework/http.ts";
import { addressHash, verify, type Grant } from "../framework/links.ts";
import { page } from "./page.ts";

export type AnswerDeps = {
  alerts: Pick<AlertStore, "current" | "write">;
  messages: Pick<MessageStore, "get">;
  mutes: Pick<MuteStore, "mute">;
  setup: Pick<SetupStore, "contact" | "school">;
  secret: () => Promise<string | undefined>;
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
    const count = await acknowledgeAll(deps, behind, press);
    return page(wording, 200, { title: count > 0 ? acknowledged(count) : nothing });
  }
  const open = await openBehind(deps, behind);
  if (open.length === 0) return page(wording, 200, { title: nothing });
  const title = `${wording.school(behind.section)}: ${lineOf(behind.section, true, behind.contact)}`;
  return page(wording, 200, { title, form: { button, note } });
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

/** Marks what the line stood for as seen to; who comes second reads again. Resolves to how many were marked. */
async function acknowledgeAll(deps: AnswerDeps, behind: Behind, { note }: Press): Promise<number> {
  let marked = 0;
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
    marked += written.filter(Boolean).length;
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
