import type { Row } from "./csv.ts";
import type { Fault, SessionRow } from "./session-row.ts";
import type { Target } from "./target.ts";

/**
 * A student may have changed school since her session was stored: it stays where it is. A row that names another school
 * would be a second session, and is refused.
 */
export async function keepStoredSchools(
  target: Target,
  rows: readonly SessionRow[],
  provider_id: string,
): Promise<{ rows: SessionRow[]; faults: Fault[] }> {
  const moved = rows.filter((row) => row.schools.length > 1);
  const keys = moved.flatMap(({ session_id, schools }) =>
    schools.map((school_id) => ({ school_id, provider_id, session_id })),
  );
  const there = keys.length === 0 ? [] : await target.sessions.existing(keys);
  const stored = Map.groupBy(there, ({ session_id }) => session_id);
  const placed = rows.map((row) => ({ row, school_id: storedSchool(row, stored.get(row.session_id) ?? []) }));
  // under an id of the file's own it may be another session: schools number theirs apart
  const isElsewhere = ({ row, school_id }: (typeof placed)[number]) =>
    row.given && !row.named && school_id !== row.school_id;
  return {
    rows: placed
      .filter((one) => !isElsewhere(one))
      .map(({ row, school_id }) =>
        row.given ? row : { ...row, school_id, data: { ...row.data, school_id } },
      ),
    faults: placed
      .filter(isElsewhere)
      .flatMap(({ row, school_id }) => [row.row, ...row.others].map((one) => elsewhere(one, school_id))),
  };
}

/** Where a row's session is stored: at the row's own school, at another of its student's, or nowhere yet. */
function storedSchool({ schools, school_id }: SessionRow, stored: readonly { school_id: string }[]): string {
  if (schools.length <= 1 || stored.some((one) => one.school_id === school_id)) return school_id;
  return stored[0]?.school_id ?? school_id;
}

const elsewhere = (row: Row, school_id: string): Fault => ({
  row,
  column: "school_id",
  reason: `the session is stored at school ${school_id}; leave school_id empty, or void it there first`,
});
