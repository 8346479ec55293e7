import { paginateListObjectsV2, PutObjectCommand, type S3Client } from "@aws-sdk/client-s3";

/** Hashes of blocks by number: one each, unless somebody added another. */
export type Anchors = ReadonlyMap<number, readonly string[]>;

/**
 * Hashes of the audit log's blocks, in a bucket whose objects nobody can change: who cuts the log is found out. The
 * hash is the object's name, so that no later version of an object can tell another one, and a list tells all.
 */
export type AnchorStore = {
  put(number: number, hash: string): Promise<void>;
  all(): Promise<Anchors>;
};

const PREFIX = "anchors/";
const nameOf = (number: number, hash: string) => `${PREFIX}${String(number).padStart(10, "0")}/${hash}`;

export function s3AnchorStore(client: S3Client, Bucket: string): AnchorStore {
  return {
    put: async (number, hash) => {
      await client.send(new PutObjectCommand({ Bucket, Key: nameOf(number, hash), Body: "" }));
    },
    all: async () => {
      const names: string[] = [];
      for await (const { Contents = [] } of paginateListObjectsV2({ client }, { Bucket, Prefix: PREFIX }))
        names.push(...Contents.map(({ Key = "" }) => Key));
      const anchors = new Map<number, string[]>();
      for (const name of names) {
        const [number = "", hash = ""] = name.slice(PREFIX.length).split("/");
        anchors.set(Number(number), [...(anchors.get(Number(number)) ?? []), hash]);
      }
      return anchors;
    },
  };
}
