import { ConditionalCheckFailedException, PutItemCommand, UpdateItemCommand } from "@aws-sdk/client-dynamodb";
import { arrive, type Arrival, type Outcome, type SessionRecord } from "../domain/session-record.ts";
import { keyItem, number, sessionItem, sessionOfItem, text, type Item } from "./items.ts";
import type { TableAccess } from "./query.ts";
import { ATTRIBUTE, type TableKey } from "./table.ts";

export type Stored = { outcome: Outcome; order: number };

/** New and newer snapshots take one write and no read; whatever else it is, the refused write returns the record. */
export async function putUnderOrder(table: TableAccess, key: TableKey, arrival: Arrival): Promise<Stored> {
  const stored = await refusedBy(() => table.client.send(updateOf(table, key, arrival)));
  if (stored === undefined) return { outcome: "accepted", order: arrival.snapshot.order };
  const record = sessionOfItem({ ...stored, ...keyItem(key) });
  const { outcome, write } = arrive(record, arrival);
  if (write !== undefined) {
    const lost = await refusedBy(() => table.client.send(replaceOf(table, { key, record, write })));
    if (lost !== undefined) return putUnderOrder(table, key, arrival);
  }
  return { outcome, order: (write ?? record).order };
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

function updateOf(table: TableAccess, key: TableKey, { snapshot, reported }: Arrival): UpdateItemCommand {
  const set = ["#order = :order", "#content = :content"];
  if (snapshot.day !== undefined) set.push("#day = :day");
  if (reported !== undefined) set.push("#reported = if_not_exists(#reported, :reported)");
  const earlier =
    reported === undefined ? "" : " AND (attribute_not_exists(#reported) OR #reported <= :reported)";
  const { pk, order, content, day } = ATTRIBUTE;
  return new UpdateItemCommand({
    TableName: table.tableName,
    Key: keyItem(key),
    UpdateExpression: `SET ${set.join(", ")}${snapshot.day === undefined ? " REMOVE #day" : ""}`,
    ConditionExpression: `attribute_not_exists(#pk) OR (#order < :order${earlier})`,
    ExpressionAttributeNames: {
      "#pk": pk,
      "#order": order,
      "#content": content,
      "#day": day,
      ...(reported !== undefined && { "#reported": ATTRIBUTE.reported }),
    },
    ExpressionAttributeValues: {
      ":order": number(snapshot.order),
      ":content": text(snapshot.content),
      ...(snapshot.day !== undefined && { ":day": text(snapshot.day) }),
      ...(reported !== undefined && { ":reported": text(reported) }),
    },
    ReturnValuesOnConditionCheckFailure: "ALL_OLD",
  });
}

type Replacement = { key: TableKey; record: SessionRecord; write: SessionRecord };

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

function replaceOf(table: TableAccess, { key, record, write }: Replacement): PutItemCommand {
  return new PutItemCommand({
    TableName: table.tableName,
    Item: sessionItem(key, write),
    ReturnValuesOnConditionCheckFailure: "ALL_OLD",
    ...unchanged(record),
  });
}
