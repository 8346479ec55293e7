import { mkdirSync, rmSync, writeFileSync } from "node:fs";
import { dirname, resolve } from "node:path";
import { parseArgs } from "node:util";
import { readyPeople } from "../cli/ready-people.ts";
import { readyProvider } from "../cli/ready-provider.ts";
import { loadDemo } from "../cli/load-demo.ts";
import { STATE_FILE, targetOfState, type Target } from "../cli/target.ts";
import { buildFunctions } from "../build/functions.ts";
import { LOCAL_CONTEXT, synthesize } from "../lib/synthesize.ts";
import { MissingJava } from "../local/dynamo-engine.ts";
import { stateOf } from "../local/state.ts";
import { BusyFolder } from "../local/engine-lock.ts";
import { BusyPort } from "../local/listen.ts";
import { startStack, type LocalStack } from "../local/stack.ts";

const options = {
  port: { type: "string", default: "8700" },
  data: { type: "string" },
  "dynamodb-endpoint": { type: "string" },
  empty: { type: "boolean", default: false },
  verbose: { type: "boolean", default: false },
} as const;
const { values } = readOptions();

/** Ends with a sentence where an option is none. */
function readOptions() {
  try {
    return parseArgs({ options });
  } catch (error) {
    const [what = ""] = (error instanceof Error ? error.message : "").split(". ");
    const known = Object.keys(options).map((name) => `--${name}`);
    console.error(`${what}. The options of npm start, behind --, are ${known.join(", ")}.`);
    process.exit(2);
  }
}

/** The stack, once it runs. */
let running: Target | undefined;

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
    people: async () => (running === undefined ? [] : readyPeople(running)),
    output: (source, line) => {
      if (values.verbose) console.error(`${source}: ${line}`);
    },
  });
}

/** Loads the demo district once, and fires the digest once. */
async function demo(stack: LocalStack, target: Target): Promise<void> {
  if ((await target.setup.all()).schools.length > 0) return;
  const began = Date.now();
  const events = await loadDemo(stack, target, new Date());
  await stack.invoke("sweep", { digest_now: true });
  console.log(`Demo district loaded: ${events} events in ${((Date.now() - began) / 1000).toFixed(1)} s.`);
}

const addresses = (stack: LocalStack) => `Rollcall runs.
  Pages   ${stack.apiUrl}/   (sign in by a click: a site lead, the district, a provider)
  API     ${stack.apiUrl}/v1/events   (reference: ${stack.apiUrl}/v1/openapi.json)
  Inbox   ${stack.inboxUrl}
  Texts   ${stack.textsUrl}
  Tokens  ${stack.issuerUrl}/token   (of whomever you name: README, "People")
`;

/** What to do with a stack that holds nothing, in the order in which each step needs the one before. */
const emptyWelcome = (stack: LocalStack) => `${addresses(stack)}
It is empty. In another terminal of this folder:
1. Say what there is: schools, programs, providers with their contracts, people, contacts. Begin with the example.
   cp docs/setup.example.yaml setup.yaml
   npm run -s rollcall -- apply setup.yaml
2. Load who belongs to which school, from a CSV file with student_id, district_id and school_id:
   npm run -s rollcall -- import students roster.csv
3. Make a provider's key, which is shown once, and give it to the provider with docs/provider-guide.md:
   npm run -s rollcall -- provider add north-star
4. Or load sessions from a CSV file yourself, with the key of step 3 in ROLLCALL_PROVIDER_KEY:
   npm run -s rollcall -- import sessions sessions.csv --provider north-star
5. Look whether anything is missing:
   npm run -s rollcall -- doctor

Ctrl-C ends it.`;

function welcome(stack: LocalStack, key: string, school_id = "631930"): string {
  const event = {
    specversion: "1.0",
    id: "1",
    source: "/try",
    type: "tutoring.session.completed",
    data: {
      session_id: "try-1",
      school_id,
      session_topic: "math",
      scheduled_start: new Date(Date.now() - 3_600_000).toISOString(),
      scheduled_duration: 30,
      tutor_id: "T-1",
      students: [{ student_id: "0016740395", attendance_status: "present" }],
    },
  };
  return `${addresses(stack)}
Try, in another terminal of this folder:
1. Post a session, and post it again: it counts once.
   curl -s ${stack.apiUrl}/v1/events -H 'authorization: Bearer ${key}' -H 'content-type: application/cloudevents+json' -d '${JSON.stringify(event)}'
2. Who got how much tutoring:
   npm run -s rollcall -- report dosage
3. What needs a person, as the mails in the inbox tell it; press a button in one of them, and look again:
   npm run -s rollcall -- alerts

Ctrl-C ends it.`;
}

try {
  console.log("Building and starting the local stack …");
  const began = Date.now();
  const stack = await start();
  const key = await readyProvider(targetOfState(stateOf(stack, {})), "local");
  mkdirSync(dirname(STATE_FILE), { recursive: true });
  writeFileSync(STATE_FILE, JSON.stringify(stateOf(stack, { local: key }), undefined, 2), { mode: 0o600 });
  const stop = () => {
    rmSync(STATE_FILE, { force: true });
    void stack.close().then(() => process.exit(0));
  };
  for (const signal of ["SIGINT", "SIGTERM", "SIGHUP"] as const) process.on(signal, stop);
  const target = targetOfState(stateOf(stack, { local: key }));
  running = target;
  console.log(`Ready after ${((Date.now() - began) / 1000).toFixed(1)} s.`);
  if (!values.empty) await demo(stack, target);
  const [school] = (await target.setup.all()).schools;
  console.log(school === undefined ? emptyWelcome(stack) : welcome(stack, key, school.school_id));
} catch (error) {
  const isExpected = [MissingJava, BusyPort, BusyFolder].some((kind) => error instanceof kind);
  if (!isExpected || !(error instanceof Error)) throw error;
  console.error(error.message);
  process.exitCode = 1;
}
