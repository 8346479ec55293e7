import { sum } from "../domain/numbers.ts";
import type { WeekGrid } from "../domain/week-grid.ts";
import type { NameBook } from "./names.ts";

export type Row = WeekGrid["students"][number];
export type Filter = {
  text: string;
  program: string;
  provider: string;
  grade: string;
  sort: "share" | "attendance" | "id";
};
export const NOTHING: Filter = { text: "", program: "", provider: "", grade: "", sort: "share" };

const add = (numbers: readonly (number | null)[]) => sum(numbers.map((one) => one ?? 0));

/**
 * Minutes against what was due in all the weeks, and sessions attended of those held. The share is null where
 * nothing was due, and where nothing was ever reported: unknown is not zero.
 */
export function totalsOf(row: Row): Totals {
  const known = TOTALS.get(row) ?? sumsOf(row);
  TOTALS.set(row, known);
  return known;
}

type Totals = { share: number | null; due: number; attended: number; held: number };
/** A row is an object of one answer, so its totals are counted once. */
const TOTALS = new WeakMap<Row, Totals>();

function sumsOf(row: Row): Totals {
  const due = add(row.due_minutes);
  const [attended, held] = [add(row.attended), add(row.held)];
  // minutes of weeks in which nothing was asked for are no part of what was
  const counted = row.minutes_over.filter((_, week) => (row.due_minutes[week] ?? 0) > 0);
  const isKnown = due > 0 && counted.some((one) => one !== null);
  return { share: isKnown ? add(counted) / due : null, due, attended, held };
}

/** How a cell is coloured; its numbers stand in it as well. */
export function levelOf(minutes: number | null, due: number | null): string {
  if (minutes === null || due === null || due === 0) return "level-none";
  const share = minutes / due;
  if (share < 0.5) return "level-0";
  if (share < 0.8) return "level-1";
  return share < 1 ? "level-2" : "level-3";
}

/** The rows that match, in the order that is asked for: of dosage first those who should have had some and never did. */
export function arranged({ students }: WeekGrid, filter: Filter, names: NameBook): Row[] {
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
  const ranks = new Map(wanted.map((row) => [row, rankOf(totalsOf(row), filter.sort)]));
  return wanted.sort((a, b) => (ranks.get(a) ?? Infinity) - (ranks.get(b) ?? Infinity));
}

function rankOf({ share, due, attended, held }: Totals, sort: Filter["sort"]): number {
  if (sort === "share") return share ?? (due > 0 ? -1 : Number.MAX_VALUE);
  return held === 0 ? Number.MAX_VALUE : attended / held;
}

/** Grades before the first, as rosters write them. */
const EARLY = ["PK", "P", "TK", "KG", "K"];
const NUMERIC = new Intl.Collator("en", { numeric: true });

/** Grades in the order in which children pass through them: PK, K, 1, 2 … 12; other words by their numbers. */
export function byGrade(a: string, b: string): number {
  const [one, other] = [a, b].map((grade) => EARLY.indexOf(grade.toUpperCase()));
  if (one === undefined || other === undefined || (one < 0 && other < 0)) return NUMERIC.compare(a, b);
  if (one >= 0 && other >= 0) return one - other;
  return one >= 0 ? -1 : 1;
}
