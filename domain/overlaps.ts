/** A student's part of a session. `at`: its start, minutes since 1970. */
type Part = { student_id: string; at: number; minutes: number; scheduled_minutes: number };

/** Minutes since 1970 at which a student's part of a session ends, not counting what went over its plan. */
const endOf = ({ at, minutes, scheduled_minutes }: Part) => at + Math.min(minutes, scheduled_minutes);

/**
 * The student-sessions in which a student is said to have been elsewhere at the same time: both have minutes, and one
 * begins before the other ends. They all count; which of them is wrong, only a person can tell.
 */
export function overlapping<T extends Part>(rows: readonly T[]): T[] {
  const attended = rows.filter((row) => endOf(row) > row.at).sort((a, b) => a.at - b.at);
  const ofStudents = Map.groupBy(attended, ({ student_id }) => student_id);
  const found = new Set([...ofStudents.values()].flatMap((own) => ofOne(own)));
  return rows.filter((row) => found.has(row));
}

/** In the order of their starts, a session meets the one before it that ends last, or none. */
function ofOne<T extends Part>([first, ...rest]: readonly T[]): T[] {
  if (first === undefined) return [];
  let last = first;
  return rest.flatMap((row) => {
    const pair = row.at < endOf(last) ? [last, row] : [];
    if (endOf(row) > endOf(last)) last = row;
    return pair;
  });
}
