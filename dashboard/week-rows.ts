import { sum } from "../domain/numbers.ts";
import type { WeekGrid } from "../domain/week-grid.ts";
import type { NameBook } from "./names.ts";

export type Row = WeekGrid["students"][number];
export type Week = WeekGrid["weeks"][number];
export type Filter = {
  text: string;
  program: string;
  provider: string;
  grade: string;
  sort: "share" | "attendance" | "id";
};
export const NOTHING: Filter = { text: "", program: "", provider: "", grade: "", sort: "share" };

const WEEK_DAYS = 5;
const dueIn = ({ target_minutes }: Row, { school_days }: Week): number | null =>
  target_minutes === null ? null : (target_minutes * school_days) / WEEK_DAYS;

const add = (numbers: readonly (number | null)[]) => sum(numbers.map((one) => one ?? 0));

/**
 * Minutes against what was due in the weeks of which something is known, and sessions attended of those scheduled.
 * null where there is nothing to compare: unknown is not zero.
 */
export function totalsOf(row: Row, weeks: readonly Week[]): Totals {
  const known = TOTALS.get(row) ?? sumsOf(row, weeks);
  TOTALS.set(row, known);
  return known;
}

type Totals = { share: number | null; attended: number; scheduled: number };
/** A row is an object of one answer, so its totals are counted once. */
const TOTALS = new WeakMap<Row, Totals>();

function sumsOf(row: Row, weeks: readonly Week[]): Totals {
  const due = add(weeks.map((week, at) => (row.minutes[at] === null ? 0 : dueIn(row, week))));
  const [attended, scheduled] = [add(row.attended), add(row.scheduled)];
  return { share: due === 0 ? null : add(row.minutes) / due, attended, scheduled };
}

/** How a cell is coloured; its numbers stand in it as well. */
export function levelOf(row: Row, week: Week, minutes: number | null): string {
  const due = dueIn(row, week);
  if (minutes === null || due === null || due === 0) return "level-none";
  const share = minutes / due;
  if (share < 0.5) return "level-0";
  if (share < 0.8) return "level-1";
  return share < 1 ? "level-2" : "level-3";
}

/** The rows that match, in the order that is asked for; whom nothing is known of come last. */
export function arranged({ students, weeks }: WeekGrid, filter: Filter, names: NameBook): Row[] {
  const text = filter.text.trim().toLowerCase();
  const named = ({ student_id }: Row) => `${student_id} ${names.get(student_id) ?? ""}`.toLowerCase();
  const wanted = students.filter(
    (row) =>
      (text === "" || named(row).includes(text)) &&
      (filter.program === "" || row.program_ids.includes(filter.program)) &&
      (filter.provider === "" || row.provider_ids.includes(filter.provider)) &&
      (filter.grade === "" || row.grade === filter.grade),
  );
  if (filter.sort === "id") return wanted;
  const ranks = new Map(wanted.map((row) => [row, rankOf(totalsOf(row, weeks), filter.sort)]));
  return wanted.sort((a, b) => (ranks.get(a) ?? Infinity) - (ranks.get(b) ?? Infinity));
}

function rankOf({ share, attended, scheduled }: Totals, sort: Filter["sort"]): number {
  if (sort === "share") return share ?? Number.MAX_VALUE;
  return scheduled === 0 ? Number.MAX_VALUE : attended / scheduled;
}
