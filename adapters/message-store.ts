import { GetItemCommand, PutItemCommand } from "@aws-sdk/client-dynamodb";
import { Message } from "../domain/notification.ts";
import { keyItem, number, text, type Item } from "./items.ts";
import type { TableAccess } from "./query.ts";
import { docOf } from "./setup-store.ts";
import { lostRace } from "./summary-store.ts";
import { ATTRIBUTE, expiresAt, messageKey } from "./table.ts";

/** What was decided to tell, and what of it was sent. */
export type MessageStore = {
  /** False where a message of this id was decided before: it is not decided twice. */
  decide(message: Message): Promise<boolean>;
  get(message_id: string): Promise<Message | undefined>;
  /** Records progress of sending. */
  record(message: Message): Promise<void>;
};

/** Long enough for an audit of the school year. */
const KEEP_DAYS = 400;

export function dynamoMessageStore(table: TableAccess): MessageStore {
  const TableName = table.tableName;
  return {
    decide: async (message) => {
      const ConditionExpression = "attribute_not_exists(#pk)";
      const ExpressionAttributeNames = { "#pk": ATTRIBUTE.pk };
      const command = new PutItemCommand({
        TableName,
        Item: itemOf(message),
        ConditionExpression,
        ExpressionAttributeNames,
      });
      try {
        await table.client.send(command);
        return true;
      } catch (error) {
        if (lostRace(error)) return false;
        throw error;
      }
    },
    get: async (message_id) => {
      const command = new GetItemCommand({
        TableName,
        Key: keyItem(messageKey(message_id)),
        ConsistentRead: true,
      });
      const { Item: item } = await table.client.send(command);
      return item === undefined ? undefined : Message.parse(docOf(item));
    },
    record: async (message) => {
      await table.client.send(new PutItemCommand({ TableName, Item: itemOf(message) }));
    },
  };
}

const itemOf = (message: Message): Item => ({
  ...keyItem(messageKey(message.message_id)),
  [ATTRIBUTE.state]: text(message.state),
  [ATTRIBUTE.doc]: text(JSON.stringify(message)),
  [ATTRIBUTE.expires]: number(expiresAt(new Date(message.decided_at), KEEP_DAYS)),
});
