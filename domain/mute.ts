import * as z from "zod";
import { addressOf, hasChannel, type Contact } from "./contact.ts";
import type { Message } from "./message.ts";
import { ownersOf } from "./routing.ts";
import type { School, Setup } from "./setup.ts";
import { CHANNELS } from "./words.ts";

/** An address that takes no more messages, and why: it bounced, complained, was unsubscribed, or sent STOP. */
export const Mute = z.strictObject({
  channel: z.enum(CHANNELS),
  address: z.string(),
  why: z.enum(["bounced", "complained", "unsubscribed", "stopped"]),
  /** ISO instant. */
  at: z.string(),
});
export type Mute = z.infer<typeof Mute>;

/** A contact whom no mail reaches, since when, and why. */
export type Unreachable = { contact: Contact; since: string; why: Mute["why"] | "dead" };

/** Contacts whose mail is muted, or whose latest mail was given up. */
export function unreachableOf(
  { contacts }: Setup,
  mutes: readonly Mute[],
  latestOf: (contact: Contact) => Message | undefined,
): Unreachable[] {
  return contacts
    .filter((contact) => hasChannel(contact, "mail"))
    .flatMap((contact): Unreachable[] => {
      const address = addressOf(contact, "mail");
      const mute = mutes.find((one) => one.channel === "mail" && one.address === address);
      if (mute !== undefined) return [{ contact, since: mute.at, why: mute.why }];
      const latest = latestOf(contact);
      return latest?.state === "dead" ? [{ contact, since: latest.given_up_at ?? "", why: "dead" }] : [];
    });
}

/**
 * Who is told that a contact cannot be reached: the district of her schools, or every district of a provider's; for a
 * district itself the default owner.
 */
export function guardiansOf(contact: Contact, setup: Setup, dayOf: (school: School) => string): string[] {
  const all = setup.schools.filter(
    ({ school_id, district_id }) =>
      contact.role === "provider" ||
      contact.school_ids.includes(school_id) ||
      contact.district_id === district_id,
  );
  // one school stands for its district
  const own = [...new Map(all.map((school) => [school.district_id, school])).values()];
  const owners = own.flatMap((school) => ownersOf({ goesTo: ["district"], school }, setup, dayOf(school)));
  const ids = new Set(owners.map(({ contact_id }) => contact_id));
  if (ids.has(contact.contact_id) && setup.default_owner !== undefined) ids.add(setup.default_owner);
  ids.delete(contact.contact_id);
  return [...ids];
}
