import { DescribePhoneNumbersCommand, PinpointSMSVoiceV2Client } from "@aws-sdk/client-pinpoint-sms-voice-v2";
import {
  GetAccountCommand,
  GetConfigurationSetEventDestinationsCommand,
  GetEmailIdentityCommand,
  SESv2Client,
} from "@aws-sdk/client-sesv2";
import { hasChannel } from "../domain/contact.ts";
import type { Setup } from "../domain/setup.ts";
import type { Check } from "./doctor.ts";
import type { Sending } from "./target.ts";

/** What only AWS can say: whether mails and texts may leave at all. */
export async function checkSending(sending: Sending | undefined, setup: Setup): Promise<Check[]> {
  if (sending === undefined) {
    const says = "mails and texts go to the inbox of the local stack";
    return ["mail account", "sender", "bounces", "texts"].map((check) => ({ check, result: "skip", says }));
  }
  const ses = new SESv2Client({});
  return [
    await asking("mail account", () => accountCheck(ses, setup)),
    await asking("sender", () => senderCheck(ses, sending)),
    await asking("bounces", () => bounceCheck(ses, sending)),
    await asking("texts", () => textCheck(sending, setup)),
  ];
}

export type Finding = Omit<Check, "check">;

/** What AWS says, or that it did not answer: who runs doctor may lack a right. */
export async function asking(check: string, ask: () => Promise<Finding>): Promise<Check> {
  try {
    return { check, ...(await ask()) };
  } catch (error) {
    const name = error instanceof Error ? error.name : "unknown";
    return { check, result: "skip", says: `AWS did not answer (${name}): are you allowed to ask?` };
  }
}

async function accountCheck(ses: SESv2Client, { contacts }: Setup): Promise<Finding> {
  const account = await ses.send(new GetAccountCommand({}));
  if (account.SendingEnabled !== true)
    return { result: "fail", says: "SES has paused sending: see its console for the reason" };
  if (account.ProductionAccessEnabled !== true)
    return {
      result: "fail",
      says: "SES is in its sandbox, so mails go to verified addresses alone: ask for production access",
    };
  const { Max24HourSend = 0, SentLast24Hours = 0 } = account.SendQuota ?? {};
  const left = Max24HourSend - SentLast24Hours;
  return left < contacts.length * 2
    ? {
        result: "warn",
        says: `${left} mails are left today for ${contacts.length} contacts: raise the quota`,
      }
    : { result: "ok", says: `${left} mails are left today` };
}

async function senderCheck(ses: SESv2Client, { sender }: Sending): Promise<Finding> {
  const identity = await ses.send(new GetEmailIdentityCommand({ EmailIdentity: sender }));
  return identity.VerifiedForSendingStatus === true
    ? { result: "ok", says: "verified" }
    : { result: "fail", says: "not verified: follow the link in the mail that AWS sent to it" };
}

async function bounceCheck(ses: SESv2Client, { configurationSet }: Sending): Promise<Finding> {
  const command = new GetConfigurationSetEventDestinationsCommand({ ConfigurationSetName: configurationSet });
  const { EventDestinations = [] } = await ses.send(command);
  const heard = EventDestinations.filter(({ Enabled }) => Enabled).flatMap(
    ({ MatchingEventTypes = [] }) => MatchingEventTypes,
  );
  return heard.includes("BOUNCE") && heard.includes("COMPLAINT")
    ? { result: "ok", says: "bounces and complaints are heard" }
    : { result: "fail", says: "bounces and complaints are not heard: deploy again" };
}

async function textCheck({ textOrigin }: Sending, { contacts }: Setup): Promise<Finding> {
  const wanted = contacts.filter((contact) => hasChannel(contact, "text")).length;
  if (textOrigin === undefined)
    return {
      result: wanted > 0 ? "warn" : "ok",
      says: `off, because no number is registered; ${wanted} contacts agreed to texts: register one, write textOrigin into rollcall.config.yaml, and deploy`,
    };
  const id = textOrigin.split("/").at(-1) ?? "";
  if (!textOrigin.includes(":phone-number/"))
    return { result: "skip", says: "texts come from a pool: see its numbers in the console" };
  const command = new DescribePhoneNumbersCommand({ PhoneNumberIds: [id] });
  const [number] = (await new PinpointSMSVoiceV2Client({}).send(command)).PhoneNumbers ?? [];
  return number?.Status === "ACTIVE"
    ? { result: "ok", says: "the number is active" }
    : { result: "fail", says: `the number is ${number?.Status ?? "unknown"}: finish its registration` };
}
