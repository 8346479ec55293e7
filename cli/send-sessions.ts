import { readContent } from "../domain/session-content.ts";
import type { SessionRecord } from "../domain/session-record.ts";
import type { ImportOptions } from "./import-sessions.ts";
import { postEvents, type Api, type PostedItem } from "./post-events.ts";
import { eventOf, siblingId, type SessionRow } from "./session-rows.ts";
import type { Tally } from "./tally.ts";
import type { Target } from "./target.ts";

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
  const sent = await knowSiblings(sender, await post(api, batch));
  for (const { item, row } of sent) if (item.result !== "conflict") tally.count(item, row, options.warn);
  const conflicts = sent.filter(({ item }) => item.result === "conflict");
  const judged = await Promise.all(conflicts.map((one) => judgeConflict(sender, one, conflicts)));
  for (const { item, row, correct } of judged) if (!correct) tally.count(item, row, options.warn);
  const corrections = judged.filter(({ correct }) => correct);
  if (corrections.length === 0) return;
  const events = corrections.map(({ row, item }) => eventOf(row, (item.revision ?? 0) + 1));
  for (const item of await postEvents(api, events))
    tally.countCorrection(item, corrections[item.index]?.row, options.warn);
}

function rememberedDays({ target }: Sender): Batch["onDay"] {
  const days = new Map<string, Promise<SessionRecord[]>>();
  return (school_id, day) => {
    const name = JSON.stringify([school_id, day]);
    const read = days.get(name) ?? target.sessions.onDay(school_id, day);
    days.set(name, read);
    return read;
  };
}

async function post(api: Api, batch: readonly SessionRow[]): Promise<Sent[]> {
  const posted = await postLatest(api, batch);
  return posted.flatMap((item) => {
    const row = batch[item.index];
    return row === undefined ? [] : [{ item, row }];
  });
}

/** A row without a revision of its own means what is latest: where a correction was stored, it is compared with that. */
async function postLatest(api: Api, batch: readonly SessionRow[]): Promise<PostedItem[]> {
  const posted = await postEvents(
    api,
    batch.map((row) => eventOf(row, row.revision)),
  );
  const behind = posted.flatMap((item) => {
    const row = batch[item.index];
    const own = row?.row.cells["revision"] ?? "";
    return item.result === "stale" && row !== undefined && own === "" ? [{ item, row }] : [];
  });
  if (behind.length === 0) return posted;
  const again = await postEvents(
    api,
    behind.map(({ item, row }) => eventOf(row, item.revision ?? 1)),
  );
  const latest = new Map(again.map((item) => [behind[item.index]?.item.index, item]));
  return posted.map((item) => ({ ...(latest.get(item.index) ?? item), index: item.index }));
}

/**
 * Tells sessions of one student at one moment apart. Where a row of the file is the one that is stored, the others of the
 * file are further sessions, each under an id of its own; a row that repeats one of those is known again.
 */
async function knowSiblings(sender: Batch, sent: readonly Sent[]): Promise<Sent[]> {
  const there = new Set(
    sent.flatMap(({ item, row }) =>
      !row.named && (item.result === "accepted" || item.result === "duplicate") ? [row.session_id] : [],
    ),
  );
  const waiting = sent.filter(({ item, row }) => item.result === "conflict" && !row.named);
  const stored = await Promise.all(waiting.map(({ row }) => storedSiblings(sender, row)));
  const siblings = waiting.filter(
    ({ row }, place) =>
      there.has(row.session_id) || stored[place]?.some(({ session_id }) => session_id === siblingId(row)),
  );
  if (siblings.length === 0) return [...sent];
  const rows = siblings.map(({ row }) => ({ ...row, session_id: siblingId(row) }));
  const again = await post(sender.api, rows);
  return [...sent.filter((one) => !siblings.includes(one)), ...again];
}

/** What is stored under a row's own id, on whatever day, or as sessions of one student, moment, topic and tutor. */
async function storedSiblings({ target, onDay, options }: Batch, row: SessionRow): Promise<SessionRecord[]> {
  const { provider } = options;
  const { school_id, session_id } = row;
  if (row.named) {
    const record = await target.sessions.get({ school_id, session_id, provider_id: provider });
    return record === undefined ? [] : [record];
  }
  const records = await onDay(school_id, row.day);
  return records.filter(
    (one) =>
      one.provider_id === provider &&
      (one.session_id === session_id || one.session_id.startsWith(`${session_id}-`)),
  );
}

type Judged = Sent & { correct: boolean };

/** Corrects only where the row can mean one stored session alone, and leaves out none of its students. */
async function judgeConflict(sender: Batch, { item, row }: Sent, all: readonly Sent[]): Promise<Judged> {
  const stored = await storedSiblings(sender, row);
  const rivals = row.named ? [] : all.filter((one) => one.row.session_id === row.session_id);
  if (rivals.length > 1 || stored.length > 1) return { item: saying(item, SEVERAL), row, correct: false };
  const lost = studentsOf(stored[0]).filter(
    (id) => !row.data.students.some(({ student_id }) => student_id === id),
  );
  if (lost.length > 0) return { item: saying(item, LOST), row, correct: false };
  return { item, row, correct: sender.options.correct };
}

const studentsOf = (record: SessionRecord | undefined): string[] =>
  (record === undefined ? undefined : readContent(record.content))?.students.map(
    ({ student_id }) => student_id,
  ) ?? [];

const SEVERAL =
  "the student has several sessions of this tutor at this moment, and it cannot be told which of them the row corrects; give each a session_id";
const LOST =
  "a session of this id is stored with students whom the file does not name in it; name all of them, or give another session_id";

const saying = (item: PostedItem, detail: string): PostedItem => ({ ...item, problem: { detail } });
