import { CreateBucketCommand, PutObjectCommand, S3Client } from "@aws-sdk/client-s3";
import { buildApp } from "fauxqs";
import { randomUUID } from "node:crypto";
import { BusyPort } from "./listen.ts";
import type { MappingSpec } from "./template.ts";

export type FailureBucket = {
  endpoint: string;
  giveUp: (mapping: MappingSpec, records: unknown[]) => Promise<void>;
  close: () => Promise<void>;
};

/** S3, for what a stream mapping gives up. */
export async function startFailureBucket(port: number, buckets: readonly string[]): Promise<FailureBucket> {
  const app = buildApp({ logger: false, defaultRegion: "us-east-1" });
  const endpoint = await app.listen({ host: "127.0.0.1", port }).catch(() => {
    throw new BusyPort(port);
  });
  const credentials = { accessKeyId: "local", secretAccessKey: "local" };
  const client = new S3Client({ endpoint, region: "us-east-1", credentials, forcePathStyle: true });
  for (const bucket of buckets) await client.send(new CreateBucketCommand({ Bucket: bucketName(bucket) }));
  return {
    endpoint,
    giveUp: async (mapping, records) => {
      const Bucket = bucketName(mapping.DestinationConfig?.OnFailure.Destination ?? "");
      const Key = `aws/lambda/${mapping.id}/${new Date().toISOString()}-${randomUUID()}`;
      await client.send(
        new PutObjectCommand({ Bucket, Key, Body: JSON.stringify({ payload: { Records: records } }) }),
      );
    },
    close: () => app.close(),
  };
}

/** Bucket names are lower case; logical ids are not. */
export const bucketName = (logicalId: string) => logicalId.toLowerCase();
