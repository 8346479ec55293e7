/** Words that a system writes where it has nothing, and a spreadsheet where it adds up. */
const NO_IDS = new Set([
  "null",
  "none",
  "nil",
  "n/a",
  "#n/a",
  "#ref!",
  "#value!",
  "undefined",
  "total",
  "totals",
]);
const AS_TEXT = "format the column as text in the spreadsheet and export it again";

/** What a spreadsheet or an export did to an id, and what to do; undefined where it looks as it was given. */
export function mangledId(id: string): string | undefined {
  if (/^\d+(?:\.\d+)?e[+-]?\d+$/i.test(id))
    return `is a number in scientific notation, so its digits are lost; ${AS_TEXT}`;
  if (/^\d+\.0+$/.test(id)) return `is a decimal number; ${AS_TEXT}`;
  if (/^['’]/.test(id)) return "begins with an apostrophe, which a spreadsheet adds; take it out";
  if (NO_IDS.has(id.toLowerCase()))
    return "is no id but a word for none, or a sum; take the row out, or give the id";
  return undefined;
}

const bare = (id: string) => id.replace(/^0+(?=.)/, "").toLowerCase();

/**
 * Ids that are mangled by the look of their neighbors. Within one column, two that differ in leading zeros or in case
 * alone are both refused: nobody can tell which is right. Against what is stored, only the one that lacks the zeros is:
 * a file that brings them corrects what a spreadsheet took earlier.
 */
export function twinIds(ids: Iterable<string>, stored: Iterable<string> = []): Set<string> {
  const given = new Set(ids);
  const [among, there] = [byBare(given), byBare(stored)];
  const lacksZeros = (id: string) =>
    (there.get(bare(id)) ?? []).some((other) => other !== id && other.length >= id.length);
  return new Set([...given].filter((id) => (among.get(bare(id))?.length ?? 0) > 1 || lacksZeros(id)));
}

function byBare(ids: Iterable<string>): Map<string, string[]> {
  const forms = new Map<string, string[]>();
  for (const id of new Set(ids)) forms.set(bare(id), [...(forms.get(bare(id)) ?? []), id]);
  return forms;
}

export const TWIN = `differs from another id in leading zeros or in case alone, so one of both is mangled; ${AS_TEXT}`;
