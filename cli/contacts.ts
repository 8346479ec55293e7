import { awsSendingAccount } from "../adapters/sending-account.ts";
import { addressOf, hasChannel, type Contact } from "../domain/contact.ts";
import { latestMail } from "../domain/message.ts";
import type { Mute } from "../domain/mute.ts";
import { addDays } from "../domain/school-day.ts";
import { CHANNELS, type Channel } from "../domain/words.ts";
import { UsageError } from "./fail.ts";
import { alignColumns } from "./report-text.ts";
import type { Target } from "./target.ts";

type Place = Pick<Target, "setup" | "mutes" | "messages">;
type ChannelState = "on" | "off" | Mute["why"];
export type ContactView = Pick<Contact, "contact_id" | "role" | "language" | "digest_hour"> & {
  mail: ChannelState;
  text: ChannelState;
  on_leave: string;
  last_mail: string;
};

const LAST_DAYS = 14;

/** Who is written to, by what, and what became of the last mail. Addresses are not shown. */
export async function listContacts({ setup, mutes, messages }: Place, now: Date): Promise<ContactView[]> {
  const { contacts } = await setup.all();
  const muted = await mutes.all();
  const from = addDays(now.toISOString().slice(0, 10), -LAST_DAYS);
  return Promise.all(
    contacts.map(async (contact) => {
      const stateOf = (channel: Channel): ChannelState => {
        if (!hasChannel(contact, channel)) return "off";
        const address = addressOf(contact, channel);
        return muted.find((mute) => mute.channel === channel && mute.address === address)?.why ?? "on";
      };
      const last = latestMail(await messages.of(contact.contact_id, from));
      const { contact_id, role, language, digest_hour, on_leave } = contact;
      return {
        contact_id,
        role,
        language,
        digest_hour,
        mail: stateOf("mail"),
        text: stateOf("text"),
        on_leave: on_leave === undefined ? "" : `until ${on_leave.until}: ${on_leave.stand_in}`,
        last_mail: last === undefined ? "" : `${last.day} ${last.state}`,
      };
    }),
  );
}

export function contactsText(views: readonly ContactView[]): string {
  const header = ["Contact", "Role", "Language", "Hour", "Mail", "Text", "On leave", "Last mail"];
  return alignColumns(
    [
      header,
      ...views.map((view) => [
        view.contact_id,
        view.role,
        view.language,
        view.digest_hour,
        view.mail,
        view.text,
        view.on_leave,
        view.last_mail,
      ]),
    ],
    header.length,
  ).join("\n");
}

/** Lets a channel take messages again. Throws UsageError where there is nobody, or nothing to turn on. */
export async function unmute(
  { setup, mutes, sending }: Place & Pick<Target, "sending">,
  contact_id: string,
  channel: string,
): Promise<void> {
  const wanted = CHANNELS.find((one) => one === channel);
  if (wanted === undefined)
    throw new UsageError(`--channel ${channel} is not one of ${CHANNELS.join(", ")}.`);
  const contact = await setup.contact(contact_id);
  if (contact === undefined) throw new UsageError(`Contact ${contact_id} is not set up.`);
  const address = addressOf(contact, wanted);
  const mute = await mutes.of(wanted, address);
  if (mute === undefined) throw new UsageError(`The ${wanted} of ${contact_id} is not muted.`);
  if (wanted === "mail" && sending !== undefined) await awsSendingAccount().unsuppress(address);
  await mutes.unmute(wanted, address);
}
