import { userInfo } from "node:os";
import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import * as z from "zod";
import { s3AnchorStore, type AnchorStore } from "../adapters/anchor-store.ts";
import { dynamoAuditStore } from "../adapters/audit-store.ts";
import { dynamoDriftStore } from "../adapters/drift-store.ts";
import { dynamoErasedStore } from "../adapters/erased-store.ts";
import { erasedStudents, pseudonyms } from "../adapters/pseudonyms.ts";
import { pseudonymSecretStore } from "../adapters/secret-store.ts";
import { dynamoClient } from "../adapters/aws-clients.ts";
import { callerIdentity, localClients, stackOutputs } from "../adapters/deployment.ts";
import { s3FailureBucket, type FailureBucket } from "../adapters/failure-bucket.ts";
import { dynamoFailureStore } from "../adapters/failure-store.ts";
import { dynamoProviderKeyStore } from "../adapters/provider-key-store.ts";
import { dynamoAlertStore } from "../adapters/alert-store.ts";
import { dynamoMessageStore } from "../adapters/message-store.ts";
import { dynamoMuteStore } from "../adapters/mute-store.ts";
import { dynamoRefusalStore } from "../adapters/refusal-store.ts";
import { kmsClient } from "../adapters/kms-client.ts";
import { s3Client } from "../adapters/s3-client.ts";
import { kmsSecretBox, type SecretBox } from "../adapters/secret-box.ts";
import { dynamoWebhookStore } from "../adapters/webhook-store.ts";
import { dynamoSweepStore } from "../adapters/sweep-store.ts";
import type { TableAccess } from "../adapters/query.ts";
import { dynamoSessionStore } from "../adapters/session-store.ts";
import { dynamoSetupStore } from "../adapters/setup-store.ts";
import { dynamoSummaryStore } from "../adapters/summary-store.ts";
import { cognitoUserPool, type UserPool } from "../adapters/user-pool.ts";
import { UsageError } from "./fail.ts";

/** Written by `npm start`, read by every command in the same checkout. */
export const LocalState = z.object({
  pid: z.int(),
  api_url: z.string(),
  inbox_url: z.string(),
  dynamo_endpoint: z.string(),
  s3_endpoint: z.string(),
  kms_endpoint: z.string(),
  issuer_url: z.string(),
  table_name: z.string(),
  failure_bucket: z.string(),
  anchor_bucket: z.string(),
  /** Keys of ready-made providers, by provider. */
  keys: z.record(z.string(), z.string()),
});
export type LocalState = z.infer<typeof LocalState>;

export const STATE_FILE = join(import.meta.dirname, "..", ".rollcall", "local.json");

export type Target = ReturnType<typeof targetOf>;
type Place = {
  apiUrl: string;
  table: TableAccess;
  anchors: AnchorStore;
  /** Where alarms are told; absent on one machine, where there are none. */
  alarmTopic: string | undefined;
  /** Who signs in with a password; absent on one machine, where everybody is chosen from a list. */
  userPool: UserPool | undefined;
  /** Under which identity admin commands run here. */
  whoAmI: () => Promise<string>;
  failureBucket: FailureBucket;
  secrets: SecretBox;
  /** The key of a provider, as far as it is known here. */
  providerKey: (provider_id: string) => string | undefined;
  /** What sends mails and texts; absent where they go to the inbox of the local stack. */
  sending: Sending | undefined;
};
export type Sending = { sender: string; configurationSet: string; textOrigin: string | undefined };

function targetOf(place: Place) {
  return {
    ...place,
    sessions: dynamoSessionStore(place.table),
    setup: dynamoSetupStore(place.table),
    summaries: dynamoSummaryStore(place.table),
    providerKeys: dynamoProviderKeyStore(place.table),
    failures: dynamoFailureStore(place.table),
    alerts: dynamoAlertStore(place.table),
    messages: dynamoMessageStore(place.table),
    mutes: dynamoMuteStore(place.table),
    drift: dynamoDriftStore(place.table),
    audit: dynamoAuditStore(place.table),
    erased: dynamoErasedStore(place.table),
    pseudonym: pseudonyms(pseudonymSecretStore(place.table)),
    isErased: () => erasedStudents(place.table),
    webhooks: dynamoWebhookStore(place.table),
    refusals: dynamoRefusalStore(place.table),
    sweeps: dynamoSweepStore(place.table),
  };
}

type OutputName =
  | "KeyArn"
  | "AnchorBucket"
  | "AlarmTopic"
  | "UserPoolId"
  | "ApiUrl"
  | "TableName"
  | "FailureBucket"
  | "Sender"
  | "ConfigurationSet"
  | "TextOrigin";

/** The stack in AWS that is named, else the local stack that runs. */
export async function findTarget(stack: string | undefined): Promise<Target> {
  return stack === undefined ? localTarget() : awsTarget(stack);
}

function localTarget(): Target {
  const state = readState();
  if (state !== undefined) return targetOfState(state);
  throw new UsageError(
    "No local stack runs here. Start it with `npm start`, or name a stack in AWS with --stack NAME.",
  );
}

/** The local stack that wrote this state. */
export function targetOfState(state: LocalState): Target {
  const { dynamo, s3, kms } = localClients({
    dynamo: state.dynamo_endpoint,
    s3: state.s3_endpoint,
    kms: state.kms_endpoint,
  });
  return targetOf({
    apiUrl: state.api_url,
    table: { client: dynamo, tableName: state.table_name },
    failureBucket: s3FailureBucket(s3, state.failure_bucket),
    anchors: s3AnchorStore(s3, state.anchor_bucket),
    alarmTopic: undefined,
    userPool: undefined,
    whoAmI: async () => `local:${userInfo().username}`,
    secrets: kmsSecretBox(kms, "local"),
    providerKey: (provider_id) => givenKey() ?? state.keys[provider_id],
    sending: undefined,
  });
}

function readState(): LocalState | undefined {
  if (!existsSync(STATE_FILE)) return undefined;
  const state = LocalState.safeParse(JSON.parse(readFileSync(STATE_FILE, "utf8")));
  return state.success && isRunning(state.data.pid) ? state.data : undefined;
}

function isRunning(pid: number): boolean {
  try {
    return process.kill(pid, 0);
  } catch {
    return false;
  }
}

async function awsTarget(StackName: string): Promise<Target> {
  const outputs = await stackOutputs(StackName);
  const of = (name: OutputName) => {
    const value = outputs.get(name);
    if (value === undefined)
      throw new UsageError(`Stack ${StackName} has no output ${name}: is it a Rollcall stack?`);
    return value;
  };
  const table = { client: dynamoClient(), tableName: of("TableName") };
  const apiUrl = of("ApiUrl").replace(/\/$/, "");
  const textOrigin = of("TextOrigin");
  const sending = {
    sender: of("Sender"),
    configurationSet: of("ConfigurationSet"),
    textOrigin: textOrigin === "none" ? undefined : textOrigin,
  };
  const s3 = s3Client(undefined);
  return targetOf({
    apiUrl,
    table,
    sending,
    failureBucket: s3FailureBucket(s3, of("FailureBucket")),
    anchors: s3AnchorStore(s3, of("AnchorBucket")),
    alarmTopic: of("AlarmTopic"),
    userPool: cognitoUserPool(of("UserPoolId")),
    secrets: kmsSecretBox(kmsClient(), of("KeyArn")),
    whoAmI: callerIdentity,
    providerKey: givenKey,
  });
}

const givenKey = () => process.env["ROLLCALL_PROVIDER_KEY"];
