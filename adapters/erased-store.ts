import { PutItemCommand } from "@aws-sdk/client-dynamodb";
import { keyItem, keyOf, text } from "./items.ts";
import type { TableAccess } from "./query.ts";
import { partition } from "./setup-store.ts";
import { ATTRIBUTE, ERASED_PARTITION, erasedKey } from "./table.ts";

/** Pseudonyms of students who were erased, so that what is posted or restored later does not bring them back. */
export type ErasedStore = {
  all(): Promise<Set<string>>;
  add(pseudonym: string, now: Date): Promise<void>;
};

export function dynamoErasedStore(table: TableAccess): ErasedStore {
  return {
    all: async () => new Set((await partition(table, ERASED_PARTITION)).map((item) => keyOf(item).sk)),
    add: async (pseudonym, now) => {
      const Item = {
        ...keyItem(erasedKey(pseudonym)),
        [ATTRIBUTE.doc]: text(JSON.stringify(now.toISOString())),
      };
      await table.client.send(new PutItemCommand({ TableName: table.tableName, Item }));
    },
  };
}
