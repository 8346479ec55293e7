/**
 * What came of handing a message to its service: taken, refused for now, refused for good, or wanted by nobody any
 * more. Reasons are names of errors, never their messages, which quote addresses.
 */
export type Handover =
  | { outcome: "taken"; receipt: string }
  | { outcome: "later"; reason: string }
  | { outcome: "refused"; reason: string }
  | { outcome: "opted_out" };

/** About the message or its address, so that no later try can help; all else may be mended, or pass. */
const FOR_GOOD = new Set([
  "MessageRejected",
  "BadRequestException",
  "ValidationException",
  "ConflictException",
]);

const isOptedOut = (error: unknown) =>
  error instanceof Error && "Reason" in error && error.Reason === "DESTINATION_PHONE_NUMBER_OPTED_OUT";

/** Sends, and makes a result of whatever comes of it. */
export async function handOver(send: () => Promise<string>): Promise<Handover> {
  try {
    return { outcome: "taken", receipt: await send() };
  } catch (error) {
    if (isOptedOut(error)) return { outcome: "opted_out" };
    const reason = error instanceof Error ? error.name : "unknown";
    return { outcome: FOR_GOOD.has(reason) ? "refused" : "later", reason };
  }
}
