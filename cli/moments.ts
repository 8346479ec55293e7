import { byText } from "../domain/ids.ts";
import { readContent } from "../domain/session-content.ts";
import type { Session } from "../domain/session.ts";
import { isVoid, revisionOf, type SessionRecord } from "../domain/session-record.ts";
import { contentHash, siblingId, type SessionRow } from "./session-row.ts";

/** Which stored session a row is, or why that cannot be told. */
export type Settled = { row: SessionRow } | { row: SessionRow; reason: string };

/** Rows of one student, moment, topic and tutor, whose sessions have no ids of their own. */
export const momentsOf = (rows: readonly SessionRow[]): SessionRow[][] => [
  ...Map.groupBy(rows, ({ session_id }) => session_id).values(),
];

/** Whether a moment is one session, told once or several times. */
export const isOneSession = (moment: readonly SessionRow[]) => new Set(moment.map(contentHash)).size === 1;

/**
 * Tells the sessions of one moment apart. A row is the stored session of its content. What is left over on both sides
 * belongs together only where it is one of each: then the row corrects that session. Rows that meet no stored session
 * are further ones. The order of rows means nothing.
 */
export function settle(moment: readonly SessionRow[], stored: readonly SessionRecord[]): Settled[] {
  const known = stored.flatMap((record) => {
    const session = readContent(record.content);
    return session === undefined ? [] : [{ record, session }];
  });
  const rows = moment.map((row) => {
    const same = known.find(({ session }) => isSame(row, session));
    return { row, same };
  });
  const found = new Set(rows.flatMap(({ same }) => same?.record ?? []));
  const left = stored.filter((record) => !found.has(record));
  const fresh = rows.flatMap(({ row, same }) => (same === undefined ? [row] : []));
  return [
    ...rows.flatMap(({ row, same }) =>
      same === undefined ? [] : [{ row: as(row, same.record, same.session) }],
    ),
    ...freshOf(fresh, { left, taken: new Set(stored.map(({ session_id }) => session_id)) }),
  ];
}

/** Whether a row tells a stored session; a row that does not tell the size of the group says nothing against it. */
function isSame(row: SessionRow, { students, group_size, program_id }: Session): boolean {
  const told = row.data.group_size ?? null;
  return (
    contentHash(row) ===
    contentHash({ data: { students, program_id, group_size: told === null ? null : group_size } })
  );
}

type Stored = { left: readonly SessionRecord[]; taken: ReadonlySet<string> };

function freshOf(rows: readonly SessionRow[], { left, taken }: Stored): Settled[] {
  const fresh = [...Map.groupBy(rows, contentHash)].sort(([a], [b]) => byText(a, b)).map(([, own]) => own);
  const [only] = left;
  if (left.some(({ order }) => isVoid(order))) return fresh.flat().map((row) => ({ row, reason: VOIDED }));
  if (only !== undefined && left.length === 1 && fresh.length === 1)
    return fresh.flat().map((row) => ({ row: as(row, only) }));
  if (only !== undefined) return fresh.flat().map((row) => ({ row, reason: SEVERAL }));
  return fresh.flatMap((own, place) => {
    const [first] = own;
    if (first === undefined) return [];
    const session_id = taken.size === 0 && place === 0 ? first.session_id : freeId(siblingId(first), taken);
    return own.map((row) => ({ row: { ...row, session_id } }));
  });
}

/** A session that was corrected keeps the id of what it was told to be first. */
function freeId(id: string, taken: ReadonlySet<string>): string {
  let free = id;
  for (let next = 2; taken.has(free); next += 1) free = `${id}-${next}`;
  return free;
}

function as(row: SessionRow, { session_id, order }: SessionRecord, stored?: Session): SessionRow {
  return { ...withGroup(row, stored), session_id, revision: revisionOf(order) };
}

/** A row that does not tell the size of the group leaves the stored one as it is. */
export const withGroup = (row: SessionRow, stored: Pick<Session, "group_size"> | undefined): SessionRow =>
  row.data.group_size === null && stored !== undefined
    ? { ...row, data: { ...row.data, group_size: stored.group_size } }
    : row;

const SEVERAL =
  "several sessions of this student and tutor at this moment are stored or told, and it cannot be told which of them the row corrects; give all of the moment's sessions in one file, of which one may differ";
const VOIDED =
  "a session of this student and tutor at this moment was voided, and it cannot be told whether it is this one; take the row out, or, where it tells another session, which took place, give it a session_id";
