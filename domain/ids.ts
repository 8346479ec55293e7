import * as z from "zod";
import { isDay } from "./school-day.ts";

/** Reserved by the storage keys, and unsafe in a path. */
const ALLOWED = /^[^\p{Cc}/#]+$/u;

/**
 * Characters of no width, and those that turn the direction of a text: two ids that read alike would be two students.
 * Soft hyphen, zero-width and directional marks, word joiners, variation selectors, the byte order mark, tags.
 */
const INVISIBLE = /[\p{Default_Ignorable_Code_Point}\p{Bidi_Control}\p{Zl}\p{Zp}\uFFF9-\uFFFB]/u;

/**
 * An opaque identifier from another system: trimmed, NFC, 1 to 128 characters, no control characters, `/` or `#`.
 * It stays text: "0016740395" and "16740395" are two students.
 */
export const Id = z
  .string()
  .trim()
  .normalize("NFC")
  .min(1, { error: "is empty; give an id of 1 to 128 characters" })
  .max(128, { error: "is longer than 128 characters; shorten the id" })
  .refine((text) => !INVISIBLE.test(text), {
    error: "holds a character that nobody sees, such as a zero-width space; type or copy the id anew",
  })
  .regex(ALLOWED, { error: "holds a control character, '/' or '#'; remove it from the id" })
  .refine((text) => text.isWellFormed(), { error: "holds half a surrogate pair; send well-formed Unicode" });
export type Id = z.infer<typeof Id>;

/** A provider's id is chosen by the admin and stands in keys and addresses: lower-case letters, digits and hyphens. */
export const ProviderId = z
  .string()
  .regex(/^[a-z0-9][a-z0-9-]{0,63}$/, { error: "must be 1 to 64 lower-case letters, digits and hyphens" });

export const Day = z.string().refine(isDay, { error: "must be a date that exists, YYYY-MM-DD" });

/** Total order on text by UTF-16 code unit: the same on every machine, unlike localeCompare. */
export function byText(a: string, b: string): number {
  if (a === b) return 0;
  return a < b ? -1 : 1;
}
