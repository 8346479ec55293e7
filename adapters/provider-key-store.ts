import { createHash, randomBytes } from "node:crypto";
import { ProviderKey } from "../domain/setup.ts";
import { docOf, getDoc, partition, putDoc } from "./setup-store.ts";
import type { TableAccess } from "./query.ts";
import { providerKeyKey, SETUP_PARTITION, setupKey } from "./table.ts";
import { keyOf } from "./items.ts";

/** Only hashes are stored; the list for the admin is kept beside the set-up. */
export type ProviderKeyStore = {
  byKey(key: string): Promise<ProviderKey | undefined>;
  /** Stores a key made by `newKey` or given by the local stack. */
  put(key: string, entry: ProviderKey): Promise<void>;
  list(): Promise<ProviderKey[]>;
  revoke(key_id: string, now: Date): Promise<boolean>;
};

const hashOf = (key: string) => createHash("sha256").update(key).digest("hex");
export const newKey = () => `rck_${randomBytes(32).toString("base64url")}`;
/** Names a key without revealing it. */
export const keyIdOf = (key: string) => hashOf(key).slice(0, 12);

export function dynamoProviderKeyStore(table: TableAccess): ProviderKeyStore {
  const listed = (hash: string) => setupKey("KEY", hash);
  const write = async (hash: string, value: ProviderKey) => {
    await putDoc(table, { key: listed(hash), value });
    await putDoc(table, { key: providerKeyKey(hash), value });
  };
  return {
    byKey: async (key) => {
      const doc = await getDoc(table, providerKeyKey(hashOf(key)));
      return doc === undefined ? undefined : ProviderKey.parse(doc);
    },
    put: (key, entry) => write(hashOf(key), entry),
    list: async () => (await keyItems(table)).map((item) => ProviderKey.parse(docOf(item))),
    revoke: async (key_id, now) => {
      const item = (await keyItems(table)).find(
        (candidate) => ProviderKey.parse(docOf(candidate)).key_id === key_id,
      );
      if (item === undefined) return false;
      const entry = ProviderKey.parse(docOf(item));
      await write(keyOf(item).sk.slice("KEY#".length), { ...entry, revoked_at: now.toISOString() });
      return true;
    },
  };
}

const keyItems = async (table: TableAccess) =>
  (await partition(table, SETUP_PARTITION)).filter((item) => keyOf(item).sk.startsWith("KEY#"));
