import { s3AnchorStore } from "../../adapters/anchor-store.ts";
import { dynamoAuditStore } from "../../adapters/audit-store.ts";
import { dynamoClient } from "../../adapters/aws-clients.ts";
import { s3Client } from "../../adapters/s3-client.ts";
import { consoleLog as log } from "../framework/log.ts";
import { SealAuditEnv } from "./env.ts";
import { sealAudit } from "./handler.ts";

const env = SealAuditEnv.parse(process.env);
const audit = dynamoAuditStore({ client: dynamoClient(), tableName: env.TABLE_NAME });
const anchors = s3AnchorStore(s3Client(env.AWS_ENDPOINT_URL_S3), env.ANCHOR_BUCKET);
export const handler = sealAudit({ audit, anchors, clock: () => new Date(), log });
