import { DeleteItemCommand, paginateQuery, QueryCommand, UpdateItemCommand } from "@aws-sdk/client-dynamodb";
import { createHash } from "node:crypto";
import { settles, type OpenRefusal, type Taken } from "../domain/settling.ts";
import { RETENTION } from "../domain/retention.ts";
import { concurrently } from "./concurrently.ts";
import { keyItem, keyOf, number, numberOf, text, type Item } from "./items.ts";
import { getAll, type TableAccess } from "./query.ts";
import { ATTRIBUTE, expiresAt, OPEN_REFUSALS, openRefusalKey, refusalPartition } from "./table.ts";
import { refusedBy } from "./write-under-order.ts";

/** Under which name something was refused and not settled since, and from when on. */
export type Opened = OpenRefusal & { hash: string; since: string };
/** An event that was taken, by the names under which something may have been refused. */
export type TakenEvent = Taken & { names: readonly string[] };
/** Which names are open; `isWhole` is false where there are more than were read. */
export type OpenNames = { opened: ReadonlyMap<string, Opened>; isWhole: boolean };

const WIDTH = 16;
/** More are open only of a system that is wrong throughout. */
const LISTED = 20_000;
/** A mark outlives what it speaks of: what is still shown never looks settled because its mark expired first. */
const MARK_DAYS = RETENTION.refusals + 7;

/** One length for every name, so that what is kept of 500 events fits into an item. */
export const nameHash = (name: string) => createHash("sha256").update(name).digest("base64url").slice(0, 16);

type Mark = OpenRefusal & { hash: string };

/** Whether a mark takes the place of the one before: of one name the highest order stays open. */
export const replaces = (mark: OpenRefusal, before: OpenRefusal | undefined) =>
  before?.order === undefined || (mark.order !== undefined && mark.order >= before.order);

/** One mark a name. */
export function strongest(marks: readonly Mark[]): Mark[] {
  const byHash = new Map<string, Mark>();
  for (const mark of marks) if (replaces(mark, byHash.get(mark.hash))) byHash.set(mark.hash, mark);
  return [...byHash.values()];
}

/** Marks names as open: one write each. A name stays open from the first refusal on, and for the highest order. */
export async function markOpen(
  table: TableAccess,
  { provider_id, request_id, at }: { provider_id: string; request_id: string; at: Date },
  marks: readonly Mark[],
): Promise<void> {
  const expires = number(expiresAt(at, MARK_DAYS));
  await concurrently(strongest(marks), WIDTH, async ({ hash, result, order }) => {
    const isHigher = order === undefined ? "" : " OR #order <= :order";
    const place = { TableName: table.tableName, Key: keyItem(openRefusalKey(provider_id, hash)) };
    const mark = new UpdateItemCommand({
      ...place,
      UpdateExpression: `SET #state = :state, #since = if_not_exists(#since, :at), #expires = :expires, #version = :version${order === undefined ? "" : ", #order = :order"}`,
      ConditionExpression: `attribute_not_exists(#order)${isHigher}`,
      ExpressionAttributeNames: {
        "#state": ATTRIBUTE.state,
        "#since": ATTRIBUTE.reported,
        "#expires": ATTRIBUTE.expires,
        "#version": ATTRIBUTE.version,
        "#order": ATTRIBUTE.order,
      },
      ExpressionAttributeValues: {
        ":state": text(result),
        ":at": text(at.toISOString()),
        ":expires": expires,
        ":version": text(`${at.toISOString()}#${request_id}`),
        ...(order !== undefined && { ":order": number(order) }),
      },
    });
    if ((await refusedBy(() => table.client.send(mark))) === undefined) return;
    // what is open already says more, and lasts as long as this
    const lasting = new UpdateItemCommand({
      ...place,
      UpdateExpression: "SET #expires = :expires",
      ConditionExpression: "attribute_exists(#expires)",
      ExpressionAttributeNames: { "#expires": ATTRIBUTE.expires },
      ExpressionAttributeValues: { ":expires": expires },
    });
    await refusedBy(() => table.client.send(lasting));
  });
}

/** Ends the marks that these events settle; says how many. One read where nothing is open. */
export async function settleOpen(
  table: TableAccess,
  provider_id: string,
  taken: readonly TakenEvent[],
): Promise<number> {
  if (taken.length === 0 || !(await isAnyOpen(table, provider_id))) return 0;
  const byHash = Map.groupBy(
    taken.flatMap((event) => event.names.map((name) => ({ event, hash: nameHash(name) }))),
    ({ hash }) => hash,
  );
  const keys = [...byHash.keys()].map((hash) => openRefusalKey(provider_id, hash));
  const found = await getAll(table, keys);
  const settled = found.filter((item) => {
    const opened = openedOf(item);
    return byHash.get(opened.hash)?.some(({ event }) => settles(event, opened));
  });
  await concurrently(settled, WIDTH, (item) => endMark(table, item));
  return settled.length;
}

/** Ends a mark, unless something was refused meanwhile. */
async function endMark(table: TableAccess, item: Item): Promise<void> {
  const command = new DeleteItemCommand({
    TableName: table.tableName,
    Key: keyItem(keyOf(item)),
    ConditionExpression: "#version = :version",
    ExpressionAttributeNames: { "#version": ATTRIBUTE.version },
    ExpressionAttributeValues: { ":version": item[ATTRIBUTE.version] ?? text("") },
  });
  await refusedBy(() => table.client.send(command));
}

const openQuery = (table: TableAccess, provider_id: string) => ({
  TableName: table.tableName,
  ConsistentRead: true,
  KeyConditionExpression: "#pk = :pk AND begins_with(#sk, :open)",
  ExpressionAttributeNames: { "#pk": ATTRIBUTE.pk, "#sk": ATTRIBUTE.sk },
  ExpressionAttributeValues: { ":pk": text(refusalPartition(provider_id)), ":open": text(OPEN_REFUSALS) },
});

async function isAnyOpen(table: TableAccess, provider_id: string): Promise<boolean> {
  const { Count = 0 } = await table.client.send(
    new QueryCommand({ ...openQuery(table, provider_id), Limit: 1 }),
  );
  return Count > 0;
}

/** What is open of a provider. */
export async function readOpen(table: TableAccess, provider_id: string): Promise<OpenNames> {
  const opened = new Map<string, Opened>();
  const pages = paginateQuery({ client: table.client }, openQuery(table, provider_id));
  for await (const { Items = [], LastEvaluatedKey } of pages) {
    for (const one of Items.map(openedOf)) opened.set(one.hash, one);
    if (opened.size >= LISTED && LastEvaluatedKey !== undefined) return { opened, isWhole: false };
  }
  return { opened, isWhole: true };
}

function openedOf(item: Item): Opened {
  const order = numberOf(item, ATTRIBUTE.order);
  return {
    hash: keyOf(item).sk.slice(OPEN_REFUSALS.length),
    since: item[ATTRIBUTE.reported]?.S ?? "",
    result: item[ATTRIBUTE.state]?.S === "conflict" ? "conflict" : "rejected",
    order: Number.isNaN(order) ? undefined : order,
  };
}
