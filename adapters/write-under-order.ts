import { ConditionalCheckFailedException, PutItemCommand, UpdateItemCommand } from "@aws-sdk/client-dynamodb";
import { arrive, type Arrival, type Outcome, type SessionRecord } from "../domain/session-record.ts";
import { keyItem, number, sessionItem, sessionOfItem, text, type Item } from "./items.ts";
import type { TableAccess } from "./query.ts";
import { ATTRIBUTE, type TableKey } from "./table.ts";

export type Stored = {
  outcome: Outcome;
  order: number;
  /** What is stored, where it is a conflict. */
  content?: string;
};

/** What became of a snapshot, beside the record that is stored now. */
export const storedAs = (
  outcome: Outcome,
  { order, content }: Pick<SessionRecord, "order" | "content">,
): Stored => ({ outcome, order, ...(outcome === "conflict" && { content }) });

/** Under which key, and when it may be forgotten: seconds since 1970. */
export type Place = { key: TableKey; expires: number | undefined };

/** New and newer snapshots take one write and no read; whatever else it is, the refused write returns the record. */
export async function putUnderOrder(table: TableAccess, place: Place, arrival: Arrival): Promise<Stored> {
  const { key } = place;
  const stored = await refusedBy(() => table.client.send(updateOf(table, place, arrival)));
  if (stored === undefined) return { outcome: "accepted", order: arrival.snapshot.order };
  const record = sessionOfItem({ ...stored, ...keyItem(key) });
  const { outcome, write } = arrive(record, arrival);
  if (write !== undefined) {
    const replacement = { place, record, write };
    // what is stored keeps its expiry with its content where only its arrival is another
    const lost = await refusedBy(() =>
      outcome === "accepted"
        ? table.client.send(replaceOf(table, replacement))
        : table.client.send(earlierOf(table, replacement)),
    );
    if (lost !== undefined) return putUnderOrder(table, place, arrival);
  }
  return storedAs(outcome, write ?? record);
}

/** undefined when the write went through, else the item that stood in its way. */
export async function refusedBy(write: () => Promise<unknown>): Promise<Item | undefined> {
  try {
    await write();
    return undefined;
  } catch (error) {
    if (error instanceof ConditionalCheckFailedException) return error.Item ?? {};
    throw error;
  }
}

function updateOf(
  table: TableAccess,
  { key, expires }: Place,
  { snapshot, reported }: Arrival,
): UpdateItemCommand {
  const fields = { ...optionalFields(snapshot.day, expires), reported };
  const earlier =
    reported === undefined ? "" : " AND (attribute_not_exists(#reported) OR #reported <= :reported)";
  return new UpdateItemCommand({
    TableName: table.tableName,
    Key: keyItem(key),
    UpdateExpression: updateExpression(fields),
    ConditionExpression: `attribute_not_exists(#pk) OR (#order < :order${earlier})`,
    ExpressionAttributeNames: {
      "#pk": ATTRIBUTE.pk,
      "#order": ATTRIBUTE.order,
      "#content": ATTRIBUTE.content,
      "#day": ATTRIBUTE.day,
      "#expires": ATTRIBUTE.expires,
      ...(reported !== undefined && { "#reported": ATTRIBUTE.reported }),
    },
    ExpressionAttributeValues: {
      ":order": number(snapshot.order),
      ":content": text(snapshot.content),
      ...fields.values,
      ...(reported !== undefined && { ":reported": text(reported) }),
    },
    ReturnValuesOnConditionCheckFailure: "ALL_OLD",
  });
}

/** What is set where it is known, and removed where it is not. */
function optionalFields(day: string | undefined, expires: number | undefined) {
  const known: Item = {
    ...(day !== undefined && { ":day": text(day) }),
    ...(expires !== undefined && { ":expires": number(expires) }),
  };
  const names = ["day", "expires"];
  return {
    set: names.filter((name) => known[`:${name}`] !== undefined).map((name) => `#${name} = :${name}`),
    removed: names.filter((name) => known[`:${name}`] === undefined).map((name) => `#${name}`),
    values: known,
  };
}

type Fields = ReturnType<typeof optionalFields> & { reported: string | undefined };

function updateExpression({ set, removed, reported }: Fields): string {
  const kept = reported === undefined ? [] : ["#reported = if_not_exists(#reported, :reported)"];
  const sets = ["#order = :order", "#content = :content", ...set, ...kept];
  return `SET ${sets.join(", ")}${removed.length > 0 ? ` REMOVE ${removed.join(", ")}` : ""}`;
}

type Replacement = { place: Place; record: SessionRecord; write: SessionRecord };

/** Holds while neither order nor arrival of a record has changed. */
export const unchanged = (record: SessionRecord) => {
  const reported = record.first_reported_at;
  return {
    ConditionExpression: `#order = :was AND ${reported === undefined ? "attribute_not_exists(#reported)" : "#reported = :reported"}`,
    ExpressionAttributeNames: { "#order": ATTRIBUTE.order, "#reported": ATTRIBUTE.reported },
    ExpressionAttributeValues: {
      ":was": number(record.order),
      ...(reported !== undefined && { ":reported": text(reported) }),
    },
  };
};

function earlierOf(table: TableAccess, { place, record, write }: Replacement): UpdateItemCommand {
  const { ConditionExpression, ExpressionAttributeNames, ExpressionAttributeValues } = unchanged(record);
  return new UpdateItemCommand({
    TableName: table.tableName,
    Key: keyItem(place.key),
    UpdateExpression: "SET #reported = :earlier",
    ConditionExpression,
    ExpressionAttributeNames,
    ExpressionAttributeValues: {
      ...ExpressionAttributeValues,
      ":earlier": text(write.first_reported_at ?? ""),
    },
    ReturnValuesOnConditionCheckFailure: "ALL_OLD",
  });
}

function replaceOf(table: TableAccess, { place, record, write }: Replacement): PutItemCommand {
  const { key, expires } = place;
  return new PutItemCommand({
    TableName: table.tableName,
    Item: {
      ...sessionItem(key, write),
      ...(expires !== undefined && { [ATTRIBUTE.expires]: number(expires) }),
    },
    ReturnValuesOnConditionCheckFailure: "ALL_OLD",
    ...unchanged(record),
  });
}
