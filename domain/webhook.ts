import * as z from "zod";
import { ProviderId } from "./ids.ts";

/** Signature schemes of the Standard Webhooks specification: HMAC-SHA256 with a shared secret, ed25519 with a public key. */
const SCHEMES = ["v1", "v1a"] as const;
export type Scheme = (typeof SCHEMES)[number];

/** A secret as it is stored: sealed. Dates are ISO instants. */
const SealedSecret = z.strictObject({
  secret_id: z.string(),
  scheme: z.enum(SCHEMES),
  sealed: z.string(),
  created_at: z.string(),
  expires_at: z.string().optional(),
});
export type SealedSecret = z.infer<typeof SealedSecret>;

/** An address of one provider, and the secrets that its posts may be signed with: two while one is replaced. */
export const WebhookEndpoint = z.strictObject({
  endpoint_id: z.string(),
  provider_id: ProviderId,
  created_at: z.string(),
  revoked_at: z.string().optional(),
  secrets: z.array(SealedSecret),
});
export type WebhookEndpoint = z.infer<typeof WebhookEndpoint>;

const SHARED = "whsec_";
const PUBLIC = "whpk_";

const bytesOf = (text: string) => /^[A-Za-z0-9+/]+={0,2}$/.test(text) && text.length % 4 === 0;

/** The scheme that a written secret belongs to; undefined where it is none. Specification: 24 to 64 bytes, or 32 of a key. */
export function schemeOf(secret: string): Scheme | undefined {
  if (secret.startsWith(SHARED)) {
    const text = secret.slice(SHARED.length);
    return bytesOf(text) && text.length >= 32 && text.length <= 88 ? "v1" : undefined;
  }
  const text = secret.slice(PUBLIC.length);
  return secret.startsWith(PUBLIC) && bytesOf(text) && text.length === 44 ? "v1a" : undefined;
}

/** The base64 part of a written secret. */
export const keyTextOf = (secret: string) => secret.slice(secret.indexOf("_") + 1);

/** The envelope `{type, timestamp, data}` of a webhook as an event. What each part must be is said by the event's schema. */
export const eventOfEnvelope = (
  { type, timestamp: time, data }: Envelope,
  { id, source }: { id: string; source: string },
) => ({ specversion: "1.0", id, source, type, ...(time !== undefined && { time }), data });
export const Envelope = z.looseObject({
  type: z.unknown().optional(),
  timestamp: z.unknown().optional(),
  data: z.unknown().optional(),
});
type Envelope = z.infer<typeof Envelope>;
/** What the sender of an envelope calls a part of the event. */
export const ENVELOPE_NAMES = { "/time": "/timestamp", "/id": "header webhook-id" } as const;

/** Specification: what is older or newer than five minutes is refused. Seconds. */
export const TOLERANCE = 300;

/** Secrets that count now, the newest first. */
export const liveSecrets = ({ revoked_at, secrets }: WebhookEndpoint, now: Date): SealedSecret[] =>
  revoked_at !== undefined
    ? []
    : secrets
        .filter(({ expires_at }) => expires_at === undefined || now.toISOString() < expires_at)
        .sort((a, b) => (a.created_at < b.created_at ? 1 : -1));
