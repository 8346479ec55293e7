import { SendEmailCommand, SESv2Client } from "@aws-sdk/client-sesv2";
import type { Mail } from "../domain/notification.ts";

/** Hands a mail over; resolves to the id under which it was taken. */
export type EmailSender = (to: string, mail: Mail) => Promise<string>;

export type SesOptions = { sender: string; configurationSet: string };

export function sesSender({ sender, configurationSet }: SesOptions): EmailSender {
  const client = new SESv2Client({ logger: undefined });
  const part = (Data: string) => ({ Data, Charset: "UTF-8" });
  return async (to, { subject, text, html }) => {
    const Simple = { Subject: part(subject), Body: { Text: part(text), Html: part(html) } };
    const command = new SendEmailCommand({
      FromEmailAddress: sender,
      Destination: { ToAddresses: [to] },
      ConfigurationSetName: configurationSet,
      Content: { Simple },
    });
    return (await client.send(command)).MessageId ?? "";
  };
}
