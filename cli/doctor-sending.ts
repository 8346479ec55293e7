import { awsSendingAccount, type SendingAccount } from "../adapters/sending-account.ts";
import { hasChannel } from "../domain/contact.ts";
import type { Setup } from "../domain/setup.ts";
import type { Check } from "./doctor-check.ts";
import type { Sending } from "./target.ts";

/** What only AWS can say: whether mails and texts may leave at all. */
export async function checkSending(sending: Sending | undefined, setup: Setup): Promise<Check[]> {
  if (sending === undefined) {
    const says = "mails and texts go to the inbox of the local stack";
    return ["mail account", "sender", "bounces", "texts"].map((check) => ({ check, result: "skip", says }));
  }
  const account = awsSendingAccount();
  return [
    await asking("mail account", () => accountCheck(account, setup)),
    await asking("sender", () => senderCheck(account, sending)),
    await asking("bounces", () => bounceCheck(account, sending)),
    await asking("texts", () => textCheck(account, sending, setup)),
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

async function accountCheck(account: SendingAccount, { contacts }: Setup): Promise<Finding> {
  const { isSending, isInProduction, left } = await account.mail();
  if (!isSending) return { result: "fail", says: "SES has paused sending: see its console for the reason" };
  if (!isInProduction)
    return {
      result: "fail",
      says: "SES is in its sandbox, so mails go to verified addresses alone: ask for production access",
    };
  return left < contacts.length * 2
    ? {
        result: "warn",
        says: `${left} mails are left today for ${contacts.length} contacts: raise the quota`,
      }
    : { result: "ok", says: `${left} mails are left today` };
}

async function senderCheck(account: SendingAccount, { sender }: Sending): Promise<Finding> {
  return (await account.isVerified(sender))
    ? { result: "ok", says: "verified" }
    : { result: "fail", says: "not verified: follow the link in the mail that AWS sent to it" };
}

async function bounceCheck(account: SendingAccount, { configurationSet }: Sending): Promise<Finding> {
  const heard = await account.heardEvents(configurationSet);
  return heard.includes("BOUNCE") && heard.includes("COMPLAINT")
    ? { result: "ok", says: "bounces and complaints are heard" }
    : { result: "fail", says: "bounces and complaints are not heard: deploy again" };
}

async function textCheck(
  account: SendingAccount,
  { textOrigin }: Sending,
  { contacts }: Setup,
): Promise<Finding> {
  const wanted = contacts.filter((contact) => hasChannel(contact, "text")).length;
  if (textOrigin === undefined)
    return {
      result: wanted > 0 ? "warn" : "ok",
      says: `off, because no number is registered; ${wanted} contacts agreed to texts: register one, write textOrigin into rollcall.config.yaml, and deploy`,
    };
  const id = textOrigin.split("/").at(-1) ?? "";
  if (!textOrigin.includes(":phone-number/"))
    return { result: "skip", says: "texts come from a pool: see its numbers in the console" };
  const status = await account.numberStatus(id);
  return status === "ACTIVE"
    ? { result: "ok", says: "the number is active" }
    : { result: "fail", says: `the number is ${status ?? "unknown"}: finish its registration` };
}
