import type * as z from "zod";
import type { IsErased } from "../domain/erasure.ts";
import { sentenceOf } from "../domain/issue-sentence.ts";
import { mangledId, TWIN, twinIds } from "../domain/mangled.ts";
import { idFault } from "../domain/opaque-ids.ts";
import { dateFormOf } from "./column-forms.ts";
import { writeExactTable, type Row, type Table } from "./csv.ts";
import { DATE_FORMS, readDay, type DateOrder } from "./local-time.ts";

/** How a file of students or enrolments is read. */
export type RosterOptions = {
  file: string;
  /** Zone of schools that the file names and the set-up lacks. */
  timeZone?: string | undefined;
  /** Ends the entries that the file does not name. */
  full: boolean;
  yes: boolean;
  dryRun: boolean;
  /** Which number of 3/11/2025 is the month, where no date of the file tells. */
  dates?: DateOrder | undefined;
  today: string;
  warn: (line: string) => void;
};

type Cells = Record<string, string>;
type Issue = { path: readonly PropertyKey[]; message: string };
export type Read<T> = { success: true; data: T } | { success: false; error: { issues: readonly Issue[] } };
export type RowFault = { row: Row; reason: string };

export const filled = (cells: Cells, names: readonly string[]): Cells =>
  Object.fromEntries(
    names.map((name) => [name, cells[name] ?? ""] as const).filter(([, value]) => value !== ""),
  );

/** Refuses an id that tells who it is, and a stay that ends before it begins; every fault of a row together. */
export function sensible<T>(read: z.ZodSafeParseResult<T>, { cells, pattern, unknown = [] }: Sense): Read<T> {
  const own: Issue[] = read.success ? [] : [...read.error.issues];
  const blamed = new Set(own.map(({ path }) => path[0]));
  const more = [...nameIssues(cells, pattern), ...orderIssues(cells), ...unknown];
  const issues = [...own, ...more.filter(({ path }) => !blamed.has(path[0]))];
  return read.success && issues.length === 0 ? read : { success: false, error: { issues } };
}

type Sense = {
  cells: Cells;
  pattern: RegExp | undefined;
  /** References to what nobody set up. */
  unknown?: readonly Issue[];
};

function nameIssues({ student_id = "" }: Cells, pattern: RegExp | undefined): Issue[] {
  const message = student_id === "" ? undefined : idFault(student_id, pattern);
  return message === undefined ? [] : [{ path: ["student_id"], message }];
}

function orderIssues({ from = "", to = "" }: Cells): Issue[] {
  if (from === "" || to === "" || to >= from) return [];
  return [{ path: ["to"], message: `lies before from, ${from}; is one of both mistyped?` }];
}

const ERASED: Read<never> = {
  success: false,
  error: {
    issues: [{ path: ["student_id"], message: "was erased; take her out of the file and of its source" }],
  },
};

/** An erased student does not come back with the next file. */
export const unlessErased =
  <T>(isErased: IsErased, read: (cells: Cells) => Read<T>) =>
  (cells: Cells): Read<T> =>
    isErased((cells["student_id"] ?? "").trim().normalize("NFC")) ? ERASED : read(cells);

/** Ids that are set up or stored already, by column. */
type Stored = Partial<Record<(typeof ID_COLUMNS)[number], readonly string[]>>;
const ID_COLUMNS = ["student_id", "school_id", "district_id"] as const;
const DATE_COLUMNS = ["from", "to"] as const;

const twinColumns = ({ rows }: Table, stored: Stored) =>
  new Map(
    ID_COLUMNS.map((column) => [
      column,
      twinIds(
        rows.flatMap(({ cells }) => cells[column] || []),
        stored[column],
      ),
    ]),
  );

/** What a spreadsheet did to the ids of a row. */
function idIssues({ cells }: Row, twins: ReadonlyMap<string, ReadonlySet<string>>): Issue[] {
  return ID_COLUMNS.flatMap((column) => {
    const id = cells[column] ?? "";
    const message = mangledId(id) ?? (twins.get(column)?.has(id) === true ? TWIN : undefined);
    return message === undefined ? [] : [{ path: [column], message }];
  });
}

/** The cells with their dates as 2026-09-10, and what is no date. */
function datesRead(cells: Cells, order: DateOrder): { cells: Cells; issues: Issue[] } {
  const issues: Issue[] = [];
  const read = { ...cells };
  for (const column of DATE_COLUMNS) {
    const text = cells[column] ?? "";
    if (text === "") continue;
    const day = readDay(text, order);
    if (day === undefined) issues.push({ path: [column], message: DATE_FORMS });
    read[column] = day ?? "";
  }
  return { cells: read, issues };
}

type Reading<T> = {
  read: (cells: Cells) => Read<T>;
  stored?: Stored;
  options: Pick<RosterOptions, "warn" | "dates">;
};

/** What the rows say, and every fault of those that cannot be taken. */
export function readRows<T>(
  table: Table,
  { read, stored = {}, options }: Reading<T>,
): { values: T[]; faults: RowFault[] } {
  const values: T[] = [];
  const faults: RowFault[] = [];
  const twins = twinColumns(table, stored);
  const order = dateOrder(table, options);
  for (const row of table.rows) {
    const result = readWhole(row, { read, twins, order });
    if (result.success) values.push(result.data);
    else {
      const reasons = result.error.issues.map(({ path, message }) =>
        path.length === 0 ? message : `${path.join(".")}: ${sentenceOf(message)}`,
      );
      faults.push({ row, reason: reasons.join("; ") });
    }
  }
  return { values, faults };
}

/** Both columns of dates come from one system, in one order. */
function dateOrder({ rows }: Table, { warn, dates }: Reading<unknown>["options"]): DateOrder {
  const texts = rows.flatMap(({ cells }) => DATE_COLUMNS.map((column) => cells[column] ?? ""));
  const form = dateFormOf(DATE_COLUMNS.join(" or "), texts, dates);
  if (form.says !== undefined) warn(form.says);
  return form.order;
}

type Judging<T> = {
  read: (cells: Cells) => Read<T>;
  twins: ReadonlyMap<string, ReadonlySet<string>>;
  order: DateOrder;
};

function readWhole<T>(row: Row, { read, twins, order }: Judging<T>): Read<T> {
  if (row.fault !== undefined)
    return { success: false, error: { issues: [{ path: [], message: row.fault }] } };
  const { cells, issues: noDates } = datesRead(row.cells, order);
  const own = [...idIssues(row, twins), ...noDates];
  const result = read(cells);
  if (own.length === 0) return result;
  const blamed = new Set(own.map(({ path }) => path[0]));
  const others = result.success ? [] : result.error.issues.filter(({ path }) => !blamed.has(String(path[0])));
  return { success: false, error: { issues: [...own, ...others] } };
}

/** A spreadsheet that took ids for numbers has dropped their zeros, and every match with them. */
export function warnOfLostZeros({ columns, rows }: Table, warn: (line: string) => void): void {
  for (const column of ["student_id", "district_id", "school_id"].filter((name) => columns.includes(name))) {
    const ids = rows.map((row) => row.cells[column] ?? "").filter((id) => /^\d+$/.test(id));
    const lengths = new Set(ids.map((id) => id.length));
    if (ids.length === 0 || ids.some((id) => id.startsWith("0")) || lengths.size < 2) continue;
    warn(
      `column ${column} holds numbers of different lengths and none begins with 0: were leading zeros lost?`,
    );
  }
}

/** Tells the faults, and writes them to a file that can be mended and imported again. */
export function errors(
  table: Table,
  faults: RowFault[],
  { file, dryRun, warn }: RosterOptions,
): { faults: number; error_file?: string } {
  for (const { row, reason } of faults) warn(`row ${row.number}: ${reason}`);
  if (faults.length === 0 || dryRun) return { faults: faults.length };
  const error_file = `${file}.errors.csv`;
  const columns = [...table.columns.filter((name) => name !== "reason"), "reason"];
  writeExactTable(
    error_file,
    columns,
    faults.map(({ row, reason }) => ({ ...row.cells, reason })),
  );
  return { faults: faults.length, error_file };
}
