import { UpdateItemCommand } from "@aws-sdk/client-dynamodb";
import { keyItem, number, numberOf } from "./items.ts";
import type { TableAccess } from "./query.ts";
import { ATTRIBUTE, expiresAt, quotaKey } from "./table.ts";

/** How many events of a provider were counted in a minute. */
export type QuotaStore = {
  /** Adds to the count of this minute, once a request. Resolves to the count after it. */
  add(provider_id: string, events: number, now: Date): Promise<number>;
};

/** TTL deletes within days; a minute's count is of no use after it. */
const KEEP_DAYS = 1;

export const minuteOf = (now: Date) => now.toISOString().slice(0, 16);

export function dynamoQuotaStore(table: TableAccess): QuotaStore {
  return {
    add: async (provider_id, events, now) => {
      const command = new UpdateItemCommand({
        TableName: table.tableName,
        Key: keyItem(quotaKey(provider_id, minuteOf(now))),
        UpdateExpression: "ADD #count :events SET #expires = if_not_exists(#expires, :expires)",
        ExpressionAttributeNames: { "#count": ATTRIBUTE.count, "#expires": ATTRIBUTE.expires },
        ExpressionAttributeValues: {
          ":events": number(events),
          ":expires": number(expiresAt(now, KEEP_DAYS)),
        },
        ReturnValues: "UPDATED_NEW",
      });
      const { Attributes = {} } = await table.client.send(command);
      return numberOf(Attributes, ATTRIBUTE.count);
    },
  };
}
