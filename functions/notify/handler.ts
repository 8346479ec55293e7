import type { DynamoDBBatchResponse, DynamoDBRecord, DynamoDBStreamEvent } from "aws-lambda";
import type { EmailSender } from "../../adapters/email-sender.ts";
import type { Handover } from "../../adapters/handover.ts";
import type { MessageStore } from "../../adapters/message-store.ts";
import type { MuteStore } from "../../adapters/mute-store.ts";
import type { SetupStore } from "../../adapters/setup-store.ts";
import type { SmsSender } from "../../adapters/sms-sender.ts";
import { messageIdOf } from "../../adapters/stream-record.ts";
import { addressOf, type Contact } from "../../domain/contact.ts";
import { mailOf, type Links } from "../../domain/mail.ts";
import { channelOf, given, postponed, type Message } from "../../domain/message.ts";
import { textOf } from "../../domain/text.ts";
import { withBackOff, type BackOff } from "../framework/back-off.ts";
import { errorName, type Log } from "../framework/log.ts";

export type NotifyDeps = {
  messages: Pick<MessageStore, "get" | "write">;
  mutes: Pick<MuteStore, "of" | "mute">;
  setup: Pick<SetupStore, "contact">;
  sendMail: EmailSender;
  /** Absent where no number is registered: then no text is sent. */
  sendText: SmsSender | undefined;
  links: (message: Message, address: string) => Promise<Links>;
  clock: () => Date;
  sleep: BackOff["sleep"];
  log: Log;
};
type Context = { getRemainingTimeInMillis: () => number };

const service = "notify";
/** Between two tries of one message within a call: throttling passes in a second or two. */
const PAUSES_MS = [200, 600, 1800];
/** What one message may take; with less time left the rest of the batch comes again. */
const RESERVE_MS = 10_000;

/** Sends what was decided, at least once. What a service cannot take now waits in the table and holds up nobody. */
export const notify =
  (deps: NotifyDeps) =>
  async (event: DynamoDBStreamEvent, context: Context): Promise<DynamoDBBatchResponse> => {
    const remaining = () => context.getRemainingTimeInMillis();
    for (const record of event.Records) {
      try {
        if (remaining() < RESERVE_MS) return again(record);
        await deliver(deps, record, { remaining, sleep: deps.sleep });
      } catch (error) {
        deps.log({ service, event: "failed", error: errorName(error) });
        return again(record);
      }
    }
    return { batchItemFailures: [] };
  };

const again = (record: DynamoDBRecord): DynamoDBBatchResponse => ({
  batchItemFailures: [{ itemIdentifier: record.dynamodb?.SequenceNumber ?? "" }],
});

/** Reads, sends, records: each is tried again by itself, so that a slow table does not send a mail twice. */
async function deliver(deps: NotifyDeps, record: DynamoDBRecord, backOff: BackOff): Promise<void> {
  const message_id = messageIdOf(record);
  if (message_id === undefined) return;
  const ready = await withBackOff(backOff, () => prepare(deps, message_id));
  if (ready === undefined) return;
  const after = "offer" in ready ? await recordOf(deps, ready, await handOver(deps, ready)) : ready.message;
  if (after.state === "dead") deps.log({ service, event: "not_sent" });
  // a lost race means that it was offered again meanwhile: that copy is sent by its own record
  await withBackOff(backOff, () => deps.messages.write(after));
}

type Ready = { message: Message; contact: Contact; offer: () => Promise<Handover> };

/** What is to be sent and how; the message as it is recorded where nothing is; undefined where nothing is to be done. */
async function prepare(
  deps: NotifyDeps,
  message_id: string,
): Promise<Ready | { message: Message } | undefined> {
  const message = await deps.messages.get(message_id);
  if (message?.state !== "decided") return undefined;
  const contact = await deps.setup.contact(message.contact_id);
  const given_up_at = deps.clock().toISOString();
  if (contact === undefined)
    return { message: given(message, "dead", { reason: "contact_gone", given_up_at }) };
  const channel = channelOf(message);
  if (channel === "text" && deps.sendText === undefined)
    return { message: given(message, "muted", { reason: "no_number_registered" }) };
  const mute = await deps.mutes.of(channel, addressOf(contact, channel));
  if (mute !== undefined) return { message: given(message, "muted", { reason: mute.why }) };
  return { message, contact, offer: await offerOf(deps, message, contact) };
}

async function handOver(deps: NotifyDeps, { offer }: Ready): Promise<Handover> {
  for (const pause of PAUSES_MS) {
    const result = await offer();
    if (result.outcome !== "later") return result;
    await deps.sleep(pause);
  }
  return offer();
}

async function offerOf(
  { links, sendMail, sendText }: NotifyDeps,
  message: Message,
  contact: Contact,
): Promise<() => Promise<Handover>> {
  if (channelOf(message) === "mail") {
    const mail = mailOf(message, contact, await links(message, addressOf(contact, "mail")));
    return () => sendMail(contact.email, mail);
  }
  return async () =>
    sendText?.(contact.phone ?? "", textOf(message, contact)) ?? {
      outcome: "refused",
      reason: "no_number_registered",
    };
}

async function recordOf(deps: NotifyDeps, { message, contact }: Ready, result: Handover): Promise<Message> {
  const sent_at = deps.clock().toISOString();
  switch (result.outcome) {
    case "taken":
      return given(message, "sent", { sent_at, receipt: result.receipt });
    case "later":
      return postponed(message, result.reason, deps.clock());
    case "refused":
      return given(message, "dead", { given_up_at: sent_at, reason: result.reason });
    case "opted_out":
      await deps.mutes.mute({
        channel: "text",
        address: addressOf(contact, "text"),
        why: "stopped",
        at: sent_at,
      });
      return given(message, "muted", { reason: "stopped" });
  }
}
