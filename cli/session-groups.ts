import { byText } from "../domain/ids.ts";
import type { Fault, SessionRow } from "./session-rows.ts";

/** Joins rows with one session_id into one session with its students; rows that say other things of it are faults. */
export function groupedRows(rows: readonly SessionRow[]): { rows: SessionRow[]; faults: Fault[] } {
  const joined: SessionRow[] = rows.filter((row) => !row.named);
  const faults: Fault[] = [];
  for (const group of byId(rows.filter((row) => row.named)).values()) {
    const [first, ...others] = distinct(group);
    if (first === undefined) continue;
    // one row, told several times: the service counts what it knows already
    if (others.length === 0) {
      joined.push(...group);
      continue;
    }
    const reason = faultOf([first, ...others]);
    if (reason === undefined) joined.push(together(first, others));
    else faults.push(...group.map(({ row }) => ({ row, column: "session_id", reason })));
  }
  return { rows: joined, faults };
}

function byId(rows: readonly SessionRow[]): Map<string, SessionRow[]> {
  const groups = new Map<string, SessionRow[]>();
  for (const row of rows) {
    const name = JSON.stringify([row.session_id, row.revision]);
    const group = groups.get(name);
    if (group === undefined) groups.set(name, [row]);
    else group.push(row);
  }
  return groups;
}

/** A row that repeats another word for word tells nothing more; it is counted with it. */
function distinct(group: readonly SessionRow[]): SessionRow[] {
  const known = new Map<string, SessionRow>();
  for (const row of group) {
    const name = JSON.stringify([shared(row), row.data.students]);
    const same = known.get(name);
    known.set(name, same === undefined ? row : { ...same, others: [...same.others, row.row] });
  }
  return [...known.values()];
}

const shared = ({ data: { students: _, actual_start, ...data } }: SessionRow) =>
  JSON.stringify({ ...data, at: new Date(actual_start).getTime() });

function faultOf(group: readonly SessionRow[]): string | undefined {
  if (new Set(group.map(shared)).size > 1)
    return "is given to rows that differ in school, time, topic, tutor or ratio; one session has one of each";
  const students = group.map(({ data }) => data.students[0]?.student_id);
  if (new Set(students).size < students.length)
    return "names a student twice with different minutes; take one row out";
  return undefined;
}

/** The order of rows in a file means nothing. */
function together(first: SessionRow, others: readonly SessionRow[]): SessionRow {
  const all = [first, ...others];
  const students = all.flatMap(({ data }) => data.students);
  return {
    ...first,
    others: [...first.others, ...others.flatMap(({ row, others: more }) => [row, ...more])],
    data: { ...first.data, students: students.sort((a, b) => byText(a.student_id, b.student_id)) },
    warnings: [...new Set(all.flatMap(({ warnings }) => warnings))],
  };
}
