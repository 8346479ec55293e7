import { DeleteItemCommand, PutItemCommand, TransactWriteItemsCommand } from "@aws-sdk/client-dynamodb";
import * as z from "zod";
import { deflateRawSync, inflateRawSync } from "node:zlib";
import { keyItem, keyOf, number, numberOf, text, type Item } from "./items.ts";
import { lostRace, putVersion } from "./put-version.ts";
import { queryAll, type TableAccess } from "./query.ts";
import { getDoc, partition } from "./setup-store.ts";
import { stamped } from "./stamp-store.ts";
import { RETENTION } from "../domain/retention.ts";
import {
  ATTRIBUTE,
  dayKey,
  dayOfKey,
  dayRange,
  expiresAfter,
  generationKey,
  generationOfKey,
  viewPartition,
} from "./table.ts";

export type SchoolDay = { school_id: string; day: string };
/** A day in one generation of views; without it, in the one that counts. */
export type DayOf = SchoolDay & { generation?: number };
export type DayRange = { school_id: string; from: string; to: string };
/** A day's packed summary and the version under which it was written. */
export type StoredSummary = { day: string; version: number; packed: string };

/**
 * Which generation of a school's views counts, and which is being built beside it: whatever is recomputed meanwhile is
 * written to both. `left` days of the new one are still to be computed; `cursor` is the last that was.
 */
export const Generations = z.strictObject({
  current: z.int().min(0),
  building: z.int().min(1).optional(),
  cursor: z.string().optional(),
  left: z.int().min(0).optional(),
  /** Of the code that builds it: what another version began is begun anew. */
  code: z.string().optional(),
  version: z.int().min(0),
});
export type Generations = z.infer<typeof Generations>;
export const FIRST_GENERATION: Generations = { current: 0, version: 0 };

/** The views of days. A summary is never deleted (but with its generation), and its version only grows. */
export type SummaryStore = {
  /**
   * The day's summary; undefined where nothing was written yet. It may be a moment old: then the write under its
   * version is refused, so half the price buys the same safety.
   */
  stored(day: DayOf): Promise<StoredSummary | undefined>;
  /** Writes version + 1 if `version` is still the stored one; false when another writer came first. */
  write(day: DayOf, version: number, packed: string): Promise<boolean>;
  /** The summaries that count, from a day to another, both included, in order of day. Read consistently. */
  read(range: DayRange): Promise<StoredSummary[]>;
  /** Days that have a view, whatever is in it. */
  days(school_id: string): Promise<string[]>;
  /** Read consistently. */
  generations(school_id: string): Promise<Generations>;
  /** Writes the pointer if the version before it is the stored one; false when another writer came first. */
  point(school_id: string, generations: Generations): Promise<boolean>;
  /** Deletes every generation before the one that counts. */
  tidy(school_id: string): Promise<void>;
};

/** A summary is split before an item reaches 300 KB; DynamoDB refuses more than 400. */
const PART_BYTES = 300_000;

export function dynamoSummaryStore(table: TableAccess, partBytes = PART_BYTES): SummaryStore {
  const generationOf = async ({ school_id, generation }: { school_id: string; generation?: number }) =>
    generation ?? (await readGenerations(table, school_id)).current;
  return {
    stored: async (wanted) => {
      const { school_id, day } = wanted;
      const generation = await generationOf(wanted);
      const range = { school_id, from: day, to: day, consistent: false, generation };
      return (await readRange(table, range))[0];
    },
    write: async (wanted, version, packed) => {
      const generation = await generationOf(wanted);
      const parts = partsOf({ day: wanted, generation, version, packed, partBytes });
      return stamped(table, schoolOf(wanted), () => writeParts(table, parts));
    },
    read: async (range) =>
      readRange(table, { ...range, consistent: true, generation: await generationOf(range) }),
    days: (school_id) => daysWithView(table, school_id),
    generations: (school_id) => readGenerations(table, school_id),
    point: (school_id, value) =>
      stamped(table, schoolOf({ school_id }), () =>
        putVersion(table, { key: generationKey(school_id), value }),
      ),
    tidy: (school_id) => deleteOthers(table, school_id),
  };
}

const schoolOf = ({ school_id }: { school_id: string }) => ({ kind: "school" as const, id: school_id });

async function readGenerations(table: TableAccess, school_id: string): Promise<Generations> {
  const doc = await getDoc(table, generationKey(school_id));
  return doc === undefined ? FIRST_GENERATION : Generations.parse(doc);
}

async function daysWithView(table: TableAccess, school_id: string): Promise<string[]> {
  const { current } = await readGenerations(table, school_id);
  const items = await queryRange(table, {
    ...{ school_id, from: "0000", to: "9999", consistent: true },
    generation: current,
  });
  return [...new Set(items.map((item) => dayOfKey(keyOf(item).sk)))];
}

async function deleteOthers(table: TableAccess, school_id: string): Promise<void> {
  const { current } = await readGenerations(table, school_id);
  for (const item of await partition(table, viewPartition(school_id))) {
    const generation = generationOfKey(keyOf(item).sk);
    // a later one may be being built by now
    if (generation === undefined || generation >= current) continue;
    await table.client.send(new DeleteItemCommand({ TableName: table.tableName, Key: keyItem(keyOf(item)) }));
  }
}

type Write = {
  day: SchoolDay;
  generation: number;
  version: number;
  packed: string;
  partBytes: number;
};

function partsOf({ day, generation, version, packed, partBytes }: Write): {
  version: number;
  items: Item[];
} {
  const body = deflateRawSync(packed, { level: 9 });
  const count = Math.max(1, Math.ceil(body.length / partBytes));
  const items = Array.from({ length: count }, (_, part): Item => ({
    ...keyItem(dayKey(day.school_id, day.day, { part, generation })),
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

/** A write of several parts is over after one more look; a part that stays away is lost. */
const LOOKS = 20;
type Reading = DayRange & { consistent: boolean; generation: number };

async function readRange(table: TableAccess, range: Reading): Promise<StoredSummary[]> {
  for (let looks = 0; looks < LOOKS; looks += 1) {
    const summaries = assemble(await queryRange(table, range));
    if (summaries !== undefined) return summaries;
  }
  throw new Error(`a summary of school ${range.school_id} lacks a part: run \`rollcall rebuild\` for it`);
}

async function queryRange(table: TableAccess, range: Reading): Promise<Item[]> {
  // before a school year begins it is empty; DynamoDB refuses bounds in the wrong order
  if (range.to < range.from) return [];
  const { from, to } = dayRange(range.from, range.to, range.generation);
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
