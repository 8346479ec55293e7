import { parse } from "csv-parse/sync";
import { readFileSync, writeFileSync } from "node:fs";
import { UsageError } from "./fail.ts";

/** A row of a file: its number as a spreadsheet shows it, and its cells by column, trimmed. */
export type Row = { number: number; cells: Record<string, string> };
export type Table = { columns: string[]; rows: Row[] };

/** Reads a CSV file. `aliases` names columns that other systems call differently. */
export function readTable(file: string, aliases: Record<string, string> = {}): Table {
  const bytes = readOrFail(file);
  let lines: string[][];
  try {
    lines = parse(bytes, { bom: true, relax_column_count: true, skip_empty_lines: true, trim: true });
  } catch (error) {
    throw new UsageError(
      `${file} is not a CSV file: ${error instanceof Error ? error.message : "unreadable"}`,
    );
  }
  const [header = [], ...body] = lines;
  const columns = header.map((name) => aliases[name.toLowerCase()] ?? name.toLowerCase());
  const rows = body.map((cells, index) => ({
    number: index + 2,
    cells: Object.fromEntries(columns.map((column, at) => [column, (cells[at] ?? "").normalize("NFC")])),
  }));
  return { columns, rows };
}

function readOrFail(file: string): Buffer {
  try {
    return readFileSync(file);
  } catch {
    throw new UsageError(`${file} cannot be read: is the path right?`);
  }
}

export function requireColumns(file: string, { columns }: Table, names: readonly string[]): void {
  const missing = names.filter((name) => !columns.includes(name));
  if (missing.length > 0) {
    throw new UsageError(`${file} has no column ${missing.join(", ")}; it has ${columns.join(", ")}.`);
  }
}

export type Cell = string | number | boolean | null | undefined;

const cell = (value: Cell) => {
  const text = value === null || value === undefined ? "" : String(value);
  return /[",\r\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text;
};

export function writeTable(
  file: string,
  columns: readonly string[],
  rows: readonly Record<string, Cell>[],
): void {
  const lines = rows.map((row) => columns.map((column) => cell(row[column])).join(","));
  writeFileSync(file, [columns.join(","), ...lines, ""].join("\n"));
}
