import {
  paginateQuery,
  PutItemCommand,
  QueryCommand,
  TransactionCanceledException,
  TransactWriteItemsCommand,
  UpdateItemCommand,
  type TransactWriteItem,
} from "@aws-sdk/client-dynamodb";
import { createHash } from "node:crypto";
import * as z from "zod";
import { RETENTION } from "../domain/retention.ts";
import { keyItem, keyOf, number, numberOf, text, type Item } from "./items.ts";
import { unlessLost } from "./put-version.ts";
import { queryAll, type TableAccess } from "./query.ts";
import { docItem, docOf } from "./setup-store.ts";
import {
  ATTRIBUTE,
  AUDIT_OPEN_PARTITION,
  AUDIT_PARTITION,
  auditKey,
  auditOpenKey,
  expiresAt,
  type TableKey,
} from "./table.ts";

/** Who did what to whom, and how often within a quarter of an hour. Students stand in it by their pseudonyms. */
export const AuditLine = z.strictObject({
  /** ISO instant of the first time, to the quarter of an hour for reads. */
  at: z.string(),
  /** `person:…`, `provider:…`, or the identity under which an admin command ran. */
  who: z.string(),
  /** An operation of the API or a command. */
  what: z.string(),
  school_id: z.string().optional(),
  /** Pseudonym of a student. */
  student: z.string().optional(),
  /** Why an admin did it, in her words. */
  why: z.string().optional(),
  count: z.int(),
});
export type AuditLine = z.infer<typeof AuditLine>;

const Block = z.strictObject({
  number: z.int(),
  at: z.string(),
  /** Hash of the block before; empty in the first. */
  previous: z.string(),
  lines: z.array(AuditLine),
  hash: z.string(),
});
export type Block = z.infer<typeof Block>;

/** A chain of blocks, each holding the hash of the one before, so that nothing in it can be changed unnoticed. */
export type AuditStore = {
  /** Counts a read within its quarter of an hour. Resolves when it is durable. */
  seen(line: Omit<AuditLine, "at" | "count">, now: Date): Promise<void>;
  /** Appends a line at once. */
  append(line: Omit<AuditLine, "count">): Promise<Block>;
  /** Puts the quarters of an hour that are over into the chain; false where there were none. */
  seal(now: Date): Promise<Block | undefined>;
  /** The last block. */
  head(): Promise<Block | undefined>;
  /** What is not yet sealed. */
  open(): Promise<AuditLine[]>;
  /** The blocks, in order; those that were written since an instant, where one is given. */
  blocks(since?: string): Promise<Block[]>;
};

const WINDOW_MS = 15 * 60_000;
/** A transaction takes 100 writes: the block, and what it takes out of the open ones. */
const LINES = 90;

export const windowOf = (now: Date) =>
  new Date(Math.floor(now.getTime() / WINDOW_MS) * WINDOW_MS).toISOString();

export const hashOf = ({ hash: _, ...block }: Block) =>
  createHash("sha256").update(JSON.stringify(block)).digest("base64url");

const optional = ({ school_id, student, why }: Omit<AuditLine, "at" | "count">) => ({
  ...(school_id !== undefined && { school_id }),
  ...(student !== undefined && { student }),
  ...(why !== undefined && { why }),
});

/** The block that follows another. The order of its fields is part of what is hashed. */
function following(head: Block | undefined, lines: readonly AuditLine[], at: string): Block {
  const block = {
    number: (head?.number ?? 0) + 1,
    at,
    previous: head?.hash ?? "",
    lines: lines.map((line) => ({
      at: line.at,
      who: line.who,
      what: line.what,
      ...optional(line),
      count: line.count,
    })),
    hash: "",
  };
  return { ...block, hash: hashOf(block) };
}

export function dynamoAuditStore(table: TableAccess): AuditStore {
  const next = async (lines: readonly AuditLine[], at: string) => following(await headOf(table), lines, at);
  return {
    seen: (line, now) => count(table, line, now),
    append: async (line) => {
      for (;;) {
        const block = await next([{ ...line, count: 1 }], line.at);
        if (await putBlock(table, block, [])) return block;
      }
    },
    seal: async (now) => {
      let sealed: Block | undefined;
      for (;;) {
        const over = (await openLines(table, windowOf(now))).slice(0, LINES);
        if (over.length === 0) return sealed;
        const block = await next(
          over.map(({ line }) => line),
          now.toISOString(),
        );
        if (await putBlock(table, block, over)) sealed = block;
      }
    },
    head: () => headOf(table),
    open: async () => (await openLines(table, "~")).map(({ line }) => line),
    blocks: (since = "") => blocksSince(table, since),
  };
}

/** From the last one back, so that a day's blocks are had without those of all years. */
async function blocksSince(table: TableAccess, since: string): Promise<Block[]> {
  const blocks: Block[] = [];
  for await (const { Items = [] } of paginateQuery(
    { client: table.client, pageSize: 50 },
    backwards(table),
  )) {
    const page = Items.map((item) => Block.parse(docOf(item)));
    blocks.push(...page.filter(({ at }) => at >= since));
    if (page.some(({ at }) => at < since)) break;
  }
  return blocks.reverse();
}

const backwards = (table: TableAccess) => ({
  TableName: table.tableName,
  ConsistentRead: true,
  ScanIndexForward: false,
  KeyConditionExpression: "#pk = :pk",
  ExpressionAttributeNames: { "#pk": ATTRIBUTE.pk },
  ExpressionAttributeValues: { ":pk": text(AUDIT_PARTITION) },
});

async function count(table: TableAccess, line: Omit<AuditLine, "at" | "count">, now: Date): Promise<void> {
  const at = windowOf(now);
  const { who, what, school_id = "", student = "" } = line;
  const name = [at, who, what, school_id, student].join("#");
  const doc = JSON.stringify({ at, who, what, ...optional(line), count: 0 });
  const command = new UpdateItemCommand({
    TableName: table.tableName,
    Key: keyItem(auditOpenKey(name)),
    UpdateExpression: "ADD #count :one SET #doc = :doc",
    ExpressionAttributeNames: { "#count": ATTRIBUTE.count, "#doc": ATTRIBUTE.doc },
    ExpressionAttributeValues: { ":one": number(1), ":doc": text(doc) },
  });
  await table.client.send(command);
}

type Taken = { key: TableKey; line: AuditLine };

/** Lines of windows before this instant. */
async function openLines(table: TableAccess, before: string): Promise<Taken[]> {
  const items = await queryAll(table, {
    TableName: table.tableName,
    ConsistentRead: true,
    KeyConditionExpression: "#pk = :pk AND #sk < :before",
    ExpressionAttributeNames: { "#pk": ATTRIBUTE.pk, "#sk": ATTRIBUTE.sk },
    ExpressionAttributeValues: { ":pk": text(AUDIT_OPEN_PARTITION), ":before": text(before) },
  });
  return items.map((item) => ({ key: keyOf(item), line: lineOf(item) }));
}

const lineOf = (item: Item): AuditLine =>
  AuditLine.parse({ ...AuditLine.parse(docOf(item)), count: numberOf(item, ATTRIBUTE.count) });

async function headOf(table: TableAccess): Promise<Block | undefined> {
  const [item] = (await table.client.send(new QueryCommand({ ...backwards(table), Limit: 1 }))).Items ?? [];
  return item === undefined ? undefined : Block.parse(docOf(item));
}

/** The block and what it takes out of the open lines in one transaction: no line is lost, none stands twice. */
function putBlock(table: TableAccess, block: Block, taken: readonly Taken[]): Promise<boolean> {
  const { tableName: TableName } = table;
  const absent = {
    ConditionExpression: "attribute_not_exists(#pk)",
    ExpressionAttributeNames: { "#pk": ATTRIBUTE.pk },
  };
  const key = auditKey(block.number);
  const expires = number(expiresAt(new Date(block.at), RETENTION.audit));
  const Item = { ...docItem({ key, value: block }), [ATTRIBUTE.expires]: expires };
  const deletes = taken.map(({ key: open, line }): TransactWriteItem => ({
    Delete: {
      TableName,
      Key: keyItem(open),
      ConditionExpression: "#count = :count",
      ExpressionAttributeNames: { "#count": ATTRIBUTE.count },
      ExpressionAttributeValues: { ":count": number(line.count) },
    },
  }));
  const TransactItems = [{ Put: { TableName, Item, ...absent } }, ...deletes];
  if (taken.length === 0)
    return unlessLost(() => table.client.send(new PutItemCommand({ TableName, Item, ...absent })));
  return unlessBusy(() =>
    unlessLost(() => table.client.send(new TransactWriteItemsCommand({ TransactItems }))),
  );
}

/** A transaction that met another one has lost a race, too. */
async function unlessBusy(write: () => Promise<boolean>): Promise<boolean> {
  try {
    return await write();
  } catch (error) {
    const busy =
      error instanceof TransactionCanceledException &&
      error.CancellationReasons?.some(({ Code }) => Code === "TransactionConflict") === true;
    if (busy) return false;
    throw error;
  }
}

export type ChainFault = { number: number; what: "changed" | "missing" | "broken" };

/**
 * What is wrong with a chain: a block whose hash is not its own, one that does not follow the one before, one that is
 * missing. `anchors` are hashes of blocks kept elsewhere; `begins` is the number of the first block that must be there.
 */
export function faultsOfChain(
  blocks: readonly Block[],
  { anchors, begins }: { anchors: ReadonlyMap<number, string>; begins: number },
): ChainFault[] {
  const faults = blocks.flatMap((block, place) => [
    ...missing(place === 0 ? begins : (blocks[place - 1]?.number ?? 0) + 1, block.number),
    ...faultsOfBlock(block, { before: blocks[place - 1], begins, anchor: anchors.get(block.number) }),
  ]);
  const end = (blocks.at(-1)?.number ?? begins - 1) + 1;
  return [...faults, ...missing(end, Math.max(0, ...anchors.keys()) + 1)];
}

/** Numbers from one to before another. */
const missing = (from: number, to: number): ChainFault[] =>
  Array.from({ length: Math.max(0, to - from) }, (_, place) => ({ number: from + place, what: "missing" }));

type Beside = { before: Block | undefined; begins: number; anchor: string | undefined };

function faultsOfBlock(block: Block, { before, begins, anchor }: Beside): ChainFault[] {
  const { number: at, hash } = block;
  if (hashOf(block) !== hash || (anchor ?? hash) !== hash) return [{ number: at, what: "changed" }];
  // the first block of all follows nothing; the first that is kept follows what has expired
  const previous = before?.hash ?? (begins === 1 ? "" : block.previous);
  return block.previous === previous ? [] : [{ number: at, what: "broken" }];
}
