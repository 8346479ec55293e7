import { existsSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { startDynamo } from "./dynamo-engine.ts";
import { dynamoWire, type DynamoWire } from "./dynamo-wire.ts";
import { bucketName, startFailureBucket } from "./failure-bucket.ts";
import { startIssuer, startSessions, type ReadyPerson } from "./identities.ts";
import { startKeyService } from "./key-service.ts";
import { HttpApi } from "./http-api.ts";
import { LambdaPool } from "./lambda-pool.ts";
import { pageServer } from "./pages.ts";
import { startMail, startTexts } from "./mail-and-text.ts";
import { startSchedules } from "./schedules.ts";
import { StreamMapping, type MappingDeps } from "./stream-mapping.ts";
import { createTable } from "./tables.ts";
import { readPlan, type FunctionSpec, type Plan } from "./template.ts";

export type StackOptions = {
  /** Folder of the synthesized template. */
  assembly: string;
  /** Port of the API; the other engines listen on the ports behind it. 0 takes free ones. */
  port: number;
  /** Where data survives a restart. */
  folder?: string | undefined;
  /** A DynamoDB that runs already. */
  dynamoEndpoint?: string | undefined;
  /** Who may sign in by a click, in place of a password and a code. */
  people?: () => Promise<readonly ReadyPerson[]>;
  output: (source: string, line: string) => void;
};

export type LocalStack = {
  apiUrl: string;
  inboxUrl: string;
  textsUrl: string;
  dynamoEndpoint: string;
  s3Endpoint: string;
  kmsEndpoint: string;
  /** Where tokens of people come from. */
  issuerUrl: string;
  plan: Plan;
  wire: DynamoWire;
  /** Runs a function by the name of its folder. */
  invoke: (name: string, event: unknown) => Promise<unknown>;
  /** What all functions take the time to be; undefined is the machine's time. */
  setClock: (at: Date | undefined) => void;
  close: () => Promise<void>;
};

/** What every local process sees in place of AWS; what is not emulated fails at once instead of leaving the machine. */
function localEnvironment(
  endpoints: Record<"dynamodb" | "ses" | "texts" | "s3" | "kms" | "sts", string>,
): Record<string, string> {
  return {
    AWS_REGION: "us-east-1",
    AWS_ACCESS_KEY_ID: "local",
    AWS_SECRET_ACCESS_KEY: "local",
    AWS_ENDPOINT_URL: "http://127.0.0.1:9",
    AWS_ENDPOINT_URL_DYNAMODB: endpoints.dynamodb,
    AWS_ENDPOINT_URL_SESV2: endpoints.ses,
    AWS_ENDPOINT_URL_PINPOINT_SMS_VOICE_V2: endpoints.texts,
    AWS_ENDPOINT_URL_S3: endpoints.s3,
    AWS_ENDPOINT_URL_KMS: endpoints.kms,
    AWS_ENDPOINT_URL_STS: endpoints.sts,
  };
}

/** Runs the synthesized template: everything it declares, and nothing it does not. */
export async function startStack(options: StackOptions): Promise<LocalStack> {
  const plan = readPlan(options.assembly);
  const closers: (() => Promise<void> | void)[] = [];
  const close = async () => {
    for (const closer of closers.splice(0).reverse()) await closer();
  };
  try {
    return { ...(await assemble(options, plan, closers)), close };
  } catch (error) {
    await close();
    throw error;
  }
}

type Closers = (() => Promise<void> | void)[];
const portAt = (port: number, offset: number) => (port === 0 ? 0 : port + offset);

async function assemble(
  options: StackOptions,
  plan: Plan,
  closers: Closers,
): Promise<Omit<LocalStack, "close">> {
  const { port, output } = options;
  const { endpoints, mail, texts, bucket, issuer } = await engines(options, plan, closers);
  const wire = dynamoWire(endpoints.dynamodb);
  const streams = new Map<string, string>();
  for (const table of plan.tables) streams.set(`${table.id}.StreamArn`, await createTable(wire, table));
  // the functions know the API's address, so it listens before they start
  const invoke = (id: string, event: unknown): Promise<unknown> => pool.invoke(id, event);
  const api = new HttpApi({ plan, invoke, page: pageServer(plan, signInOf(plan, issuer.url)) });
  const apiUrl: string = await api.start(port);
  closers.push(() => api.close());
  const pool: LambdaPool = new LambdaPool({
    functions: withAddresses(plan.functions, { apiUrl, issuerUrl: issuer.url, buckets: plan.buckets }),
    env: localEnvironment(endpoints),
    output,
  });
  await pool.start();
  closers.push(() => pool.close());
  const { giveUp } = bucket;
  const checkpoint = checkpoints(options.folder);
  const isHurried = pool.isClockSet.bind(pool);
  closers.push(startMappings(plan, streams, { wire, invoke, giveUp, checkpoint, isHurried }));
  closers.push(startSchedules(plan.schedules, invoke));
  return {
    apiUrl,
    inboxUrl: mail.endpoint,
    textsUrl: `${texts.endpoint}/texts`,
    dynamoEndpoint: endpoints.dynamodb,
    s3Endpoint: endpoints.s3,
    kmsEndpoint: endpoints.kms,
    issuerUrl: issuer.url,
    plan,
    wire,
    invoke: (name, event) => invoke(idOf(plan, name), event),
    setClock: pool.setClock.bind(pool),
  };
}

/** What the template's custom resource writes beside the pages, with the local addresses. */
const signInOf = ({ clients }: Plan, issuer: string) => ({
  issuer,
  client_id: clients[0] ?? "",
  authorization_endpoint: `${issuer}/sign-in`,
  token_endpoint: `${issuer}/token`,
  revocation_endpoint: `${issuer}/revoke`,
  logout_url: `${issuer}/sign-out`,
});

type Addresses = { apiUrl: string; issuerUrl: string; buckets: readonly string[] };

/** The addresses of the HTTP API and of the user pool, as the template writes them, are the local ones. */
const withAddresses = (
  functions: readonly FunctionSpec[],
  { apiUrl, issuerUrl, buckets }: Addresses,
): FunctionSpec[] =>
  functions.map((spec) => ({
    ...spec,
    Environment: {
      Variables: Object.fromEntries(
        Object.entries(spec.Environment?.Variables ?? {}).map(([name, value]) => [
          name,
          value
            .replace(/^https:\/\/[^/]+\.execute-api\.[^/]+\/?$/, apiUrl)
            // the pages stand under the same address
            .replace(/^https:\/\/\w+\.DomainName$/, apiUrl)
            .replace(/^\w+\.ProviderURL$/, issuerUrl)
            .replace(/^.+$/, (whole) => (buckets.includes(whole) ? bucketName(whole) : whole)),
        ]),
      ),
    },
  }));

async function engines(options: StackOptions, plan: Plan, closers: Closers) {
  const { port } = options;
  const dynamoEndpoint = await dynamo(options, closers);
  const mail = await startMail(portAt(port, 1));
  closers.push(mail.close);
  const texts = await startTexts(portAt(port, 3));
  closers.push(texts.close);
  const bucket = await startFailureBucket(portAt(port, 4), plan.buckets);
  closers.push(bucket.close);
  const keys = await startKeyService(portAt(port, 5), options.folder);
  closers.push(keys.close);
  const sessions = await startSessions(portAt(port, 6));
  closers.push(sessions.close);
  const issuer = await startIssuer(portAt(port, 7), {
    clientId: plan.clients[0] ?? "",
    people: options.people ?? (async () => []),
  });
  closers.push(issuer.close);
  const endpoints = {
    dynamodb: dynamoEndpoint,
    ses: mail.endpoint,
    texts: texts.endpoint,
    s3: bucket.endpoint,
    kms: keys.endpoint,
    sts: sessions.endpoint,
  };
  return { endpoints, mail, texts, bucket, issuer };
}

async function dynamo({ dynamoEndpoint, port, folder }: StackOptions, closers: Closers): Promise<string> {
  if (dynamoEndpoint !== undefined) return dynamoEndpoint;
  const engine = await startDynamo({ port: portAt(port, 2), folder });
  closers.push(engine.close);
  return engine.endpoint;
}

function idOf(plan: Plan, name: string): string {
  const spec = plan.functions.find((candidate) => candidate.name === name);
  if (spec === undefined) throw new Error(`no function ${name} in the template`);
  return spec.id;
}

function startMappings(
  plan: Plan,
  streams: Map<string, string>,
  deps: Omit<MappingDeps, "streamArn" | "say">,
): () => void {
  const say = (line: string) => console.error(line);
  const mappings = plan.mappings.map((spec) => {
    const streamArn = streams.get(spec.EventSourceArn);
    if (streamArn === undefined) throw new Error(`mapping ${spec.id} reads no stream of the template`);
    const mapping = new StreamMapping(spec, { ...deps, say, streamArn });
    mapping.run().catch((error: unknown) => mapping.failed(error));
    return mapping;
  });
  return () => mappings.forEach((mapping) => mapping.stop());
}

/** How far each mapping has read, kept with the data. */
function checkpoints(folder: string | undefined): MappingDeps["checkpoint"] {
  if (folder === undefined) return { read: () => undefined, write: () => undefined };
  mkdirSync(folder, { recursive: true });
  const file = (id: string) => join(folder, `${id}.checkpoint`);
  return {
    read: (id) => (existsSync(file(id)) ? readFileSync(file(id), "utf8") : undefined),
    write: (id, sequence) => writeFileSync(file(id), sequence),
  };
}
