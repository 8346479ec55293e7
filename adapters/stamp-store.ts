import { UpdateItemCommand } from "@aws-sdk/client-dynamodb";
import { keyItem, keyOf, number, numberOf } from "./items.ts";
import { getAll, type TableAccess } from "./query.ts";
import { ATTRIBUTE, stampKey } from "./table.ts";

/** Whose change it is. */
export type Stamped = { kind: "school" | "provider"; id: string };

/**
 * A count of what was changed of a school or a provider: its views, alerts, roster and enrolments; what was refused of
 * it and what waits. It names nobody and tells nothing but that an open page is old. It is no fact: a count that one
 * change too many was added to makes a page look once in vain.
 */
export type StampStore = {
  /** Counts in the order in which they are asked for; 0 where nothing was changed yet. Read consistently. */
  read(of: readonly Stamped[]): Promise<number[]>;
};

/** Adds to the count, once a change is stored. After a crash between the two a summary is written, and counted, again. */
export async function addStamp(table: TableAccess, of: Stamped): Promise<void> {
  await table.client.send(
    new UpdateItemCommand({
      TableName: table.tableName,
      Key: keyItem(stampKey(of)),
      UpdateExpression: "ADD #count :one",
      ExpressionAttributeNames: { "#count": ATTRIBUTE.count },
      ExpressionAttributeValues: { ":one": number(1) },
    }),
  );
}

/** Carries out a write that may lose to another, and counts it where it did not. */
export async function stamped(
  table: TableAccess,
  of: Stamped,
  write: () => Promise<boolean>,
): Promise<boolean> {
  const written = await write();
  if (written) await addStamp(table, of);
  return written;
}

export const dynamoStampStore = (table: TableAccess): StampStore => ({
  read: async (of) => {
    const items = await getAll(table, of.map(stampKey));
    const counts = new Map(items.map((item) => [keyOf(item).pk, numberOf(item, ATTRIBUTE.count)]));
    return of.map((one) => counts.get(stampKey(one).pk) ?? 0);
  },
});
