import { PutObjectCommand, type S3Client } from "@aws-sdk/client-s3";

/** The bucket behind the pages. */
export type PageStore = { put(name: string, body: Uint8Array, cacheControl: string): Promise<void> };

const TYPES: Record<string, string> = {
  html: "text/html; charset=utf-8",
  css: "text/css; charset=utf-8",
  js: "text/javascript; charset=utf-8",
  svg: "image/svg+xml",
  json: "application/json",
};
const typeOf = (name: string) => TYPES[name.split(".").at(-1) ?? ""] ?? "application/octet-stream";

export function s3PageStore(client: S3Client, Bucket: string): PageStore {
  return {
    put: async (Key, Body, CacheControl) => {
      await client.send(new PutObjectCommand({ Bucket, Key, Body, CacheControl, ContentType: typeOf(Key) }));
    },
  };
}
