import { DeleteItemCommand } from "@aws-sdk/client-dynamodb";
import { Mute } from "../domain/mute.ts";
import { keyItem } from "./items.ts";
import type { TableAccess } from "./query.ts";
import { docOf, getDoc, partition, putDoc } from "./setup-store.ts";
import { MUTED_PARTITION, mutedKey } from "./table.ts";
import type { Channel } from "../domain/words.ts";

/** Addresses that take no more messages. By address, so that a corrected one is written to at once. */
export type MuteStore = {
  /** Read consistently. */
  of(channel: Channel, address: string): Promise<Mute | undefined>;
  /** The first reason stays: later ones follow from it. */
  mute(mute: Mute): Promise<void>;
  unmute(channel: Channel, address: string): Promise<void>;
  all(): Promise<Mute[]>;
};

export function dynamoMuteStore(table: TableAccess): MuteStore {
  const of: MuteStore["of"] = async (channel, address) => {
    const doc = await getDoc(table, mutedKey(channel, address));
    return doc === undefined ? undefined : Mute.parse(doc);
  };
  return {
    of,
    mute: async (value) => {
      if ((await of(value.channel, value.address)) !== undefined) return;
      await putDoc(table, { key: mutedKey(value.channel, value.address), value });
    },
    unmute: async (channel, address) => {
      const Key = keyItem(mutedKey(channel, address));
      await table.client.send(new DeleteItemCommand({ TableName: table.tableName, Key }));
    },
    all: async () => (await partition(table, MUTED_PARTITION)).map((item) => Mute.parse(docOf(item))),
  };
}
