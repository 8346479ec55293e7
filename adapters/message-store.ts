import { Message } from "../domain/message.ts";
import { RETENTION } from "../domain/retention.ts";
import { number, text } from "./items.ts";
import { putVersion } from "./put-version.ts";
import { queryAll, type TableAccess } from "./query.ts";
import { docOf, getDoc } from "./setup-store.ts";
import { ATTRIBUTE, expiresAt, messageKey, messagePartition } from "./table.ts";

/** What was decided to tell, and what became of it. */
export type MessageStore = {
  /** Writes a message if the version before it is still the stored one: nothing is decided or recorded twice. */
  write(message: Message): Promise<boolean>;
  /** Read consistently. */
  get(message_id: string): Promise<Message | undefined>;
  /** A contact's messages of this school-local day and later, in order. Read consistently. */
  of(contact_id: string, from: string): Promise<Message[]>;
};

export function dynamoMessageStore(table: TableAccess): MessageStore {
  return {
    write: (value) =>
      putVersion(table, {
        key: messageKey(value.message_id),
        value,
        more: {
          [ATTRIBUTE.state]: text(value.state),
          [ATTRIBUTE.expires]: number(expiresAt(new Date(value.decided_at), RETENTION.messages)),
        },
      }),
    get: async (message_id) => {
      const doc = await getDoc(table, messageKey(message_id));
      return doc === undefined ? undefined : Message.parse(doc);
    },
    of: async (contact_id, from) => {
      const items = await queryAll(table, {
        TableName: table.tableName,
        ConsistentRead: true,
        KeyConditionExpression: "#pk = :pk AND #sk >= :from",
        ExpressionAttributeNames: { "#pk": ATTRIBUTE.pk, "#sk": ATTRIBUTE.sk },
        ExpressionAttributeValues: { ":pk": text(messagePartition(contact_id)), ":from": text(from) },
      });
      return items.map((item) => Message.parse(docOf(item)));
    },
  };
}
