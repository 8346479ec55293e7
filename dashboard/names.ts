import { del, get, set } from "idb-keyval";

/** Names of students, from a file that the reader opened. They stay in this browser, and are never sent. */
export type NameBook = ReadonlyMap<string, string>;
const KEY = "rollcall.names";

export async function savedNames(): Promise<NameBook> {
  const saved: unknown = await get(KEY).catch(() => undefined);
  return saved instanceof Map
    ? new Map([...saved].map(([id, name]) => [String(id), String(name)]))
    : new Map();
}

export async function keepNames(names: NameBook): Promise<void> {
  await set(KEY, names);
}
export const forgetNames = (): Promise<void> => del(KEY);

/** A CSV file with `student_id` and `name`, or `first_name` and `last_name`, in its first row. Undefined where it is none. */
export async function readNames(text: string): Promise<NameBook | undefined> {
  // only who opens a file loads what reads it
  const { parse } = await import("csv-parse/browser/esm/sync");
  const rows: Record<string, string>[] = parse(text, {
    bom: true,
    columns: (head: string[]) =>
      head.map((name) =>
        name
          .trim()
          .toLowerCase()
          .replaceAll(/[\s-]+/g, "_"),
      ),
    skip_empty_lines: true,
    relax_column_count: true,
    trim: true,
  });
  const names = new Map(
    rows.flatMap((row): [string, string][] => {
      const id = row["student_id"] ?? "";
      const name = row["name"] ?? [row["first_name"], row["last_name"]].filter(Boolean).join(" ");
      return id === "" || name === "" ? [] : [[id, name]];
    }),
  );
  return names.size === 0 ? undefined : names;
}
