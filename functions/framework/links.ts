import { createHash, createHmac, timingSafeEqual } from "node:crypto";
import * as z from "zod";

/**
 * What a signed token allows its bearer to do: answer one line of one message, stop a contact's mails, go on with a
 * list, or fetch a report.
 */
export const Grant = z.discriminatedUnion("kind", [
  z.strictObject({ kind: z.literal("acknowledge"), message_id: z.string(), item: z.int(), until: z.int() }),
  z.strictObject({
    kind: z.literal("unsubscribe"),
    contact_id: z.string(),
    /** Hash of the address that the mail went to. */
    address: z.string(),
    until: z.int(),
  }),
  /** Where a list goes on, for the caller and the question it was made for. */
  z.strictObject({
    kind: z.literal("cursor"),
    caller: z.string(),
    question: z.string(),
    after: z.string(),
    until: z.int(),
  }),
  /** A report to be fetched without a header, by a browser: who asked, and for what. */
  z.strictObject({
    kind: z.literal("export"),
    caller: z.string(),
    question: z.string(),
    identity: z.strictObject({
      provider_id: z.string().optional(),
      email: z.string().optional(),
      mfa: z.boolean().optional(),
      claim: z.string().optional(),
    }),
    until: z.int(),
  }),
]);
export type Grant = z.infer<typeof Grant>;

/** Two weeks of digests repeat what is open, so an older link is not needed. */
export const ACKNOWLEDGE_DAYS = 14;
/** CAN-SPAM, 15 U.S.C. 7704(a)(3): the way out must work for 30 days after the mail. */
export const UNSUBSCRIBE_DAYS = 60;

export const addressHash = (address: string) =>
  createHash("sha256").update(address).digest("base64url").slice(0, 22);

export const daysAfter = (now: Date, days: number) => Math.floor(now.getTime() / 1000) + days * 86_400;

/** The end of a UTC day: links of one day are alike, so that an answer that holds one can be compared. */
export const endOfDay = (now: Date) => Math.ceil((now.getTime() / 1000 + 1) / 86_400) * 86_400;

/** The end of the quarter of an hour after this one. */
export const endOfNextQuarter = (now: Date) => (Math.floor(now.getTime() / 900_000) + 2) * 900;

const macOf = (body: string, secret: string) => createHmac("sha256", secret).update(body).digest();

/** A token that names what it allows and until when (seconds since 1970), signed. */
export function sign(grant: Grant, secret: string): string {
  const body = Buffer.from(JSON.stringify(grant)).toString("base64url");
  return `${body}.${macOf(body, secret).toString("base64url")}`;
}

/** What a token allows now; undefined where it is altered, expired, or none, or nothing was ever signed here. */
export function verify(token: string, secret: string | undefined, now: Date): Grant | undefined {
  if (secret === undefined) return undefined;
  const [body = "", mac = ""] = token.split(".");
  const given = Buffer.from(mac, "base64url");
  const wanted = macOf(body, secret);
  if (given.length !== wanted.length || !timingSafeEqual(given, wanted)) return undefined;
  const { data: grant } = Grant.safeParse(JSON.parse(Buffer.from(body, "base64url").toString("utf8")));
  return grant !== undefined && now.getTime() / 1000 < grant.until ? grant : undefined;
}
