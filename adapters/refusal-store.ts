import { DeleteItemCommand, PutItemCommand } from "@aws-sdk/client-dynamodb";
import * as z from "zod";
import type { Fault } from "../domain/problem.ts";
import type { OpenRefusal } from "../domain/settling.ts";
import { keyItem, keyOf, number, text } from "./items.ts";
import {
  markOpen,
  nameHash,
  readOpen,
  settleOpen,
  type OpenNames,
  type TakenEvent,
} from "./open-refusals.ts";
import { queryAll, type TableAccess } from "./query.ts";
import { docItem, docOf } from "./setup-store.ts";
import { addStamp } from "./stamp-store.ts";
import { ATTRIBUTE, expiresAt, refusalKey, refusalPartition } from "./table.ts";
import { RETENTION } from "../domain/retention.ts";

/** An event that was not taken: its ids, as far as they may be kept, and what was wrong. Nothing else of it is kept. */
export type Refused = OpenRefusal & {
  event_id?: string | undefined;
  school_id?: string | undefined;
  session_id?: string | undefined;
  errors: readonly Fault[];
  /** By which it is found again once it is corrected; without one it stays open. */
  name: string | undefined;
  /** It was corrected in the same request. */
  isSettled?: boolean;
};
export type Refusal = { provider_id: string; request_id: string; at: Date; refused: readonly Refused[] };

const KeptItem = z.object({
  event_id: z.string().optional(),
  school_id: z.string().optional(),
  session_id: z.string().optional(),
  result: z.enum(["rejected", "conflict"]),
  errors: z.array(z.object({ pointer: z.string(), detail: z.string() })),
});
const Kept = z.object({
  /** ISO instant of the request. */
  at: z.string(),
  rejected: z.int(),
  conflicts: z.int(),
  /** The first ones. */
  items: z.array(KeptItem),
  /** Of every refused event the hash of its name; empty where it has none, or where its mark could not be written. */
  names: z.array(z.string()),
});
export type KeptRefusal = Omit<z.infer<typeof Kept>, "items" | "names"> & {
  /** How many of all were not posted again and taken since. */
  open: number;
  /** `resolved`: it was posted again since, and taken. */
  items: (z.infer<typeof KeptItem> & { resolved?: true })[];
};

/** What was refused of a provider's posts, so that its engineer finds it in the morning. */
export type RefusalStore = {
  /** The same request is kept once. */
  keep(refusal: Refusal): Promise<void>;
  /** Says of events that they were taken: what was refused under their names and is settled by them is open no longer. */
  settle(provider_id: string, taken: readonly TakenEvent[]): Promise<void>;
  /** Requests with refused items, from a UTC day to another, both included. */
  between(provider_id: string, from: string, to: string): Promise<KeptRefusal[]>;
  /** Deletes what was refused at this instant. */
  forget(provider_id: string, at: string): Promise<void>;
};

/** Of one request and one event, so that what is kept fits into an item; the counts go on. */
const ITEMS = 25;
const FAULTS = 8;
const POINTER = 200;
const NAMELESS = "";
/** In place of a hash: it was corrected in the same request. */
const SETTLED = "settled";
/** Between the clocks of two functions that refuse the same at once. */
const APART_MS = 2000;

/** What of a refusal is kept: counts and names of all items, ids and faults of the first. */
export function keptOf({ at, refused }: Refusal): z.infer<typeof Kept> {
  const count = (result: Refused["result"]) => refused.filter((item) => item.result === result).length;
  const items = refused.slice(0, ITEMS).map(({ event_id, school_id, session_id, result, errors }) => ({
    ...(event_id !== undefined && { event_id }),
    ...(school_id !== undefined && { school_id }),
    ...(session_id !== undefined && { session_id }),
    result,
    errors: errors
      .slice(0, FAULTS)
      .map(({ pointer, detail }) => ({ pointer: pointer.slice(0, POINTER), detail })),
  }));
  const names = refused.map(({ name, isSettled }) =>
    isSettled === true ? SETTLED : name === undefined ? NAMELESS : nameHash(name),
  );
  return { at: at.toISOString(), rejected: count("rejected"), conflicts: count("conflict"), items, names };
}

/** What a refusal leaves to be settled. */
export const marksOf = ({ refused }: Refusal) =>
  refused
    .filter(({ isSettled }) => isSettled !== true)
    .flatMap(({ name, result, order }) =>
      name === undefined ? [] : [{ hash: nameHash(name), result, order }],
    );

/** A kept refusal beside what is still open: an item is resolved when its name is open no longer, or only since later. */
export function viewOf(kept: z.infer<typeof Kept>, { opened, isWhole }: OpenNames): KeptRefusal {
  const until = new Date(Date.parse(kept.at) + APART_MS).toISOString();
  const isOpen = (hash: string) => {
    if (hash === NAMELESS || hash === SETTLED) return hash === NAMELESS;
    const mark = opened.get(hash);
    return mark === undefined ? !isWhole : mark.since <= until;
  };
  const open = kept.names.map(isOpen);
  const { at, rejected, conflicts } = kept;
  return {
    ...{ at, rejected, conflicts },
    open: open.filter((one) => one).length,
    items: kept.items.map((item, index) => (open[index] === false ? { ...item, resolved: true } : item)),
  };
}

const ofProvider = (id: string) => ({ kind: "provider" as const, id });

async function forgetAt(table: TableAccess, provider_id: string, at: string): Promise<void> {
  const items = await queryAll(table, {
    TableName: table.tableName,
    KeyConditionExpression: "#pk = :pk AND begins_with(#sk, :at)",
    ExpressionAttributeNames: { "#pk": ATTRIBUTE.pk, "#sk": ATTRIBUTE.sk },
    ExpressionAttributeValues: { ":pk": text(refusalPartition(provider_id)), ":at": text(at) },
  });
  for (const item of items)
    await table.client.send(new DeleteItemCommand({ TableName: table.tableName, Key: keyItem(keyOf(item)) }));
  await addStamp(table, ofProvider(provider_id));
}

async function keep(table: TableAccess, refusal: Refusal): Promise<void> {
  const { provider_id, at, request_id } = refusal;
  const put = async (kept: Refusal) => {
    const Item = {
      ...docItem({ key: refusalKey(provider_id, at.toISOString(), request_id), value: keptOf(kept) }),
      [ATTRIBUTE.expires]: number(expiresAt(at, RETENTION.refusals)),
    };
    await table.client.send(new PutItemCommand({ TableName: table.tableName, Item }));
    await addStamp(table, ofProvider(provider_id));
  };
  try {
    // first what is open: a refusal that is kept without its marks would look settled
    await markOpen(table, refusal, marksOf(refusal));
  } catch (error) {
    await put({ ...refusal, refused: refusal.refused.map((one) => ({ ...one, name: undefined })) });
    throw error;
  }
  await put(refusal);
}

/** For the door: it refuses and takes, and does not look back. */
export const refusalWriter = (table: TableAccess): Pick<RefusalStore, "keep" | "settle"> => ({
  keep: (refusal) => keep(table, refusal),
  settle: async (provider_id, taken) => {
    if ((await settleOpen(table, provider_id, taken)) > 0) await addStamp(table, ofProvider(provider_id));
  },
});

/** For the pages and the reports: it looks back, and changes nothing. */
export const refusalReader = (table: TableAccess): Pick<RefusalStore, "between"> => ({
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
    if (items.length === 0) return [];
    const open = await readOpen(table, provider_id);
    return items.map((item) => viewOf(Kept.parse(docOf(item)), open));
  },
});

export const dynamoRefusalStore = (table: TableAccess): RefusalStore => ({
  ...refusalWriter(table),
  ...refusalReader(table),
  forget: (provider_id, at) => forgetAt(table, provider_id, at),
});
