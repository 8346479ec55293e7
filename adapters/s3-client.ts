import { S3Client } from "@aws-sdk/client-s3";

/** By path where an endpoint is named, as on one machine; AWS takes names of buckets in its addresses. */
export const s3Client = (endpoint: string | undefined) =>
  new S3Client({ logger: undefined, forcePathStyle: endpoint !== undefined });
