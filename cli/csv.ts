import { parse } from "csv-parse/sync";
import { writeFileSync } from "node:fs";
import { csvCell, exactCsvCell } from "../domain/csv-cell.ts";
import { UsageError } from "./fail.ts";
import { textOf } from "./text-file.ts";

/** A row of a file: its number as a spreadsheet shows it, and its cells by column, trimmed. */
export type Row = {
  number: number;
  cells: Record<string, string>;
  /** What is wrong with the row as a whole, before any cell is read. */
  fault?: string;
};
export type Table = { columns: string[]; rows: Row[] };

/**
 * Reads a table of text: CSV with commas, semicolons or tabs, in UTF-8 or as Excel's "Unicode text". Header words may
 * differ in case, blanks and underscores; `aliases` names columns that other systems call differently. Blank rows are
 * left out and still counted. Throws UsageError on what is no such table.
 */
export function readTable(file: string, aliases: Record<string, string> = {}): Table {
  const { text, delimiter, skipped } = layoutOf(textOf(file), file);
  const [header = [], ...body] = recordsOf(text, delimiter, file);
  const columns = columnsOf(header, aliases, file);
  const rows = body.flatMap((cells, index): Row[] =>
    cells.every((cell) => cell === "") ? [] : [rowOf({ cells, columns, number: index + 2 + skipped })],
  );
  if (rows.length === 0) throw new UsageError(`${file} has a header and no row below it: nothing was done.`);
  return { columns: columns.filter((name) => name !== ""), rows };
}

type Layout = { text: string; delimiter: string; /** Lines before the header. */ skipped: number };

/** Excel may say the separator in a line of its own; else it is what the header holds most of. */
function layoutOf(text: string, file: string): Layout {
  if (text.trim() === "") throw new UsageError(`${file} is empty.`);
  const [, said] = /^"?sep=(.)"?\r?\n/i.exec(text) ?? [];
  if (said !== undefined) return { text: text.slice(text.indexOf("\n") + 1), delimiter: said, skipped: 1 };
  const [line = ""] = text.split(/\r?\n/, 1);
  const bare = line.replaceAll(/"[^"]*"/g, "");
  const counts = [",", ";", "\t"].map((one) => ({ one, count: bare.split(one).length }));
  const most = counts.sort((a, b) => b.count - a.count)[0];
  return { text, delimiter: most?.one ?? ",", skipped: 0 };
}

/** Invisible characters around a value, which a copy from a page brings along. */
const INVISIBLE = /^[\s\p{Cf}]+|[\s\p{Cf}]+$/gu;
/** `="00123"`: how spreadsheets are made to keep zeros. */
const KEPT_TEXT = /^="(.*)"$/s;

const clean = (cell: string) => {
  const bare = cell.replaceAll(INVISIBLE, "").normalize("NFC");
  return KEPT_TEXT.exec(bare)?.[1] ?? bare;
};

function recordsOf(text: string, delimiter: string, file: string): string[][] {
  try {
    const lines: string[][] = parse(text, {
      delimiter,
      relax_column_count: true,
      // `="00123"` holds quotes within a field that does not begin with one
      relax_quotes: true,
    });
    return lines.map((cells) => cells.map(clean));
  } catch (error) {
    const code = error instanceof Error && "lines" in error ? `, near line ${String(error.lines)}` : "";
    throw new UsageError(`${file} is not a CSV file${code}: a quote is opened and not closed, most likely.`);
  }
}

const nameOf = (header: string) => header.toLowerCase().replaceAll(/[\s_-]+/g, "_");

function columnsOf(header: readonly string[], aliases: Record<string, string>, file: string): string[] {
  const columns = header.map((name) => aliases[nameOf(name)] ?? nameOf(name));
  const twice = columns.findIndex((name, at) => name !== "" && columns.indexOf(name) !== at);
  if (twice >= 0) {
    const [first, second] = [columns.indexOf(columns[twice] ?? ""), twice];
    throw new UsageError(
      `${file} has two columns ${columns[twice] ?? ""}: number ${first + 1}, "${header[first] ?? ""}", and number ${second + 1}, "${header[second] ?? ""}". Take one out.`,
    );
  }
  return columns;
}

function rowOf({
  cells,
  columns,
  number,
}: {
  cells: readonly string[];
  columns: readonly string[];
  number: number;
}): Row {
  const named = columns.flatMap((column, at): [string, string][] =>
    column === "" ? [] : [[column, cells[at] ?? ""]],
  );
  const row = { number, cells: Object.fromEntries(named) };
  // a spreadsheet may end each line with empty cells
  const length = cells.findLastIndex((cell) => cell !== "") + 1;
  if (cells.length >= columns.length && length <= columns.length) return row;
  const found = Math.max(length, Math.min(cells.length, columns.length));
  return {
    ...row,
    fault: `has ${found} cells where the header has ${columns.length}, so it is not known which is which; put a value with a comma into quotes`,
  };
}

/** Says which columns of a file nobody reads, so that nothing is dropped unsaid. */
export function unreadColumns({ columns }: Table, read: readonly string[]): string[] {
  const others = columns.filter((name) => !read.includes(name));
  return others.length === 0
    ? []
    : [`not read: ${others.length === 1 ? "column" : "columns"} ${others.join(", ")}`];
}

export function requireColumns(file: string, { columns }: Table, names: readonly string[]): void {
  const missing = names.filter((name) => !columns.includes(name));
  if (missing.length > 0) {
    throw new UsageError(`${file} has no column ${missing.join(", ")}; it has ${columns.join(", ")}.`);
  }
}

type Cell = string | number | boolean | null | undefined;
type Rows = readonly Record<string, Cell>[];

/** Writes a file that a person opens in a spreadsheet: no cell of it runs there. */
export function writeTable(file: string, columns: readonly string[], rows: Rows): void {
  write(file, columns, { rows, cell: csvCell });
}

/** Writes a file that is corrected and imported again: every cell is what it was. */
export function writeExactTable(file: string, columns: readonly string[], rows: Rows): void {
  write(file, columns, { rows, cell: exactCsvCell });
}

type Written = { rows: Rows; cell: (value: unknown) => string };

function write(file: string, columns: readonly string[], { rows, cell }: Written): void {
  const lines = rows.map((row) => columns.map((column) => cell(row[column])).join(","));
  writeFileSync(file, [columns.join(","), ...lines, ""].join("\n"));
}
