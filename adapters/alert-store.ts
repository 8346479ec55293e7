import { DeleteItemCommand, PutItemCommand } from "@aws-sdk/client-dynamodb";
import { Alert } from "../domain/alert.ts";
import { RETENTION } from "../domain/retention.ts";
import { keyItem, number, text, type Item } from "./items.ts";
import { putVersion, unlessLost } from "./put-version.ts";
import type { TableAccess } from "./query.ts";
import { docOf, partition } from "./setup-store.ts";
import { addStamp, stamped } from "./stamp-store.ts";
import {
  alertKey,
  alertLogKey,
  alertLogPartition,
  alertPartition,
  ATTRIBUTE,
  expiresAfter,
} from "./table.ts";

/** The alerts of a school: the current ones apart from the log, so that the rules read few. */
export type AlertStore = {
  /** Open ones, and those that were resolved lately. Read consistently. */
  current(school_id: string): Promise<Alert[]>;
  /** Writes an alert if the version before it is still the stored one; false when another writer came first. */
  write(alert: Alert): Promise<boolean>;
  /** Moves an alert whose episode is over to the log. */
  archive(alert: Alert): Promise<void>;
  log(school_id: string): Promise<Alert[]>;
  /** Deletes an alert, current or past, with its history. */
  forget(alert: { school_id: string; id: string }): Promise<void>;
};

/** `stamps`: where what was changed is counted, if the caller reaches it another way. */
export function dynamoAlertStore(table: TableAccess, stamps = table): AlertStore {
  const TableName = table.tableName;
  const schoolOf = ({ school_id }: { school_id: string }) => ({ kind: "school" as const, id: school_id });
  const read = async (pk: string) => (await partition(table, pk)).map((item) => Alert.parse(docOf(item)));
  return {
    current: (school_id) => read(alertPartition(school_id)),
    log: (school_id) => read(alertLogPartition(school_id)),
    write: (value) =>
      stamped(stamps, schoolOf(value), () => putVersion(table, { key: alertKey(value), value })),
    forget: async (alert) => {
      for (const key of [alertKey(alert), alertLogKey(alert)])
        await table.client.send(new DeleteItemCommand({ TableName, Key: keyItem(key) }));
      await addStamp(stamps, schoolOf(alert));
    },
    archive: async (alert) => {
      const logged: Item = {
        ...keyItem(alertLogKey(alert)),
        [ATTRIBUTE.doc]: text(JSON.stringify(alert)),
        [ATTRIBUTE.expires]: number(expiresAfter(alert.resolved_day ?? alert.first_day, RETENTION.alerts)),
      };
      await table.client.send(new PutItemCommand({ TableName, Item: logged }));
      const Key = keyItem(alertKey(alert));
      const unchanged = {
        ConditionExpression: "#version = :version",
        ExpressionAttributeNames: { "#version": ATTRIBUTE.version },
        ExpressionAttributeValues: { ":version": number(alert.version) },
      };
      await unlessLost(() => table.client.send(new DeleteItemCommand({ TableName, Key, ...unchanged })));
      await addStamp(stamps, schoolOf(alert));
    },
  };
}
