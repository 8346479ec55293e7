import { dynamoClient } from "../../adapters/aws-clients.ts";
import { kmsClient } from "../../adapters/kms-client.ts";
import { kmsSecretBox } from "../../adapters/secret-box.ts";
import { dynamoWebhookStore } from "../../adapters/webhook-store.ts";
import { liveSecrets } from "../../domain/webhook.ts";
import { cached } from "../framework/cached.ts";
import { httpHandler } from "../framework/http.ts";
import { ingestStores } from "../framework/ingest-stores.ts";
import { consoleLog as log } from "../framework/log.ts";
import { ReceiveWebhookEnv } from "./env.ts";
import { receiveWebhook, type OpenEndpoint } from "./handler.ts";

const env = ReceiveWebhookEnv.parse(process.env);
const table = { client: dynamoClient(), tableName: env.TABLE_NAME };
const clock = () => new Date();
const endpoints = dynamoWebhookStore(table);
const box = kmsSecretBox(kmsClient(), env.KEY_ARN);
const endpoint = cached(async (endpoint_id): Promise<OpenEndpoint | undefined> => {
  const found = await endpoints.get(endpoint_id);
  if (found === undefined) return undefined;
  const open = liveSecrets(found, clock()).map(async ({ scheme, sealed }) => ({
    scheme,
    secret: await box.open(sealed, { purpose: "webhook", id: endpoint_id }),
  }));
  return { provider_id: found.provider_id, secrets: await Promise.all(open) };
}, clock);
const handle = receiveWebhook({
  ...ingestStores(table, { clock, log, service: "receive-webhook" }),
  endpoint,
});
export const handler = httpHandler({ service: "receive-webhook", log, clock, handle });
