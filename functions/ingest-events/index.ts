import { readFileSync } from "node:fs";
import { dynamoAuditStore } from "../../adapters/audit-store.ts";
import { dynamoClient } from "../../adapters/aws-clients.ts";
import { pseudonyms } from "../../adapters/pseudonyms.ts";
import { pseudonymSecretStore } from "../../adapters/secret-store.ts";
import { httpHandler } from "../framework/http.ts";
import { ingestStores } from "../framework/ingest-stores.ts";
import { consoleLog as log } from "../framework/log.ts";
import { readQuota } from "../framework/read-quota.ts";
import { IngestEventsEnv } from "./env.ts";
import { ingestEvents } from "./handler.ts";

const table = { client: dynamoClient(), tableName: IngestEventsEnv.parse(process.env).TABLE_NAME };
const clock = () => new Date();
const openapi = () => readFileSync(new URL("openapi.json", import.meta.url), "utf8");
const stores = ingestStores(table, { clock, log, service: "ingest-events" });
const handle = ingestEvents({
  ...stores,
  readQuota: readQuota(stores.quotas),
  audit: dynamoAuditStore(table),
  pseudonym: pseudonyms(pseudonymSecretStore(table)),
  openapi,
});
export const handler = httpHandler({ service: "ingest-events", log, clock, handle });
