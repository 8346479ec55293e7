import type { DynamoDBStreamEvent } from "aws-lambda";
import type { Handover } from "../../adapters/handover.ts";
import { InMemoryAlertStore } from "../../adapters/in-memory/alert-store.ts";
import { InMemoryMessageStore } from "../../adapters/in-memory/message-store.ts";
import { InMemoryMuteStore } from "../../adapters/in-memory/mute-store.ts";
import { InMemorySessionStore } from "../../adapters/in-memory/session-store.ts";
import { InMemorySetupStore } from "../../adapters/in-memory/setup-store.ts";
import { InMemorySummaryStore } from "../../adapters/in-memory/summary-store.ts";
import { InMemorySweepStore } from "../../adapters/in-memory/sweep-store.ts";
import type * as z from "zod";
import { messageKey } from "../../adapters/table.ts";
import { Contact } from "../../domain/contact.ts";
import { empty } from "../../domain/day-summary.ts";
import type { Mail } from "../../domain/mail.ts";
import type { Message } from "../../domain/message.ts";
import type { School, Setup } from "../../domain/setup.ts";
import { pack } from "../../domain/summary-packing.ts";
import { answerMail } from "../../functions/answer-mail/handler.ts";
import type { HttpEvent } from "../../functions/framework/http.ts";
import { notify, type NotifyDeps } from "../../functions/notify/handler.ts";
import { linksOf } from "../../functions/notify/links.ts";
import { alertSchool } from "../../functions/summarize-school/alert-school.ts";
import { sweep } from "../../functions/sweep/handler.ts";
import { request } from "./world.ts";
import type { dayOf } from "./school.ts";

const SECRET = "a-secret-of-the-tests-a-secret-of-the-tests";

export const school = (school_id: string, time_zone = "America/Denver"): School => ({
  school_id,
  district_id: "D",
  name: `School ${school_id}`,
  time_zone,
});
type ContactInput = Partial<z.input<typeof Contact>>;
export const lead = (contact_id: string, school_ids: string[], more: ContactInput = {}) =>
  Contact.parse({ contact_id, role: "site_lead", email: `${contact_id}@example.org`, school_ids, ...more });
export const desk = Contact.parse({
  contact_id: "desk",
  role: "provider",
  provider_id: "north-star",
  email: "desk@example.org",
});
export const TEXTS = { phone: "+13035550123", text_opt_in: { on: "2026-01-05", how: "form" } };
export const district = Contact.parse({
  contact_id: "district",
  role: "district",
  district_id: "D",
  email: "d@example.org",
  ...TEXTS,
});

type Sent = { to: string; mail: Mail };

/** The shipped sweep, notify, rules and answer pages over in-memory adapters, at an hour that the test sets. */
export function alerting(setup_: Partial<Setup>) {
  let now = new Date("2026-03-13T14:30:00Z");
  const clock = () => now;
  const setup = new InMemorySetupStore({
    providers: [{ provider_id: "north-star", contracts: [{}] }],
    ...setup_,
  });
  const summaries = new InMemorySummaryStore();
  const alerts = new InMemoryAlertStore();
  const messages = new InMemoryMessageStore();
  const mutes = new InMemoryMuteStore();
  const sessions = new InMemorySessionStore();
  const mails: Sent[] = [];
  const texts: { phone: string; text: string }[] = [];
  const lines: unknown[] = [];
  const log = (line: unknown) => void lines.push(line);
  const sweeps = new InMemorySweepStore();
  const deps = { summaries, alerts, messages, mutes, sessions, setup, sweeps, clock, log };
  const taken = (receipt: string): Handover => ({ outcome: "taken", receipt });
  const notifyDeps: NotifyDeps = {
    messages,
    mutes,
    setup,
    sendMail: async (to, mail) => taken(`m${mails.push({ to, mail })}`),
    sendText: async (phone, text) => taken(`t${texts.push({ phone, text })}`),
    links: linksOf({
      apiUrl: "https://api.example",
      pagesUrl: "https://pages.example",
      secret: async () => SECRET,
    }),
    clock,
    sleep: async () => undefined,
    log,
  };
  const answer = answerMail({
    alerts,
    messages,
    mutes,
    setup,
    secret: async () => SECRET,
    pagesUrl: "https://pages.example",
    clock,
  });
  return {
    ...deps,
    mails,
    texts,
    lines,
    erased: async () => () => false,
    notifyDeps,
    at: (instant: string | Date) => void (now = new Date(instant)),
    put: async (school_id: string, { day, summary }: ReturnType<typeof dayOf>) => {
      const version = (await summaries.stored({ school_id, day }))?.version ?? 0;
      await summaries.write({ school_id, day }, version, pack(summary));
    },
    sweep: (forced = false) => sweep({ ...deps, erased: async () => () => false })({ digest_now: forced }),
    rules: (school_id: string, days: string[]) =>
      alertSchool(
        { ...deps, known: () => setup.all() },
        // as a retry sees them: nothing changed any more
        days.map((day) => ({ school_id, day, before: pack(empty()), after: empty() })),
      ),
    notify: (over: Partial<NotifyDeps> = {}, ids = [...messages.messages.keys()]) =>
      notify({ ...notifyDeps, ...over })(streamOf(ids), { getRemainingTimeInMillis: () => 60_000 }),
    /** Follows a link of a mail, or presses its button. */
    follow: (url: string, method: "GET" | "POST" = "GET", body = "") => answer(followed(url, method, body)),
    toldTo: (contact_id: string) =>
      [...messages.messages.values()].filter(
        (message) => message.contact_id === contact_id && isTold(message),
      ),
  };
}
export type AlertingWorld = ReturnType<typeof alerting>;

export const isTold = ({ state }: Message) => state !== "empty";

export const streamOf = (ids: readonly string[]): DynamoDBStreamEvent => ({
  Records: ids.map((id) => {
    const { pk, sk } = messageKey(id);
    return { dynamodb: { Keys: { pk: { S: pk }, sk: { S: sk } }, SequenceNumber: id } };
  }),
});

function followed(url: string, method: string, body: string): HttpEvent {
  const [, kind = "", token = ""] = /\/v1\/(\w+)\/(.+)$/.exec(url) ?? [];
  const event = request(Buffer.from(body).toString("base64"));
  return {
    ...event,
    routeKey: `${method} /v1/${kind}/{token}`,
    pathParameters: { token },
    isBase64Encoded: true,
  };
}

/** The first link of this kind in a mail. */
export const linkIn = (mail: Mail | undefined, kind: "acknowledge" | "unsubscribe") =>
  new RegExp(`https://api\\.example/v1/${kind}/\\S+`).exec(mail?.text ?? "")?.[0] ?? "";
