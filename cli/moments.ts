import { byText } from "../domain/ids.ts";
import { readContent } from "../domain/session-content.ts";
import { isVoid, revisionOf, type SessionRecord } from "../domain/session-record.ts";
import { contentHash, siblingId, type SessionRow } from "./session-rows.ts";

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
  const byContent = Map.groupBy(moment, contentHash);
  const known = new Map(stored.map((record) => [hashOfRecord(record), record]));
  const left = stored.filter((record) => !byContent.has(hashOfRecord(record) ?? ""));
  const fresh = [...byContent].filter(([hash]) => !known.has(hash)).sort(([a], [b]) => byText(a, b));
  const same = [...byContent].flatMap(([hash, rows]) => {
    const record = known.get(hash);
    return record === undefined ? [] : rows.map((row) => ({ row: as(row, record) }));
  });
  return [...same, ...freshOf(fresh, left, stored.length === 0)];
}

function freshOf(
  fresh: readonly (readonly [string, SessionRow[]])[],
  left: readonly SessionRecord[],
  first: boolean,
): Settled[] {
  const [only] = left;
  if (only !== undefined && left.length === 1 && fresh.length === 1)
    return fresh.flatMap(([, rows]) => rows.map((row) => ({ row: as(row, only) })));
  if (only !== undefined) {
    const reason = left.some(({ order }) => isVoid(order)) ? VOIDED : SEVERAL;
    return fresh.flatMap(([, rows]) => rows.map((row) => ({ row, reason })));
  }
  return fresh.flatMap(([, rows], place) =>
    rows.map((row) => ({
      row: first && place === 0 ? row : { ...row, session_id: siblingId(row) },
    })),
  );
}

const as = (row: SessionRow, { session_id, order }: SessionRecord): SessionRow => ({
  ...row,
  session_id,
  revision: revisionOf(order),
});

function hashOfRecord({ content }: SessionRecord): string | undefined {
  const session = readContent(content);
  if (session === undefined) return undefined;
  const { students, group_size } = session;
  return contentHash({ data: { students, group_size } });
}

const SEVERAL =
  "several sessions of this student and tutor at this moment are stored or told, and it cannot be told which of them the row corrects; give all of the moment's sessions in one file, of which one may differ";
const VOIDED =
  "a session of this student and tutor at this moment was voided, and it cannot be told which of the file's sessions it was; give a session_id to those that took place";
