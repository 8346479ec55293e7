import { DeleteObjectCommand, GetObjectCommand, ListObjectsV2Command, PutObjectCommand, S3Client } from "@aws-sdk/client-s3";
import type { DynamoDBRecord } from "aws-lambda";

/** Stream records that could not be used are kept whole, next to those that Lambda gave up on. */
export type FailureStore = { keep(record: DynamoDBRecord): Promise<void> };
export type KeptFailure = { name: string; body: string };
export type FailureReader = {
  list(): Promise<KeptFailure[]>;
  remove(name: string): Promise<void>;
};

export const s3Client = () => new S3Client({ logger: undefined, forcePathStyle: true });

/** Under the prefix that Lambda uses, so that one permission and one listing serve both. */
const FOLDER = "aws/lambda/kept";

export function s3FailureStore(client: S3Client, bucket: string): FailureStore {
  return {
    keep: async (record) => {
      const Key = `${FOLDER}/${record.dynamodb?.SequenceNumber ?? record.eventID ?? "unnumbered"}.json`;
      await client.send(new PutObjectCommand({ Bucket: bucket, Key, Body: JSON.stringify({ Records: [record] }) }));
    },
  };
}

export function s3FailureReader(client: S3Client, bucket: string): FailureReader {
  return {
    list: async () => {
      const { Contents = [] } = await client.send(new ListObjectsV2Command({ Bucket: bucket }));
      const names = Contents.map(({ Key = "" }) => Key);
      return Promise.all(
        names.map(async (name) => {
          const { Body } = await client.send(new GetObjectCommand({ Bucket: bucket, Key: name }));
          return { name, body: (await Body?.transformToString()) ?? "" };
        }),
      );
    },
    remove: async (name) => {
      await client.send(new DeleteObjectCommand({ Bucket: bucket, Key: name }));
    },
  };
}
