import {
  ConditionalCheckFailedException,
  PutItemCommand,
  TransactionCanceledException,
} from "@aws-sdk/client-dynamodb";
import { keyItem, number, text, type Item } from "./items.ts";
import type { TableAccess } from "./query.ts";
import { ATTRIBUTE, type TableKey } from "./table.ts";

type Versioned = { key: TableKey; value: { version: number }; more?: Item };

/** Writes a document if the version before it is the stored one, or none is; false when another writer came first. */
export function putVersion(table: TableAccess, { key, value, more = {} }: Versioned): Promise<boolean> {
  const { version } = value;
  const command = new PutItemCommand({
    TableName: table.tableName,
    Item: {
      ...keyItem(key),
      ...more,
      [ATTRIBUTE.version]: number(version),
      [ATTRIBUTE.doc]: text(JSON.stringify(value)),
    },
    ConditionExpression: version === 1 ? "attribute_not_exists(#version)" : "#version = :before",
    ExpressionAttributeNames: { "#version": ATTRIBUTE.version },
    ...(version > 1 && { ExpressionAttributeValues: { ":before": number(version - 1) } }),
  });
  return unlessLost(() => table.client.send(command));
}

/** False where a condition failed. */
export async function unlessLost(write: () => Promise<unknown>): Promise<boolean> {
  try {
    await write();
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
