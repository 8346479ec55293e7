import { GetObjectCommand, paginateListObjectsV2, PutObjectCommand, type S3Client } from "@aws-sdk/client-s3";

/** Hashes of the audit log's blocks, in a bucket whose objects nobody can change: who cuts the log is found out. */
export type AnchorStore = {
  put(number: number, hash: string): Promise<void>;
  all(): Promise<Map<number, string>>;
};

const PREFIX = "anchors/";
const nameOf = (number: number) => `${PREFIX}${String(number).padStart(10, "0")}`;

export function s3AnchorStore(client: S3Client, Bucket: string): AnchorStore {
  return {
    put: async (number, hash) => {
      const Key = nameOf(number);
      try {
        await client.send(new PutObjectCommand({ Bucket, Key, Body: hash, IfNoneMatch: "*" }));
      } catch (error) {
        // the first one counts
        if (!(error instanceof Error && error.name === "PreconditionFailed")) throw error;
      }
    },
    all: async () => {
      const anchors = new Map<number, string>();
      for await (const { Contents = [] } of paginateListObjectsV2({ client }, { Bucket, Prefix: PREFIX }))
        for (const { Key = "" } of Contents) {
          const { Body } = await client.send(new GetObjectCommand({ Bucket, Key }));
          anchors.set(Number(Key.slice(PREFIX.length)), (await Body?.transformToString()) ?? "");
        }
      return anchors;
    },
  };
}
