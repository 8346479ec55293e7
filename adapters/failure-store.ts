import { DeleteItemCommand, PutItemCommand } from "@aws-sdk/client-dynamodb";
import type { DynamoDBRecord } from "aws-lambda";
import { keyItem, keyOf, number } from "./items.ts";
import type { TableAccess } from "./query.ts";
import { docItem, docOf, partition } from "./setup-store.ts";
import { RETENTION } from "../domain/retention.ts";
import { ATTRIBUTE, expiresAt, FAILURE_PARTITION, failureKey } from "./table.ts";

type KeptFailure = { name: string; record: unknown };

/** Stream records that no retry can help are kept whole, so that the ones behind them need not wait. */
export type FailureStore = {
  keep(record: DynamoDBRecord): Promise<void>;
  list(): Promise<KeptFailure[]>;
  remove(name: string): Promise<void>;
};

export function dynamoFailureStore(table: TableAccess): FailureStore {
  const TableName = table.tableName;
  return {
    keep: async (record) => {
      const Item = {
        ...docItem({ key: failureKey(failureName(record)), value: record }),
        [ATTRIBUTE.expires]: number(expiresAt(new Date(), RETENTION.failures)),
      };
      await table.client.send(new PutItemCommand({ TableName, Item }));
    },
    list: async () => {
      const items = await partition(table, FAILURE_PARTITION);
      return items.map((item) => ({ name: keyOf(item).sk, record: docOf(item) }));
    },
    remove: async (name) => {
      await table.client.send(new DeleteItemCommand({ TableName, Key: keyItem(failureKey(name)) }));
    },
  };
}

export const failureName = (record: DynamoDBRecord) =>
  record.dynamodb?.SequenceNumber ?? record.eventID ?? "unnumbered";
