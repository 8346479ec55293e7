import { DeleteItemCommand, PutItemCommand, UpdateItemCommand } from "@aws-sdk/client-dynamodb";
import * as z from "zod";
import type { Fault } from "../domain/problem.ts";
import type { EventNames } from "../domain/refusal.ts";
import { type Item, keyItem, keyOf, number, numbers, numbersOf, text } from "./items.ts";
import { queryAll, type TableAccess } from "./query.ts";
import { docItem, docOf } from "./setup-store.ts";
import { addStamp } from "./stamp-store.ts";
import { refusedBy } from "./write-under-order.ts";
import { ATTRIBUTE, expiresAt, refusalKey, refusalPartition } from "./table.ts";
import { RETENTION } from "../domain/retention.ts";

/** An event that was not taken: by its own id and its session's, with what was wrong. Nothing else of it is kept. */
export type Refused = EventNames & { result: "rejected" | "conflict"; errors: Fault[] };
export type Refusal = { provider_id: string; request_id: string; at: Date; refused: readonly Refused[] };

const Kept = z.strictObject({
  /** ISO instant of the request. */
  at: z.string(),
  rejected: z.int(),
  conflicts: z.int(),
  items: z.array(
    z.strictObject({
      event_id: z.string().optional(),
      school_id: z.string().optional(),
      session_id: z.string().optional(),
      revision: z.int().optional(),
      result: z.enum(["rejected", "conflict"]),
      errors: z.array(z.strictObject({ pointer: z.string(), detail: z.string() })),
    }),
  ),
});
type KeptItem = z.infer<typeof Kept>["items"][number] & {
  /** It was posted again since, and taken. */
  resolved?: true;
};
export type KeptRefusal = Omit<z.infer<typeof Kept>, "items"> & { request_id: string; items: KeptItem[] };
/** Items of one request, by their place among its refused ones. */
export type Resolved = { provider_id: string; at: string; request_id: string; items: readonly number[] };

/** What was refused of a provider's posts, so that its engineer finds it in the morning. */
export type RefusalStore = {
  /** One write a request; the same request is kept once. */
  keep(refusal: Refusal): Promise<void>;
  /** Requests with refused items, from a UTC day to another, both included. */
  between(provider_id: string, from: string, to: string): Promise<KeptRefusal[]>;
  /** Marks items as resolved; does nothing where the refusal is gone. */
  resolve(resolved: Resolved): Promise<void>;
  /** Deletes what was refused at this instant. */
  forget(provider_id: string, at: string): Promise<void>;
};

/** Faults are kept of this many events of a request; of the others, which they were. */
const WITH_FAULTS = 25;
const POINTER = 200;

/** What of a refusal is kept: which events, and the faults of the first ones. */
export function keptOf({ at, refused }: Refusal): z.infer<typeof Kept> {
  const count = (result: Refused["result"]) => refused.filter((item) => item.result === result).length;
  const items = refused.map(({ errors, event_id, ...item }, index) => ({
    // one name of each is enough beyond the first, so that 500 of them fit into one item
    ...(event_id !== undefined && (index < WITH_FAULTS || item.session_id === undefined) && { event_id }),
    ...item,
    errors: errors
      .slice(0, index < WITH_FAULTS ? errors.length : 0)
      .map(({ pointer, detail }) => ({ pointer: pointer.slice(0, POINTER), detail })),
  }));
  return { at: at.toISOString(), rejected: count("rejected"), conflicts: count("conflict"), items };
}

async function forgetAt(table: TableAccess, provider_id: string, at: string): Promise<void> {
  const items = await queryAll(table, {
    TableName: table.tableName,
    KeyConditionExpression: "#pk = :pk AND begins_with(#sk, :at)",
    ExpressionAttributeNames: { "#pk": ATTRIBUTE.pk, "#sk": ATTRIBUTE.sk },
    ExpressionAttributeValues: { ":pk": text(refusalPartition(provider_id)), ":at": text(at) },
  });
  for (const item of items)
    await table.client.send(new DeleteItemCommand({ TableName: table.tableName, Key: keyItem(keyOf(item)) }));
  await addStamp(table, { kind: "provider", id: provider_id });
}

/** How many events of a request were refused and not taken since. */
export const openOf = ({
  rejected,
  conflicts,
  items,
}: Pick<KeptRefusal, "rejected" | "conflicts" | "items">) =>
  rejected + conflicts - items.filter(({ resolved }) => resolved === true).length;

function keptOfItem(item: Item): KeptRefusal {
  const [, request_id = ""] = keyOf(item).sk.split("#");
  const resolved = new Set(numbersOf(item, ATTRIBUTE.resolved));
  const { items, ...kept } = Kept.parse(docOf(item));
  return { ...kept, request_id, items: items.map((one, index) => markedIf(resolved.has(index), one)) };
}

export const markedIf = (resolved: boolean, item: KeptItem): KeptItem =>
  resolved ? { ...item, resolved: true } : item;

async function resolve(table: TableAccess, { provider_id, at, request_id, items }: Resolved): Promise<void> {
  const command = new UpdateItemCommand({
    TableName: table.tableName,
    Key: keyItem(refusalKey(provider_id, at, request_id)),
    UpdateExpression: "ADD #resolved :items",
    ConditionExpression: "attribute_exists(#pk)",
    ExpressionAttributeNames: { "#resolved": ATTRIBUTE.resolved, "#pk": ATTRIBUTE.pk },
    ExpressionAttributeValues: { ":items": numbers(items) },
  });
  await refusedBy(() => table.client.send(command));
  await addStamp(table, { kind: "provider", id: provider_id });
}

export function dynamoRefusalStore(table: TableAccess): RefusalStore {
  return {
    resolve: (resolved) => resolve(table, resolved),
    forget: (provider_id, at) => forgetAt(table, provider_id, at),
    keep: async (refusal) => {
      const key = refusalKey(refusal.provider_id, refusal.at.toISOString(), refusal.request_id);
      const Item = {
        ...docItem({ key, value: keptOf(refusal) }),
        [ATTRIBUTE.expires]: number(expiresAt(refusal.at, RETENTION.refusals)),
      };
      await table.client.send(new PutItemCommand({ TableName: table.tableName, Item }));
      await addStamp(table, { kind: "provider", id: refusal.provider_id });
    },
    between: async (provider_id, from, to) => {
      if (to < from) return [];
      const items = await queryAll(table, {
        TableName: table.tableName,
        ConsistentRead: true,
        KeyConditionExpression: "#pk = :pk AND #sk BETWEEN :from AND :to",
        ExpressionAttributeNames: { "#pk": ATTRIBUTE.pk, "#sk": ATTRIBUTE.sk },
        ExpressionAttributeValues: {
          ":pk": text(refusalPartition(provider_id)),
          ":from": text(from),
          ":to": text(`${to}~`),
        },
      });
      return items.map(keptOfItem);
    },
  };
}
