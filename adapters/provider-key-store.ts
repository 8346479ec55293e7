import { GetItemCommand, UpdateItemCommand } from "@aws-sdk/client-dynamodb";
import { createHash, randomBytes } from "node:crypto";
import { ProviderKey } from "../domain/setup.ts";
import { docOf, partition, putDoc } from "./setup-store.ts";
import type { TableAccess } from "./query.ts";
import { ATTRIBUTE, providerKeyKey, SETUP_PARTITION, setupKey } from "./table.ts";
import { keyItem, keyOf, text, type Item } from "./items.ts";
import { unlessLost } from "./put-version.ts";

/** Only hashes are stored; the list for the admin is kept beside the set-up. */
export type ProviderKeyStore = {
  byKey(key: string): Promise<ProviderKey | undefined>;
  /** Records that a key was used, to the hour. */
  used(key: string, now: Date): Promise<void>;
  /** Stores a key made by `newKey` or given by the local stack. */
  put(key: string, entry: ProviderKey): Promise<void>;
  list(): Promise<ProviderKey[]>;
  revoke(key_id: string, now: Date): Promise<boolean>;
  /** Lets a key end at an instant. */
  expire(key_id: string, expires_at: string): Promise<void>;
};

const hashOf = (key: string) => createHash("sha256").update(key).digest("hex");
export const newKey = () => `rck_${randomBytes(32).toString("base64url")}`;
/** Names a key without revealing it. */
export const keyIdOf = (key: string) => hashOf(key).slice(0, 12);

export function dynamoProviderKeyStore(table: TableAccess): ProviderKeyStore {
  const listed = (hash: string) => setupKey("KEY", hash);
  const write = async (hash: string, value: ProviderKey) => {
    await putDoc(table, { key: listed(hash), value });
    await updateDoc(table, hash, value);
  };
  const change = async (key_id: string, fields: Partial<ProviderKey>) => {
    const found = (await keyItems(table)).find(
      (candidate) => ProviderKey.parse(docOf(candidate)).key_id === key_id,
    );
    if (found === undefined) return false;
    await write(hashOfItem(found), { ...ProviderKey.parse(docOf(found)), ...fields });
    return true;
  };
  return {
    byKey: (key) => readKey(table, hashOf(key)),
    used: (key, now) => putUsed(table, hashOf(key), now),
    put: (key, entry) => write(hashOf(key), entry),
    list: async () => {
      const hashes = (await keyItems(table)).map(hashOfItem);
      const keys = await Promise.all(hashes.map((hash) => readKey(table, hash)));
      return keys.flatMap((key) => key ?? []);
    },
    expire: async (key_id, expires_at) => {
      await change(key_id, { expires_at });
    },
    revoke: (key_id, now) => change(key_id, { revoked_at: now.toISOString() }),
  };
}

const hashOfItem = (item: Item) => keyOf(item).sk.slice("KEY#".length);

async function readKey(table: TableAccess, hash: string): Promise<ProviderKey | undefined> {
  const Key = keyItem(providerKeyKey(hash));
  const command = new GetItemCommand({ TableName: table.tableName, Key, ConsistentRead: true });
  const { Item: item } = await table.client.send(command);
  if (item === undefined) return undefined;
  const last_used_at = item[ATTRIBUTE.used]?.S;
  return { ...ProviderKey.parse(docOf(item)), ...(last_used_at !== undefined && { last_used_at }) };
}

/** Beside the document lies when it was last used, which stays. */
async function updateDoc(table: TableAccess, hash: string, value: ProviderKey): Promise<void> {
  const command = new UpdateItemCommand({
    TableName: table.tableName,
    Key: keyItem(providerKeyKey(hash)),
    UpdateExpression: "SET #doc = :doc",
    ExpressionAttributeNames: { "#doc": ATTRIBUTE.doc },
    ExpressionAttributeValues: { ":doc": text(JSON.stringify(value)) },
  });
  await table.client.send(command);
}

/** An attribute of its own, so that it never undoes a revocation. */
async function putUsed(table: TableAccess, hash: string, now: Date): Promise<void> {
  const command = new UpdateItemCommand({
    TableName: table.tableName,
    Key: keyItem(providerKeyKey(hash)),
    UpdateExpression: "SET #used = :at",
    ConditionExpression: "attribute_exists(#pk)",
    ExpressionAttributeNames: { "#used": ATTRIBUTE.used, "#pk": ATTRIBUTE.pk },
    ExpressionAttributeValues: { ":at": text(now.toISOString()) },
  });
  await unlessLost(() => table.client.send(command));
}

const keyItems = async (table: TableAccess) =>
  (await partition(table, SETUP_PARTITION)).filter((item) => keyOf(item).sk.startsWith("KEY#"));
