import type { DynamoDBBatchResponse, DynamoDBRecord, DynamoDBStreamEvent } from "aws-lambda";
import type { EmailSender } from "../../adapters/email-sender.ts";
import type { MessageStore } from "../../adapters/message-store.ts";
import type { SetupStore } from "../../adapters/setup-store.ts";
import type { SmsSender } from "../../adapters/sms-sender.ts";
import { messageIdOf } from "../../adapters/stream-record.ts";
import { isTransient } from "../../adapters/transient.ts";
import { mailOf, textOf, type Message } from "../../domain/notification.ts";
import type { Contact } from "../../domain/setup.ts";
import { withBackOff, type BackOff } from "../framework/back-off.ts";
import { errorName, type Log } from "../framework/log.ts";

export type NotifyDeps = {
  messages: Pick<MessageStore, "get" | "record">;
  setup: Pick<SetupStore, "contact">;
  sendMail: EmailSender;
  /** Absent where no number is registered: then no text is sent. */
  sendText: SmsSender | undefined;
  clock: () => Date;
  sleep: BackOff["sleep"];
  log: Log;
};
type Context = { getRemainingTimeInMillis: () => number };

const service = "notify";

/** Sends what was decided: in order, at least once; what was sent is recorded before the next is begun. */
export const notify =
  (deps: NotifyDeps) =>
  async (event: DynamoDBStreamEvent, context: Context): Promise<DynamoDBBatchResponse> => {
    const backOff = { remaining: () => context.getRemainingTimeInMillis(), sleep: deps.sleep };
    for (const record of event.Records) {
      try {
        await withBackOff(backOff, () => deliver(deps, record));
      } catch (error) {
        deps.log({ service, event: "failed", error: errorName(error) });
        return { batchItemFailures: [{ itemIdentifier: record.dynamodb?.SequenceNumber ?? "" }] };
      }
    }
    return { batchItemFailures: [] };
  };

async function deliver(deps: NotifyDeps, record: DynamoDBRecord): Promise<void> {
  const message_id = messageIdOf(record);
  const message = message_id === undefined ? undefined : await deps.messages.get(message_id);
  if (message?.state !== "decided") return;
  const contact = await deps.setup.contact(message.contact_id);
  const done = contact === undefined ? undefined : await sendAll(deps, message, contact);
  const state = done === undefined || done.refused ? "failed" : "sent";
  if (state === "failed") deps.log({ service, event: "not_sent" });
  await deps.messages.record({ ...(done?.message ?? message), state, sent_at: deps.clock().toISOString() });
}

type Channel = { name: keyof Message["sent"]; send: () => Promise<string> };
type Progress = { message: Message; refused: boolean };

async function sendAll(deps: NotifyDeps, message: Message, contact: Contact): Promise<Progress> {
  const text = textOf(message, contact);
  const channels: Channel[] = [{ name: "mail", send: () => deps.sendMail(contact.email, mailOf(message)) }];
  const { sendText } = deps;
  if (text !== undefined && sendText !== undefined) {
    channels.push({ name: "text", send: () => sendText(contact.phone ?? "", text) });
  }
  let progress: Progress = { message, refused: false };
  for (const channel of channels) progress = await sendOne(deps, channel, progress);
  return progress;
}

/** What a service refuses for good must not hold up everybody else: it is recorded as failed, and an alarm tells. */
async function sendOne(
  deps: NotifyDeps,
  { name, send }: Channel,
  { message, refused }: Progress,
): Promise<Progress> {
  if (message.sent[name] !== undefined) return { message, refused };
  try {
    const sent = { ...message.sent, [name]: await send() };
    await deps.messages.record({ ...message, sent });
    return { message: { ...message, sent }, refused };
  } catch (error) {
    if (isTransient(error)) throw error;
    deps.log({ service, event: "refused", error: errorName(error) });
    return { message, refused: true };
  }
}
