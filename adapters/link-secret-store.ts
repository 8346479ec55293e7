import { PutItemCommand } from "@aws-sdk/client-dynamodb";
import { randomBytes } from "node:crypto";
import * as z from "zod";
import { docItem, getDoc } from "./setup-store.ts";
import { unlessLost } from "./put-version.ts";
import type { TableAccess } from "./query.ts";
import { ATTRIBUTE, LINK_SECRET_KEY } from "./table.ts";

const Secret = z.strictObject({ secret: z.string().min(43) });

/** The secret that signs the links in mails. */
export type LinkSecretStore = {
  read(): Promise<string | undefined>;
  /** Makes it where there is none yet, so that no deployment shares one with another. */
  make(): Promise<string>;
};

export function dynamoLinkSecretStore(table: TableAccess): LinkSecretStore {
  const read = async () => {
    const doc = await getDoc(table, LINK_SECRET_KEY);
    return doc === undefined ? undefined : Secret.parse(doc).secret;
  };
  return {
    read,
    make: async () => {
      const known = await read();
      if (known !== undefined) return known;
      const value = { secret: randomBytes(32).toString("base64url") };
      const command = new PutItemCommand({
        TableName: table.tableName,
        Item: docItem({ key: LINK_SECRET_KEY, value }),
        ConditionExpression: "attribute_not_exists(#pk)",
        ExpressionAttributeNames: { "#pk": ATTRIBUTE.pk },
      });
      await unlessLost(() => table.client.send(command));
      return Secret.parse(await getDoc(table, LINK_SECRET_KEY)).secret;
    },
  };
}
