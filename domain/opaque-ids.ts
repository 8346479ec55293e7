import { mangledId } from "./mangled.ts";
import type { Fault } from "./problem.ts";

/** Two words of letters and nothing else: "Maria Gonzalez", "Gonzalez,Maria", "maria.gonzalez", "MariaGonzalez". */
const TWO_WORDS = /^\p{L}{2,}(?:[\s.,_'’-]+\p{L}{2,})+\.?$/u;
const CAMEL = /^\p{Lu}\p{Ll}+\p{Lu}\p{Ll}+$/u;

/**
 * What makes an id of a student or tutor no opaque id; undefined where it is one. A district that knows the shape of its
 * ids says it as `id_pattern` in setup.yaml, which then decides alone; else an id must hold no white space and no "@",
 * and must not be two words of letters, as a name is.
 */
export function idFault(id: string, pattern?: RegExp): string | undefined {
  const mangled = mangledId(id);
  if (mangled !== undefined) return mangled;
  if (pattern !== undefined)
    return pattern.test(id)
      ? undefined
      : "has not the form of this district's ids; send the id, never a name";
  if (id.includes("@")) return "looks like an e-mail address; send the district's own id";
  if (/\s/u.test(id)) return "holds white space, as a name does; send the district's own id";
  if (TWO_WORDS.test(id) || CAMEL.test(id))
    return "looks like a person's name; send the district's own id, or let the district say its form as id_pattern";
  return undefined;
}

/** The form of ids that a set-up names; it must match the whole id. */
export const idPatternOf = (text: string | undefined) =>
  text === undefined ? undefined : new RegExp(`^(?:${text})$`, "u");

type People = { tutor_id?: string | undefined; students?: readonly { student_id: string }[] };

/** The ids of students and tutor in an event's data that are none, as JSON pointers. */
export function idFaults({ tutor_id, students = [] }: People, pattern?: RegExp): Fault[] {
  const ids = [
    ...(tutor_id === undefined ? [] : [{ pointer: "/data/tutor_id", id: tutor_id }]),
    ...students.map(({ student_id: id }, index) => ({ pointer: `/data/students/${index}/student_id`, id })),
  ];
  return ids.flatMap(({ pointer, id }) => {
    const detail = idFault(id, pattern);
    return detail === undefined ? [] : [{ pointer, detail }];
  });
}

const EMAIL = /[^\s@]+@[^\s@]+\.\p{L}{2,}/u;
/** American numbers as people write them, and any in international form. An id of ten digits is none. */
const PHONE = /(?:\+\d[\d .()-]{7,}\d)|(?:\(\d{3}\)\s*\d{3}[ .-]?\d{4})|(?:\b\d{3}[ .-]\d{3}[ .-]\d{4}\b)/;
const STREET =
  /\b\d{1,6}\s+(?:[\p{L}.]+\s+){1,4}(?:street|st|avenue|ave|road|rd|drive|dr|lane|ln|boulevard|blvd|court|ct|place|pl|way|calle|avenida)\b/iu;

/** What a note of an alert must not hold; undefined where it may be kept. Notes stand in pages and exports for years. */
export function noteFault(note: string): string | undefined {
  if (EMAIL.test(note)) return "holds what looks like an e-mail address; take it out";
  if (PHONE.test(note)) return "holds what looks like a telephone number; take it out";
  if (STREET.test(note)) return "holds what looks like a street address; take it out";
  return undefined;
}
