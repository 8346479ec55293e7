import { PinpointSMSVoiceV2Client, SendTextMessageCommand } from "@aws-sdk/client-pinpoint-sms-voice-v2";

/** Hands a text over; resolves to the id under which it was taken. */
export type SmsSender = (phone: string, text: string) => Promise<string>;

/** AWS End User Messaging: texts come from a number or pool that the district has registered. */
export function endUserMessagingSender(origin: string): SmsSender {
  const client = new PinpointSMSVoiceV2Client({ logger: undefined });
  return async (DestinationPhoneNumber, MessageBody) => {
    const command = new SendTextMessageCommand({
      DestinationPhoneNumber,
      MessageBody,
      OriginationIdentity: origin,
      MessageType: "TRANSACTIONAL",
    });
    return (await client.send(command)).MessageId ?? "";
  };
}
