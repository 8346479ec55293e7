import { readContent } from "../domain/session-content.ts";
import type { SessionRecord } from "../domain/session-record.ts";
import { isOneSession, momentsOf, settle, withGroup } from "./moments.ts";
import { postEvents, type Api, type PostedItem } from "./post-events.ts";
import type { Forms } from "./session-rows.ts";
import { eventOf, siblingId, type SessionRow } from "./session-row.ts";
import type { Tally } from "./tally.ts";
import type { Target } from "./target.ts";

/** How a file of sessions is read and sent. */
export type ImportOptions = {
  file: string;
  provider: string;
  key?: string | undefined;
  correct: boolean;
  /** What the columns of dates and durations do not tell themselves. */
  forms?: Forms | undefined;
  dryRun: boolean;
  quiet: boolean;
  /** Says what an admin should know but need not mend. */
  warn: (line: string) => void;
};

type Sender = {
  target: Pick<Target, "sessions">;
  api: Api;
  options: Pick<ImportOptions, "provider" | "correct" | "warn">;
  tally: Tally;
};
/** A sender that reads a school's day once a batch. */
type Batch = Sender & { onDay: (school_id: string, day: string) => Promise<SessionRecord[]> };
type Sent = { item: PostedItem; row: SessionRow };

/** Sends rows as events, finds out what a conflict means, and corrects where that is asked for. */
export async function sendBatch(place: Sender, batch: readonly SessionRow[]): Promise<void> {
  const { api, options, tally } = place;
  const sender = { ...place, onDay: rememberedDays(place) };
  const named = await postNamed(
    api,
    batch.filter((row) => row.named),
  );
  const unnamed = await postUnnamed(
    sender,
    batch.filter((row) => !row.named),
  );
  const sent = [...(await Promise.all(named.map((one) => keepStudents(sender, one)))), ...unnamed];
  const corrections = sent.filter(({ item }) => options.correct && isCorrectable(item));
  for (const one of sent) if (!corrections.includes(one)) tally.count(one.item, one.row, options.warn);
  const corrected = await post(
    api,
    corrections.map(({ row, item }) => ({ ...row, revision: (item.revision ?? 0) + 1 })),
  );
  for (const { item, row } of corrected) tally.countCorrection(item, row, options.warn);
}

/** A conflict that names the revision to correct. */
const isCorrectable = ({ result, revision }: PostedItem) => result === "conflict" && revision !== undefined;

function rememberedDays({ target }: Sender): Batch["onDay"] {
  const days = new Map<string, Promise<SessionRecord[]>>();
  return (school_id, day) => {
    const name = JSON.stringify([school_id, day]);
    const read = days.get(name) ?? target.sessions.onDay(school_id, day);
    days.set(name, read);
    return read;
  };
}

async function post(api: Api, rows: readonly SessionRow[]): Promise<Sent[]> {
  if (rows.length === 0) return [];
  const posted = await postEvents(api, rows.map(eventOf));
  return posted.flatMap((item) => {
    const row = rows[item.index];
    return row === undefined ? [] : [{ item, row }];
  });
}

/** A row without a revision of its own means what is latest: where a correction was stored, it is compared with that. */
async function postNamed(api: Api, rows: readonly SessionRow[]): Promise<Sent[]> {
  const sent = await post(api, rows);
  const isBehind = ({ item, row }: Sent) =>
    item.result === "stale" && (row.row.cells["revision"] ?? "") === "";
  const behind = sent.filter(isBehind).map(({ item, row }) => ({ ...row, revision: item.revision ?? 1 }));
  return [...sent.filter((one) => !isBehind(one)), ...(await post(api, behind))];
}

/**
 * A moment with one session is sent as it is. Where it meets another one that is stored, and where the file has several
 * of a moment, what is stored tells which session each row is.
 */
async function postUnnamed(sender: Batch, rows: readonly SessionRow[]): Promise<Sent[]> {
  const moments = momentsOf(rows);
  const sent = await post(sender.api, moments.filter(isOneSession).flat());
  const isOpen = ({ item }: Sent) => item.result === "conflict" || item.result === "stale";
  const open = sent.filter(isOpen).map(({ row }) => row);
  const unclear = [...momentsOf(open), ...moments.filter((moment) => !isOneSession(moment))];
  const settled = await Promise.all(
    unclear.map(async (moment) => settle(moment, await storedAt(sender, moment))),
  );
  const told = settled.flat();
  const again = await post(
    sender.api,
    told.flatMap((one) => ("reason" in one ? [] : [one.row])),
  );
  const refused = told.flatMap((one) =>
    "reason" in one ? [{ item: conflict(one.reason), row: one.row }] : [],
  );
  return [...sent.filter((one) => !isOpen(one)), ...again, ...refused];
}

/** The sessions of a moment that are stored, the voided ones too, which lie on no day. */
async function storedAt(
  { target, onDay, options }: Batch,
  moment: readonly SessionRow[],
): Promise<SessionRecord[]> {
  const [first] = moment;
  if (first === undefined) return [];
  const { school_id, session_id, day } = first;
  const provider_id = options.provider;
  const ids = [...new Set([session_id, ...moment.map(siblingId)])];
  const own = await Promise.all(
    ids.map((id) => target.sessions.get({ school_id, provider_id, session_id: id })),
  );
  const records = (await onDay(school_id, day)).filter(
    (one) => one.provider_id === provider_id && one.session_id.startsWith(`${session_id}-`),
  );
  return [
    ...new Map([...own.flatMap((one) => one ?? []), ...records].map((one) => [one.session_id, one])).values(),
  ];
}

const conflict = (detail: string): PostedItem => ({ index: 0, result: "conflict", problem: { detail } });

/** Corrects no session into one that leaves out some of its students, or the size of its group. */
async function keepStudents({ target, options, api }: Batch, sent: Sent): Promise<Sent> {
  const { item, row } = sent;
  if (item.result !== "conflict") return sent;
  const { school_id, session_id } = row;
  const record = await target.sessions.get({ school_id, session_id, provider_id: options.provider });
  const stored = record === undefined ? undefined : readContent(record.content);
  const kept = new Set(row.data.students.map(({ student_id }) => student_id));
  const isWhole = (stored?.students ?? []).every(({ student_id }) => kept.has(student_id));
  if (!isWhole) return { item: conflict(LOST), row };
  const filled = withGroup(row, stored);
  if (filled === row) return sent;
  const [again = sent] = await post(api, [{ ...filled, revision: item.revision ?? row.revision }]);
  return again;
}

const LOST =
  "the session is stored with students whom the file does not name in it; add a row for each of them";
