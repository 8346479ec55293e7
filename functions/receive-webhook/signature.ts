import { createHmac, createPublicKey, timingSafeEqual, verify, type KeyObject } from "node:crypto";
import { keyTextOf, TOLERANCE, type Scheme } from "../../domain/webhook.ts";

export type OpenSecret = { scheme: Scheme; secret: string };
export type Signed = { id: string; timestamp: string; signature: string; body: Buffer };

/** RFC 8410: what stands before the 32 bytes of an ed25519 public key in its DER form. */
const SPKI = Buffer.from("302a300506032b6570032100", "hex");

/** Says what is wrong with the headers of a webhook, before any secret is asked; undefined where nothing is. */
export function headerFault(
  { id, timestamp, signature }: Omit<Signed, "body">,
  now: Date,
): string | undefined {
  if (id === "" || timestamp === "" || signature === "")
    return "Send the headers webhook-id, webhook-timestamp and webhook-signature (standardwebhooks.com); one of them is missing or has another name.";
  if (!/^\d{1,15}$/.test(timestamp)) return "webhook-timestamp must be whole seconds since 1970.";
  const seconds = now.getTime() / 1000;
  if (Math.abs(seconds - Number(timestamp)) <= TOLERANCE) return versionFault(signature);
  if (Math.abs(seconds - Number(timestamp) / 1000) <= TOLERANCE)
    return "webhook-timestamp is in milliseconds; send whole seconds since 1970.";
  return "webhook-timestamp is more than five minutes from now: sign each attempt anew, and set the sender's clock.";
}

const versionFault = (signature: string): string | undefined =>
  signature.split(" ").some((one) => /^v1a?,/.test(one))
    ? undefined
    : "webhook-signature holds no signature of the form v1,BASE64 or v1a,BASE64.";

/**
 * Whether one of the secrets made one of the signatures over id, timestamp and the bytes of the body, and not five
 * minutes ago or ahead. The signature is compared as it was written: the same bytes in another base64 are no signature.
 */
export function isSigned(signed: Signed, secrets: readonly OpenSecret[], now: Date): boolean {
  if (headerFault(signed, now) !== undefined) return false;
  const content = Buffer.concat([Buffer.from(`${signed.id}.${signed.timestamp}.`), signed.body]);
  const given = signed.signature.split(" ").map((one) => one.split(","));
  return secrets.some(({ scheme, secret }) =>
    given.some(
      ([version, text = "", ...rest]) =>
        version === scheme && rest.length === 0 && CHECKS[scheme]({ secret, content, text }),
    ),
  );
}

type Check = { secret: string; content: Buffer; text: string };

const CHECKS: Record<Scheme, (check: Check) => boolean> = {
  v1: ({ secret, content, text }) => {
    const key = Buffer.from(keyTextOf(secret), "base64");
    const wanted = Buffer.from(createHmac("sha256", key).update(content).digest("base64"));
    const given = Buffer.from(text);
    return given.length === wanted.length && timingSafeEqual(given, wanted);
  },
  v1a: ({ secret, content, text }) => {
    const bytes = Buffer.from(text, "base64");
    return bytes.toString("base64") === text && verify(null, content, publicKey(secret), bytes);
  },
};

const publicKey = (secret: string): KeyObject =>
  createPublicKey({
    key: Buffer.concat([SPKI, Buffer.from(keyTextOf(secret), "base64")]),
    format: "der",
    type: "spki",
  });
