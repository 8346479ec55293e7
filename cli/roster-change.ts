import { byText } from "../domain/ids.ts";
import { addDays, isCurrent } from "../domain/school-day.ts";
import { type Enrolment, type RosterEntry } from "../domain/setup.ts";

type Change<T> = { write: T[]; added: number; changed: number; unchanged: number; ended: number };
type Dated = { from?: string | undefined; to?: string | undefined };
type Upsert<T> = {
  stored: readonly T[];
  values: readonly T[];
  nameOf: (value: T) => string;
  full: boolean;
  today: string;
};

const rosterName = ({ school_id, student_id }: RosterEntry) => `${school_id}#${student_id}`;
export const enrolmentName = (row: Enrolment) =>
  [row.school_id, row.student_id, row.program_id, row.provider_id].join("#");
const yesterday = (today: string) => addDays(today, -1);

export function upsertChange<T extends Dated>({ stored, values, nameOf, full, today }: Upsert<T>): Change<T> {
  const before = new Map(stored.map((value) => [nameOf(value), value]));
  const after = new Map(values.map((value) => [nameOf(value), value]));
  const write: T[] = [];
  const change = { added: 0, changed: 0, unchanged: 0 };
  for (const [name, value] of after) {
    const old = before.get(name);
    const kind = kindOf(old, value);
    change[kind] += 1;
    if (kind !== "unchanged") write.push(value);
  }
  const missing = full
    ? [...before].filter(([name, value]) => !after.has(name) && isCurrent(value, today))
    : [];
  const ended = missing.map(([, value]) => ({ ...value, to: yesterday(today) }));
  return { ...change, write: [...write, ...ended], ended: ended.length };
}

function kindOf(old: object | undefined, value: object): "added" | "changed" | "unchanged" {
  if (old === undefined) return "added";
  return same(old, value) ? "unchanged" : "changed";
}

const same = (a: object, b: object) =>
  JSON.stringify(Object.entries(a).sort()) === JSON.stringify(Object.entries(b).sort());

/** Of several stays of a student at one school the latest counts, in whatever order they stand. */
function latestStays(rows: readonly RosterEntry[]): RosterEntry[] {
  const recency = ({ from = "", to = "~" }: RosterEntry) => `${to} ${from}`;
  const sorted = [...rows].sort((a, b) => byText(recency(a), recency(b)));
  const latest = new Map(sorted.map((entry) => [rosterName(entry), entry]));
  return rows.filter((entry) => latest.get(rosterName(entry)) === entry);
}

/** A student who stands at another school now has left the one before. */
export function rosterChange(
  stored: readonly RosterEntry[],
  rows: readonly RosterEntry[],
  options: { full: boolean; today: string },
): Change<RosterEntry> {
  const values = latestStays(rows);
  const change = upsertChange({ stored, values, nameOf: rosterName, ...options });
  // a stay that is over says nothing of where she is now
  const now = new Map(
    values
      .filter(({ to }) => to === undefined || to >= options.today)
      .map((entry) => [entry.student_id, entry]),
  );
  const named = new Set([...values, ...change.write].map(rosterName));
  const left = stored.filter((entry) => {
    const school_id = now.get(entry.student_id)?.school_id;
    return (
      school_id !== undefined &&
      school_id !== entry.school_id &&
      isCurrent(entry, options.today) &&
      !named.has(rosterName(entry))
    );
  });
  const moved = left.map((entry) => {
    const { from } = now.get(entry.student_id) ?? {};
    // the day before she came to the other school, where the file says it
    const known = from !== undefined && from > (entry.from ?? "");
    return { ...entry, to: yesterday(known ? from : options.today) };
  });
  return { ...change, changed: change.changed + moved.length, write: [...change.write, ...moved] };
}
