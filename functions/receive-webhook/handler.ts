import { duplicateKeys } from "../../domain/json-text.ts";
import { problem, type Problem } from "../../domain/problem.ts";
import { Envelope, ENVELOPE_NAMES, eventOfEnvelope } from "../../domain/webhook.ts";
import { compressed, problemResult, type HttpEvent, type HttpResult } from "../framework/http.ts";
import { takeEvents, type Body, type TakeDeps } from "../framework/take-events.ts";
import { headerFault, isSigned, type OpenSecret } from "./signature.ts";

/** An endpoint with its secrets opened, those that count now. */
export type OpenEndpoint = { provider_id: string; secrets: OpenSecret[] };
export type WebhookDeps = TakeDeps & {
  /** Remembered for a minute at most, so that a revoked secret is refused within it. */
  endpoint: (endpoint_id: string) => Promise<OpenEndpoint | undefined>;
};

const MAX_BODY_BYTES = 1_048_576;
const ENDPOINT_ID = /^[\w-]{22}$/;

/** The door for systems that send webhooks (standardwebhooks.com): who posts is who signed the bytes. */
export const receiveWebhook =
  (deps: WebhookDeps) =>
  async (event: HttpEvent): Promise<HttpResult> => {
    const { endpoint_id = "" } = event.pathParameters ?? {};
    const body = Buffer.from(event.body ?? "", event.isBase64Encoded ? "base64" : "utf8");
    if (body.length > MAX_BODY_BYTES)
      return problemResult(problem("body-too-large", "Send one event of at most 1 MB."));
    const packed = compressed(event);
    if (packed !== undefined) return problemResult(packed);
    const { id, ...signature } = signedBy(event);
    const now = deps.clock();
    const fault = headerFault({ id, ...signature }, now);
    if (fault !== undefined) return problemResult(problem("unsigned", fault));
    const endpoint = ENDPOINT_ID.test(endpoint_id) ? await deps.endpoint(endpoint_id) : undefined;
    // the same answer for an address that is none: it tells nobody which ones exist
    if (endpoint === undefined || !isSigned({ id, ...signature, body }, endpoint.secrets, now))
      return problemResult(problem("unsigned", UNSIGNED));
    const { requestId: request_id } = event.requestContext;
    const posting = { provider_id: endpoint.provider_id, request_id };
    return takeEvents(deps, posting, readEnvelope(body, { id, endpoint_id }));
  };

const UNSIGNED =
  "No live secret of this address made the signature, or there is no such address. Sign the bytes of `webhook-id.webhook-timestamp.body`, exactly as they are sent, with the base64 part of the secret, and compare the address.";

const signedBy = ({ headers }: HttpEvent) => ({
  id: headers["webhook-id"] ?? "",
  timestamp: headers["webhook-timestamp"] ?? "",
  signature: headers["webhook-signature"] ?? "",
});

/** The envelope `{type, timestamp, data}` as an event whose id is the webhook's. */
function readEnvelope(
  body: Buffer,
  { id, endpoint_id }: { id: string; endpoint_id: string },
): Body | Problem {
  let parsed: unknown;
  let text: string;
  try {
    text = new TextDecoder("utf-8", { fatal: true }).decode(body);
    parsed = JSON.parse(text);
  } catch {
    return problem("invalid-body", "The body is not JSON in UTF-8.");
  }
  const envelope = Envelope.safeParse(parsed);
  if (!envelope.success)
    return problem("invalid-body", "The body is not an object of type, timestamp and data.");
  const value = eventOfEnvelope(envelope.data, { id, source: `/v1/webhooks/${endpoint_id}` });
  const faults = duplicateKeys(text, parsed).map((pointer) => ({
    pointer,
    detail: "stands twice in the same object; send it once",
  }));
  return { kind: "single", events: [{ value, faults, names: ENVELOPE_NAMES }] };
}
