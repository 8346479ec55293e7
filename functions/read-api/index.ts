import { dynamoAuditStore } from "../../adapters/audit-store.ts";
import { dynamoClient } from "../../adapters/aws-clients.ts";
import { pseudonyms } from "../../adapters/pseudonyms.ts";
import { dynamoQuotaStore } from "../../adapters/quota-store.ts";
import { readerSessions } from "../../adapters/reader-sessions.ts";
import { linkSecretStore, pseudonymSecretStore } from "../../adapters/secret-store.ts";
import { dynamoSetupStore } from "../../adapters/setup-store.ts";
import { CHECKS } from "../../domain/access.ts";
import { cached } from "../framework/cached.ts";
import { dynamoStampStore } from "../../adapters/stamp-store.ts";
import { httpHandler } from "../framework/http.ts";
import { verify } from "../framework/links.ts";
import { consoleLog as log } from "../framework/log.ts";
import { ReadApiEnv } from "./env.ts";
import { readApi } from "./handler.ts";
import { openWall } from "./open-wall.ts";
import { readQuota } from "../framework/read-quota.ts";

const env = ReadApiEnv.parse(process.env);
const table = { client: dynamoClient(), tableName: env.TABLE_NAME };
const clock = () => new Date();
const setup = dynamoSetupStore(table);
const known = cached(() => setup.all(), clock);
const secrets = linkSecretStore(table);
const secret = cached(() => secrets.make(), clock);
const config = { tableArn: env.TABLE_ARN, keyArn: env.KEY_ARN, tableName: env.TABLE_NAME };
const open = readerSessions({ roleArn: env.READER_ROLE_ARN, config, now: () => Date.now() });
const handle = readApi({
  known: () => known("all"),
  checks: CHECKS,
  open: openWall(open, config, table),
  stamps: dynamoStampStore(table),
  audit: dynamoAuditStore(table),
  pseudonym: pseudonyms(pseudonymSecretStore(table)),
  quota: readQuota(dynamoQuotaStore(table)),
  secret: async () => (await secret("links")) ?? "",
  verify,
  clock,
  apiUrl: env.API_URL,
});
export const handler = httpHandler({ service: "read-api", log, clock, handle });
