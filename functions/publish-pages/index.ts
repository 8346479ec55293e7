import { readdirSync, readFileSync } from "node:fs";
import { s3PageStore } from "../../adapters/page-store.ts";
import { s3Client } from "../../adapters/s3-client.ts";
import { consoleLog as log } from "../framework/log.ts";
import { PublishPagesEnv } from "./env.ts";
import { publishPages } from "./handler.ts";

const { BUCKET, AWS_ENDPOINT_URL_S3 } = PublishPagesEnv.parse(process.env);
const folder = new URL("pages/", import.meta.url);
export const handler = publishPages({
  pages: s3PageStore(s3Client(AWS_ENDPOINT_URL_S3), BUCKET),
  files: () => readdirSync(folder).map((name) => ({ name, body: readFileSync(new URL(name, folder)) })),
  tell: async (url, answer) => {
    // as bytes: the address is signed for no content type
    const response = await fetch(url, { method: "PUT", body: Buffer.from(JSON.stringify(answer)) });
    if (!response.ok) throw new Error(`CloudFormation answered ${response.status}`);
  },
  log,
});
