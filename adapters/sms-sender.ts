import { PinpointSMSVoiceV2Client, SendTextMessageCommand } from "@aws-sdk/client-pinpoint-sms-voice-v2";
import { handOver, type Handover } from "./handover.ts";

/** Hands a text over. */
export type SmsSender = (phone: string, text: string) => Promise<Handover>;

/**
 * AWS End User Messaging: texts come from a number or pool that the district has registered. Who answers STOP is on
 * its opt-out list, and refused from then on.
 */
export function endUserMessagingSender(origin: string): SmsSender {
  const client = new PinpointSMSVoiceV2Client({ logger: undefined });
  return (DestinationPhoneNumber, MessageBody) => {
    const command = new SendTextMessageCommand({
      DestinationPhoneNumber,
      MessageBody,
      OriginationIdentity: origin,
      MessageType: "TRANSACTIONAL",
    });
    return handOver(async () => (await client.send(command)).MessageId ?? "");
  };
}
