import { SendEmailCommand, SESv2Client } from "@aws-sdk/client-sesv2";
import type { Mail } from "../domain/mail.ts";
import { handOver, type Handover } from "./handover.ts";

/** Hands a mail over. */
export type EmailSender = (to: string, mail: Mail) => Promise<Handover>;

export type SesOptions = { sender: string; configurationSet: string };

export function sesSender({ sender, configurationSet }: SesOptions): EmailSender {
  const client = new SESv2Client({ logger: undefined });
  const part = (Data: string) => ({ Data, Charset: "UTF-8" });
  return (to, { subject, text, html, unsubscribe }) => {
    const Body = { Text: part(text), Html: part(html) };
    const Simple = { Subject: part(subject), Body, Headers: oneClick(unsubscribe) };
    const command = new SendEmailCommand({
      FromEmailAddress: sender,
      Destination: { ToAddresses: [to] },
      ConfigurationSetName: configurationSet,
      Content: { Simple },
    });
    return handOver(async () => (await client.send(command)).MessageId ?? "");
  };
}

/** RFC 8058: the mail program itself can post to this address. */
const oneClick = (unsubscribe: string | undefined) =>
  unsubscribe === undefined
    ? []
    : [
        { Name: "List-Unsubscribe", Value: `<${unsubscribe}>` },
        { Name: "List-Unsubscribe-Post", Value: "List-Unsubscribe=One-Click" },
      ];
