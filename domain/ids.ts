import * as z from "zod";
import { isDay } from "./school-day.ts";

/** Reserved by the storage keys, and unsafe in a path. */
const ALLOWED = /^[^\p{Cc}/#]+$/u;

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
