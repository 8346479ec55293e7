import { WebhookEndpoint } from "../domain/webhook.ts";
import type { TableAccess } from "./query.ts";
import { docOf, getDoc, partition, putDoc } from "./setup-store.ts";
import { keyOf } from "./items.ts";
import { SETUP_PARTITION, setupKey, webhookKey } from "./table.ts";

/** Webhook endpoints. The list for the admin is kept beside the set-up and holds no secret. */
export type WebhookStore = {
  get(endpoint_id: string): Promise<WebhookEndpoint | undefined>;
  put(endpoint: WebhookEndpoint): Promise<void>;
  list(): Promise<WebhookEndpoint[]>;
};

export function dynamoWebhookStore(table: TableAccess): WebhookStore {
  return {
    get: async (endpoint_id) => {
      const doc = await getDoc(table, webhookKey(endpoint_id));
      return doc === undefined ? undefined : WebhookEndpoint.parse(doc);
    },
    put: async (endpoint) => {
      const secrets = endpoint.secrets.map((secret) => ({ ...secret, sealed: "" }));
      await putDoc(table, {
        key: setupKey("WEBHOOK", endpoint.endpoint_id),
        value: { ...endpoint, secrets },
      });
      await putDoc(table, { key: webhookKey(endpoint.endpoint_id), value: endpoint });
    },
    list: async () =>
      (await partition(table, SETUP_PARTITION))
        .filter((item) => keyOf(item).sk.startsWith("WEBHOOK#"))
        .map((item) => WebhookEndpoint.parse(docOf(item))),
  };
}
