import {
  paginateQuery,
  PutItemCommand,
  QueryCommand,
  TransactionCanceledException,
  TransactWriteItemsCommand,
  UpdateItemCommand,
  type TransactWriteItem,
} from "@aws-sdk/client-dynamodb";
import { AuditLine, Block, following, optional } from "./audit-chain.ts";
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

const windowOf = (now: Date) => new Date(Math.floor(now.getTime() / WINDOW_MS) * WINDOW_MS).toISOString();

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
