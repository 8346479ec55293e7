import type { Contact } from "./contact.ts";
import type { School, Setup } from "./setup.ts";
import type { Role } from "./words.ts";

/** Something that somebody has to own: for whom it is, where, and which provider it is about. */
export type Matter = { goesTo: readonly Role[]; school: School; provider_id?: string | undefined };

function isFor(contact: Contact, { goesTo, school, provider_id }: Matter): boolean {
  if (!goesTo.includes(contact.role)) return false;
  switch (contact.role) {
    case "site_lead":
      return contact.school_ids.includes(school.school_id);
    case "provider":
      return contact.provider_id === provider_id;
    case "district":
      return contact.district_id === school.district_id;
  }
}

/** Who is there on this day in place of a contact: herself, or her stand-in, or whoever stands in for that one. */
export function presentFor(contact: Contact, { contacts }: Setup, day: string): Contact | undefined {
  const asked = new Set<string>();
  let current: Contact | undefined = contact;
  while (current?.on_leave !== undefined && day <= current.on_leave.until) {
    if (asked.has(current.contact_id)) return undefined;
    asked.add(current.contact_id);
    const { stand_in }: { stand_in: string } = current.on_leave;
    current = contacts.find(({ contact_id }) => contact_id === stand_in);
  }
  return current;
}

/**
 * Who owns something on a school-local day: the contacts of its roles, or who stands in for them; where there is none,
 * the default owner. Empty only where no default owner is set up, which `apply` refuses and `doctor` reports.
 */
export function ownersOf(matter: Matter, setup: Setup, day: string): Contact[] {
  const named = setup.contacts.filter((contact) => isFor(contact, matter));
  const there = named.flatMap((contact) => presentFor(contact, setup, day) ?? []);
  if (there.length > 0) return [...new Map(there.map((contact) => [contact.contact_id, contact])).values()];
  const fallback = setup.contacts.find(({ contact_id }) => contact_id === setup.default_owner);
  return fallback === undefined ? [] : [presentFor(fallback, setup, day) ?? fallback];
}

/** A contact's own schools; a provider has none. */
export function schoolsOf({ role, school_ids, district_id }: Contact, { schools }: Setup): School[] {
  switch (role) {
    case "site_lead":
      return schools.filter((school) => school_ids.includes(school.school_id));
    case "district":
      return schools.filter((school) => school.district_id === district_id);
    case "provider":
      return [];
  }
}
