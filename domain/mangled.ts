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
 * Ids that differ from another of the same column, or from one that is stored, in leading zeros or in case alone: one of
 * both was mangled, and nobody can tell which by looking at one.
 */
export function twinIds(ids: Iterable<string>, stored: Iterable<string> = []): Set<string> {
  const forms = new Map<string, Set<string>>();
  const given = new Set(ids);
  for (const id of [...given, ...stored]) forms.set(bare(id), (forms.get(bare(id)) ?? new Set()).add(id));
  return new Set([...given].filter((id) => (forms.get(bare(id))?.size ?? 0) > 1));
}

export const TWIN = `differs from another id in leading zeros or in case alone, so one of both is mangled; ${AS_TEXT}`;
