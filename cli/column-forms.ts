import { UsageError } from "./fail.ts";
import { slashedParts, type DateOrder } from "./local-time.ts";

/** How a column is to be read, and a sentence for who imports it where that had to be found out. */
export type DateForm = { order: DateOrder; says?: string };
export type DurationUnit = "minutes" | "hours";

const OF_ORDER = { "month-first": "month/day/year", "day-first": "day/month/year" } as const;

/**
 * Decides for a whole column whether 3/11/2025 is March 11 or November 3: one date with a 13 tells. Throws UsageError
 * where dates of both orders stand in it, and where none tells and it matters; `said` decides then.
 */
export function dateFormOf(column: string, texts: Iterable<string>, said?: DateOrder): DateForm {
  const slashed = [...texts].flatMap((text) => slashedParts(text) ?? []);
  const monthFirst = slashed.find(({ first, second }) => first <= 12 && second > 12);
  const dayFirst = slashed.find(({ first, second }) => first > 12 && second <= 12);
  if (said !== undefined) return { order: said };
  if (monthFirst !== undefined && dayFirst !== undefined)
    throw new UsageError(
      `Column ${column} holds dates of both orders, ${monthFirst.text} and ${dayFirst.text}, so none can be trusted. Write them all as 2026-09-10, or say which is meant with --dates month-first or --dates day-first.`,
    );
  const told = monthFirst ?? dayFirst;
  if (told !== undefined) {
    const order = told === monthFirst ? "month-first" : "day-first";
    return { order, says: `column ${column} is read as ${OF_ORDER[order]}, as ${told.text} tells` };
  }
  const open = slashed.find(({ first, second }) => first !== second);
  if (open !== undefined)
    throw new UsageError(
      `Column ${column}: ${open.text} has two readings, and no date in the file tells which is meant. Say it with --dates month-first or --dates day-first.`,
    );
  return { order: "month-first" };
}

/** Below this no session of a school lasts minutes: a whole column of such numbers is in another unit. */
const LEAST_MINUTES = 5;

/** Decides for a whole column what a bare number counts. Throws UsageError where all are so small that they look like hours. */
export function durationUnitOf(column: string, texts: Iterable<string>, said?: DurationUnit): DurationUnit {
  if (said !== undefined) return said;
  const numbers = [...texts].filter((text) => /^\d+(?:\.\d+)?$/.test(text)).map(Number);
  const told = numbers.filter((number) => number > 0);
  if (told.length > 0 && told.every((number) => number < LEAST_MINUTES))
    throw new UsageError(
      `Column ${column} holds no number of ${LEAST_MINUTES} or more: it looks like hours, or like Excel's parts of a day. Say --durations hours or --durations minutes; format times as numbers of minutes.`,
    );
  return "minutes";
}
