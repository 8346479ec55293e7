import { PutItemCommand } from "@aws-sdk/client-dynamodb";
import { randomBytes } from "node:crypto";
import * as z from "zod";
import { docItem, getDoc } from "./setup-store.ts";
import { unlessLost } from "./put-version.ts";
import type { TableAccess } from "./query.ts";
import { ATTRIBUTE, LINK_SECRET_KEY, PSEUDONYM_SECRET_KEY, type TableKey } from "./table.ts";

const Secret = z.strictObject({ secret: z.string().min(43) });

/** A secret of this deployment alone. */
export type SecretStore = {
  read(): Promise<string | undefined>;
  /** Makes it where there is none yet, so that no deployment shares one with another. */
  make(): Promise<string>;
  /** Takes one over from a backup, where there is none yet. */
  adopt(secret: string): Promise<void>;
};

function dynamoSecretStore(table: TableAccess, key: TableKey): SecretStore {
  const read = async () => {
    const doc = await getDoc(table, key);
    return doc === undefined ? undefined : Secret.parse(doc).secret;
  };
  const putIfAbsent = async (secret: string) => {
    const command = new PutItemCommand({
      TableName: table.tableName,
      Item: docItem({ key, value: { secret } }),
      ConditionExpression: "attribute_not_exists(#pk)",
      ExpressionAttributeNames: { "#pk": ATTRIBUTE.pk },
    });
    await unlessLost(() => table.client.send(command));
  };
  return {
    read,
    adopt: putIfAbsent,
    make: async () => {
      const known = await read();
      if (known !== undefined) return known;
      await putIfAbsent(randomBytes(32).toString("base64url"));
      return Secret.parse(await getDoc(table, key)).secret;
    },
  };
}

/** Signs the links in mails, page cursors and export links. */
export const linkSecretStore = (table: TableAccess) => dynamoSecretStore(table, LINK_SECRET_KEY);
/** Makes the pseudonyms of the audit log. */
export const pseudonymSecretStore = (table: TableAccess) => dynamoSecretStore(table, PSEUDONYM_SECRET_KEY);
