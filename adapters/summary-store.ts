import {
  ConditionalCheckFailedException,
  PutItemCommand,
  TransactionCanceledException,
  TransactWriteItemsCommand,
} from "@aws-sdk/client-dynamodb";
import { deflateRawSync, inflateRawSync } from "node:zlib";
import { keyItem, keyOf, number, numberOf, text, type Item } from "./items.ts";
import { queryAll, type TableAccess } from "./query.ts";
import { RETENTION } from "../domain/retention.ts";
import { ATTRIBUTE, dayKey, dayOfKey, dayRange, expiresAfter, viewPartition } from "./table.ts";

export type SchoolDay = { school_id: string; day: string };
export type DayRange = { school_id: string; from: string; to: string };
/** A day's packed summary and the version under which it was written. */
export type StoredSummary = { day: string; version: number; packed: string };

/** The views of days. A summary is never deleted, and its version only grows. */
export type SummaryStore = {
  /**
   * The day's summary; undefined where nothing was written yet. It may be a moment old: then the write under its
   * version is refused, so half the price buys the same safety.
   */
  stored(day: SchoolDay): Promise<StoredSummary | undefined>;
  /** Writes version + 1 if `version` is still the stored one; false when another writer came first. */
  write(day: SchoolDay, version: number, packed: string): Promise<boolean>;
  /** The summaries of a school from a day to another, both included, in order of day. Read consistently. */
  read(range: DayRange): Promise<StoredSummary[]>;
};

/** A summary is split before an item reaches 300 KB; DynamoDB refuses more than 400. */
const PART_BYTES = 300_000;

export function dynamoSummaryStore(table: TableAccess, partBytes = PART_BYTES): SummaryStore {
  return {
    stored: async ({ school_id, day }) =>
      (await readRange(table, { school_id, from: day, to: day, consistent: false }))[0],
    write: (day, version, packed) => writeParts(table, partsOf({ day, version, packed, partBytes })),
    read: (range) => readRange(table, { ...range, consistent: true }),
  };
}

type Write = { day: SchoolDay; version: number; packed: string; partBytes: number };

function partsOf({ day, version, packed, partBytes }: Write): { version: number; items: Item[] } {
  const body = deflateRawSync(packed, { level: 9 });
  const count = Math.max(1, Math.ceil(body.length / partBytes));
  const items = Array.from({ length: count }, (_, part): Item => ({
    ...keyItem(dayKey(day.school_id, day.day, part)),
    [ATTRIBUTE.version]: number(version + 1),
    ...(part === 0 && { [ATTRIBUTE.parts]: number(count) }),
    [ATTRIBUTE.expires]: number(expiresAfter(day.day, RETENTION.sessions)),
    [ATTRIBUTE.body]: { B: body.subarray(part * partBytes, (part + 1) * partBytes) },
  }));
  return { version, items };
}

async function writeParts(
  table: TableAccess,
  { version, items }: ReturnType<typeof partsOf>,
): Promise<boolean> {
  const TableName = table.tableName;
  const condition = {
    ConditionExpression: version === 0 ? "attribute_not_exists(#version)" : "#version = :version",
    ExpressionAttributeNames: { "#version": ATTRIBUTE.version },
    ...(version > 0 && { ExpressionAttributeValues: { ":version": number(version) } }),
  };
  const [head, ...rest] = items;
  const puts = [
    { Put: { TableName, Item: head, ...condition } },
    ...rest.map((Item) => ({ Put: { TableName, Item } })),
  ];
  const command =
    rest.length === 0
      ? new PutItemCommand({ TableName, Item: head, ...condition })
      : new TransactWriteItemsCommand({ TransactItems: puts });
  try {
    await (command instanceof PutItemCommand ? table.client.send(command) : table.client.send(command));
    return true;
  } catch (error) {
    if (lostRace(error)) return false;
    throw error;
  }
}

/** Whether a condition failed. A transaction that lost to another one is tried again, like any transient error. */
export function lostRace(error: unknown): boolean {
  if (error instanceof ConditionalCheckFailedException) return true;
  if (!(error instanceof TransactionCanceledException)) return false;
  return error.CancellationReasons?.some(({ Code }) => Code === "ConditionalCheckFailed") ?? false;
}

type Reading = DayRange & { consistent: boolean };

async function readRange(table: TableAccess, range: Reading): Promise<StoredSummary[]> {
  for (;;) {
    const summaries = assemble(await queryRange(table, range));
    if (summaries !== undefined) return summaries;
  }
}

async function queryRange(table: TableAccess, range: Reading): Promise<Item[]> {
  const { from, to } = dayRange(range.from, range.to);
  return queryAll(table, {
    TableName: table.tableName,
    ConsistentRead: range.consistent,
    KeyConditionExpression: "#pk = :pk AND #sk BETWEEN :from AND :to",
    ExpressionAttributeNames: { "#pk": ATTRIBUTE.pk, "#sk": ATTRIBUTE.sk },
    ExpressionAttributeValues: {
      ":pk": text(viewPartition(range.school_id)),
      ":from": text(from),
      ":to": text(to),
    },
  });
}

/** undefined when the query ran into a write of several parts: then the parts are of two versions. */
function assemble(items: Item[]): StoredSummary[] | undefined {
  const byDay = new Map<string, Item[]>();
  for (const item of items) {
    const day = dayOfKey(keyOf(item).sk);
    byDay.set(day, [...(byDay.get(day) ?? []), item]);
  }
  const summaries: StoredSummary[] = [];
  for (const [day, parts] of byDay) {
    const summary = assembleDay(day, parts);
    if (summary === undefined) return undefined;
    summaries.push(summary);
  }
  return summaries;
}

function assembleDay(day: string, [head, ...rest]: Item[]): StoredSummary | undefined {
  if (head === undefined) return undefined;
  const version = numberOf(head, ATTRIBUTE.version);
  // parts beyond the count are left from a time when the day was longer
  const parts = [head, ...rest.slice(0, numberOf(head, ATTRIBUTE.parts) - 1)];
  const whole = parts.length === numberOf(head, ATTRIBUTE.parts);
  if (!whole || parts.some((part) => numberOf(part, ATTRIBUTE.version) !== version)) return undefined;
  const body = Buffer.concat(parts.map((part) => part[ATTRIBUTE.body]?.B ?? new Uint8Array()));
  return { day, version, packed: inflateRawSync(body).toString("utf8") };
}
