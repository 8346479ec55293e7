import { DeleteItemCommand, PutItemCommand } from "@aws-sdk/client-dynamodb";
import * as z from "zod";
import type { Fault } from "../domain/problem.ts";
import { keyItem, keyOf, number, text } from "./items.ts";
import { queryAll, type TableAccess } from "./query.ts";
import { docItem, docOf } from "./setup-store.ts";
import { addStamp } from "./stamp-store.ts";
import { ATTRIBUTE, expiresAt, refusalKey, refusalPartition } from "./table.ts";
import { RETENTION } from "../domain/retention.ts";

/** An event that was not taken: by its own id, with what was wrong. Nothing else of it is kept. */
export type Refused = { event_id: string | undefined; result: "rejected" | "conflict"; errors: Fault[] };
export type Refusal = { provider_id: string; request_id: string; at: Date; refused: readonly Refused[] };

const Kept = z.strictObject({
  /** ISO instant of the request. */
  at: z.string(),
  rejected: z.int(),
  conflicts: z.int(),
  items: z.array(
    z.strictObject({
      event_id: z.string().optional(),
      result: z.enum(["rejected", "conflict"]),
      errors: z.array(z.strictObject({ pointer: z.string(), detail: z.string() })),
    }),
  ),
});
export type KeptRefusal = z.infer<typeof Kept>;

/** What was refused of a provider's posts, so that its engineer finds it in the morning. */
export type RefusalStore = {
  /** One write a request; the same request is kept once. */
  keep(refusal: Refusal): Promise<void>;
  /** Requests with refused items, from a UTC day to another, both included. */
  between(provider_id: string, from: string, to: string): Promise<KeptRefusal[]>;
  /** Deletes what was refused at this instant. */
  forget(provider_id: string, at: string): Promise<void>;
};

/** Of one request; the counts go on. */
const ITEMS = 25;
const POINTER = 200;

/** What of a refusal is kept: counts of all items, faults of the first. */
export function keptOf({ at, refused }: Refusal): KeptRefusal {
  const count = (result: Refused["result"]) => refused.filter((item) => item.result === result).length;
  const items = refused.slice(0, ITEMS).map(({ event_id, result, errors }) => ({
    ...(event_id !== undefined && { event_id }),
    result,
    errors: errors.map(({ pointer, detail }) => ({ pointer: pointer.slice(0, POINTER), detail })),
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

export function dynamoRefusalStore(table: TableAccess): RefusalStore {
  return {
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
      return items.map((item) => Kept.parse(docOf(item)));
    },
  };
}
