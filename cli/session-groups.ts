import { byText } from "../domain/ids.ts";
import type { Fault, SessionRow } from "./session-row.ts";

/** Joins rows with one session_id into one session with its students; rows that say other things of it are faults. */
export function groupedRows(rows: readonly SessionRow[]): { rows: SessionRow[]; faults: Fault[] } {
  const joined = byId(rows.filter((row) => row.named)).map(joinedOf);
  return {
    rows: [...rows.filter((row) => !row.named), ...joined.flatMap((group) => group.rows)],
    faults: joined.flatMap((group) => group.faults),
  };
}

function joinedOf({ group, mixed }: Group): { rows: SessionRow[]; faults: Fault[] } {
  const refused = (column: string, reason: string) => ({
    rows: [],
    faults: group.map(({ row }) => ({ row, column, reason })),
  });
  if (mixed) return refused("revision", MIXED);
  const [first, ...others] = distinct(group);
  // one row, told several times: the service counts what it knows already
  if (first === undefined || others.length === 0) return { rows: group, faults: [] };
  const reason = faultOf([first, ...others]);
  return reason === undefined
    ? { rows: [together(first, others)], faults: [] }
    : refused("session_id", reason);
}

const MIXED =
  "differs among rows of one session_id that name different students; each revision names all students of the session";

type Group = { group: SessionRow[]; /** Whether its revisions are of different students. */ mixed: boolean };

/** Rows of one session, each revision by itself. */
function byId(rows: readonly SessionRow[]): Group[] {
  const sessions = Map.groupBy(rows, ({ session_id }) => session_id);
  return [...sessions.values()].flatMap((session): Group[] => {
    const revisions = [...Map.groupBy(session, ({ revision }) => revision).values()];
    if (new Set(revisions.map(namesOf)).size > 1) return [{ group: session, mixed: true }];
    return revisions.map((group) => ({ group, mixed: false }));
  });
}

const namesOf = (rows: readonly SessionRow[]) =>
  JSON.stringify(
    [...new Set(rows.flatMap(({ data }) => data.students.map(({ student_id }) => student_id)))].sort(byText),
  );

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
  const { group_size, ...data } = first.data;
  return {
    ...first,
    schools: [...new Set(all.flatMap(({ schools }) => schools))],
    others: [...first.others, ...others.flatMap(({ row, others: more }) => [row, ...more])],
    // a group whose size no ratio tells is as large as the rows that list it
    data: {
      ...data,
      ...(group_size !== null && { group_size }),
      students: students.sort((a, b) => byText(a.student_id, b.student_id)),
    },
    warnings: [...new Set(all.flatMap(({ warnings }) => warnings))],
  };
}
