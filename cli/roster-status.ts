import type { Table } from "./csv.ts";

/** Columns in which systems say whether a student is still there. */
export const STATUS_COLUMNS = ["status", "enrollment_status", "student_status"];

const LEFT =
  /^(?:withdrawn|inactive|exit(?:ed)?|dropped|transferred(?: out)?|graduated|left|unenrolled|not enrolled|moved|expelled)$/i;
const ENROLLED = /^(?:active|enrolled|current|new|re-?enrolled|transferred in|)$/i;

/** Says which words of a column of statuses nobody knows here. */
export function unknownStatuses({ rows }: Table): string[] {
  return STATUS_COLUMNS.flatMap((column) => {
    const words = [...new Set(rows.map(({ cells }) => cells[column] ?? ""))];
    const others = words.filter((word) => !LEFT.test(word) && !ENROLLED.test(word)).slice(0, 5);
    if (others.length === 0) return [];
    return [
      `column ${column} holds words that are not known here (${others.join(", ")}): these students are taken as enrolled`,
    ];
  });
}

/** Somebody whose status says that she left, and whose row does not say when, would stay for ever. */
export function leftIssues(cells: Record<string, string>) {
  const column = STATUS_COLUMNS.find((name) => LEFT.test(cells[name] ?? ""));
  if (column === undefined || cells["to"]) return [];
  return [
    {
      path: [column],
      message: "says that the student left; give the last day in a column `to`, or take the row out",
    },
  ];
}
