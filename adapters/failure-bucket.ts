import {
  DeleteObjectCommand,
  GetObjectCommand,
  ListObjectVersionsCommand,
  paginateListObjectsV2,
  type ObjectVersion,
  type S3Client,
} from "@aws-sdk/client-s3";

/** A batch that Lambda gave up, as it wrote it into the bucket. */
type FailedBatch = { text(): Promise<string>; remove(): Promise<void> };

/** Batches that Lambda gave up. */
export type FailureBucket = {
  list(): Promise<FailedBatch[]>;
  /** Every version of each, also of those that were removed. */
  versions(): Promise<FailedBatch[]>;
};

type Place = { client: S3Client; Bucket: string };

export function s3FailureBucket(client: S3Client, Bucket: string): FailureBucket {
  const place = { client, Bucket };
  const batchOf = (object: ObjectVersion) => batchAt(place, object);
  return {
    list: async () => (await keysIn(place)).map((Key) => batchOf({ Key })),
    versions: async () => {
      const versions = await versionsIn(place);
      const known = new Set(versions.map(({ Key }) => Key));
      // an engine that keeps no versions has the objects alone
      const others = (await keysIn(place)).filter((Key) => !known.has(Key));
      return [...versions, ...others.map((Key) => ({ Key }))].map(batchOf);
    },
  };
}

function batchAt({ client, Bucket }: Place, { Key, VersionId }: ObjectVersion): FailedBatch {
  const version = VersionId === undefined || VersionId === "null" ? {} : { VersionId };
  const at = { Bucket, Key, ...version };
  return {
    text: async () => {
      const { Body } = await client.send(new GetObjectCommand(at));
      return (await Body?.transformToString()) ?? "";
    },
    remove: async () => void (await client.send(new DeleteObjectCommand(at))),
  };
}

async function keysIn({ client, Bucket }: Place): Promise<(string | undefined)[]> {
  const keys: (string | undefined)[] = [];
  for await (const { Contents = [] } of paginateListObjectsV2({ client }, { Bucket }))
    keys.push(...Contents.map(({ Key }) => Key));
  return keys;
}

async function versionsIn({ client, Bucket }: Place): Promise<ObjectVersion[]> {
  const versions: ObjectVersion[] = [];
  let more = true;
  let KeyMarker: string | undefined;
  let VersionIdMarker: string | undefined;
  while (more) {
    const page = await client.send(new ListObjectVersionsCommand({ Bucket, KeyMarker, VersionIdMarker }));
    versions.push(...(page.Versions ?? []));
    more = page.IsTruncated === true;
    [KeyMarker, VersionIdMarker] = [page.NextKeyMarker, page.NextVersionIdMarker];
  }
  return versions;
}
