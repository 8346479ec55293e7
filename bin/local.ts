import { mkdirSync, rmSync, writeFileSync } from "node:fs";
import { dirname, resolve } from "node:path";
import { parseArgs } from "node:util";
import { findTarget, STATE_FILE, type LocalState } from "../cli/target.ts";
import { keyIdOf, newKey } from "../adapters/provider-key-store.ts";
import { buildFunctions } from "../lib/build-functions.ts";
import { synthesize } from "../lib/synthesize.ts";
import { MissingJava } from "../local/dynamo-engine.ts";
import { bucketName } from "../local/failure-bucket.ts";
import { BusyPort } from "../local/listen.ts";
import { startStack, type LocalStack } from "../local/stack.ts";

const { values } = parseArgs({
  options: {
    port: { type: "string", default: "8700" },
    data: { type: "string" },
    "dynamodb-endpoint": { type: "string" },
    empty: { type: "boolean", default: false },
    verbose: { type: "boolean", default: false },
  },
});

async function start(): Promise<LocalStack> {
  process.env["CDK_VALIDATION"] = "false";
  await buildFunctions();
  const assembly = resolve(dirname(STATE_FILE), "assembly");
  synthesize(assembly);
  return startStack({
    assembly,
    port: Number(values.port),
    folder: values.data === undefined ? undefined : resolve(values.data),
    dynamoEndpoint: values["dynamodb-endpoint"],
    output: (source, line) => {
      if (values.verbose) console.error(`${source}: ${line}`);
    },
  });
}

function stateOf(stack: LocalStack, key: string): LocalState {
  return {
    pid: process.pid,
    api_url: stack.apiUrl,
    inbox_url: stack.inboxUrl,
    dynamo_endpoint: stack.dynamoEndpoint,
    s3_endpoint: stack.s3Endpoint,
    table_name: stack.plan.outputs["TableName"] ?? "",
    failure_bucket: bucketName(stack.plan.outputs["FailureBucket"] ?? ""),
    keys: { local: key },
  };
}

async function readyProvider(key: string): Promise<void> {
  const { providerKeys, setup } = await findTarget(undefined);
  const provider_id = "local";
  await providerKeys.put(key, { key_id: keyIdOf(key), provider_id, created_at: new Date().toISOString() });
  await setup.put({ districts: [], schools: [], programs: [], providers: [{ provider_id }], contacts: [] });
}

try {
  const stack = await start();
  const key = newKey();
  mkdirSync(dirname(STATE_FILE), { recursive: true });
  writeFileSync(STATE_FILE, JSON.stringify(stateOf(stack, key), undefined, 2), { mode: 0o600 });
  const stop = () => {
    rmSync(STATE_FILE, { force: true });
    void stack.close().then(() => process.exit(0));
  };
  for (const signal of ["SIGINT", "SIGTERM", "SIGHUP"] as const) process.on(signal, stop);
  await readyProvider(key);
  console.log(`Rollcall runs.
  API     ${stack.apiUrl}/v1/events   (reference: ${stack.apiUrl}/v1/openapi.json)
  Inbox   ${stack.inboxUrl}
  Texts   ${stack.textsUrl}
Ctrl-C ends it.`);
} catch (error) {
  if (!(error instanceof MissingJava) && !(error instanceof BusyPort)) throw error;
  console.error(error.message);
  process.exitCode = 1;
}
