import { isTransient } from "./transient.ts";

/**
 * What came of handing a message to its service: taken, refused for now, refused for good, or wanted by nobody any
 * more. Reasons are names of errors, never their messages, which quote addresses.
 */
export type Handover =
  | { outcome: "taken"; receipt: string }
  | { outcome: "later"; reason: string }
  | { outcome: "refused"; reason: string }
  | { outcome: "opted_out" };

/** Refused until somebody has mended the account: trying again later can help. */
const PAUSED = new Set([
  "AccountSuspendedException",
  "SendingPausedException",
  "MailFromDomainNotVerifiedException",
]);

export const isOptedOut = (error: unknown) =>
  error instanceof Error && "Reason" in error && error.Reason === "DESTINATION_PHONE_NUMBER_OPTED_OUT";

/** What a service answers is a result; only what is not an error of a service is thrown. */
export async function handOver(send: () => Promise<string>): Promise<Handover> {
  try {
    return { outcome: "taken", receipt: await send() };
  } catch (error) {
    if (!(error instanceof Error)) throw error;
    if (isOptedOut(error)) return { outcome: "opted_out" };
    const { name: reason } = error;
    return { outcome: isTransient(error) || PAUSED.has(reason) ? "later" : "refused", reason };
  }
}
