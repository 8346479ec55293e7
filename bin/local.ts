import { mkdirSync, rmSync, writeFileSync } from "node:fs";
import { dirname, resolve } from "node:path";
import { parseArgs } from "node:util";
import { readyProvider } from "../cli/ready-provider.ts";
import { STATE_FILE, targetOfState } from "../cli/target.ts";
import { buildFunctions } from "../lib/build-functions.ts";
import { LOCAL_CONTEXT, synthesize } from "../lib/synthesize.ts";
import { MissingJava } from "../local/dynamo-engine.ts";
import { stateOf } from "../local/state.ts";
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
  synthesize(assembly, LOCAL_CONTEXT);
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

try {
  const stack = await start();
  const key = await readyProvider(targetOfState(stateOf(stack, {})), "local");
  mkdirSync(dirname(STATE_FILE), { recursive: true });
  writeFileSync(STATE_FILE, JSON.stringify(stateOf(stack, { local: key }), undefined, 2), { mode: 0o600 });
  const stop = () => {
    rmSync(STATE_FILE, { force: true });
    void stack.close().then(() => process.exit(0));
  };
  for (const signal of ["SIGINT", "SIGTERM", "SIGHUP"] as const) process.on(signal, stop);
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
