import { DynamoDBClient } from "@aws-sdk/client-dynamodb";
import { createHash } from "node:crypto";
import { Readable } from "node:stream";
import { spawnSync } from "node:child_process";
import { join } from "node:path";
import { InMemorySessionStore } from "../adapters/in-memory/session-store.ts";
import { dynamoSessionStore } from "../adapters/session-store.ts";
import { openDoor } from "../test/support/door.ts";
import { ingestEvents } from "../functions/ingest-events/handler.ts";
import type { HttpEvent } from "../functions/framework/http.ts";
import { bundleBytes, DIST, functionNames } from "../build/functions.ts";
import { sessionEvent } from "./storage.ts";

const EVENTS = 500;
const ROUNDS = 60;

/** Milliseconds of CPU of the better half of the rounds, taken in turns, so that both see the same machine. */
async function compare(a: () => Promise<unknown>, b: () => Promise<unknown>): Promise<[number, number]> {
  const times: [number[], number[]] = [[], []];
  for (let round = 0; round < ROUNDS; round += 1) {
    for (const [index, task] of [a, b].entries()) {
      const before = process.cpuUsage();
      await task();
      const { user, system } = process.cpuUsage(before);
      times[index === 0 ? 0 : 1].push((user + system) / 1000);
    }
  }
  const median = (list: number[]) => list.sort((x, y) => x - y)[Math.floor(list.length / 4)] ?? 0;
  return [median(times[0]), median(times[1])];
}

type Sessions = Parameters<typeof ingestEvents>[0]["sessions"];

const handlerOver = (sessions: Sessions) =>
  ingestEvents({
    sessions,
    zones: async () => "America/Denver",
    ...openDoor(),
    clock: () => new Date(),
    log: () => undefined,
    openapi: () => "",
  });

/** The SDK with everything but the socket: it signs and serializes each call, and is answered at once. */
function socketless(): Sessions {
  const handle = async () => ({
    response: { statusCode: 200, headers: {}, body: Readable.from([Buffer.from("{}")]) },
  });
  const credentials = { accessKeyId: "local", secretAccessKey: "local" };
  const client = new DynamoDBClient({
    region: "us-east-1",
    credentials,
    requestHandler: { handle },
    logger: undefined,
  });
  return dynamoSessionStore({ client, tableName: "table" });
}

/**
 * The shipped handler for a body of 500 events, over parsing, printing and hashing the same: with the store stubbed,
 * and with the store's 500 SDK calls but no network.
 */
export async function ingestOverFloor() {
  const body = JSON.stringify(Array.from({ length: EVENTS }, (_, number) => sessionEvent(number)));
  const put = async ({ snapshot }: Parameters<InMemorySessionStore["put"]>[0]) => ({
    outcome: "accepted" as const,
    order: snapshot.order,
  });
  const handler = handlerOver(Object.assign(new InMemorySessionStore(), { put }));
  const withSdk = handlerOver(socketless());
  const event = httpEvent(body);
  for (const { statusCode } of [await handler(event), await withSdk(event)]) {
    if (statusCode !== 200) throw new Error(`the handler answered ${statusCode}`);
  }
  const floor = async () =>
    createHash("sha256")
      .update(JSON.stringify(JSON.parse(body)))
      .digest("hex");
  const [handlerMs, floorMs] = await compare(() => handler(event), floor);
  const [sdkMs, floorAgain] = await compare(() => withSdk(event), floor);
  return {
    body_bytes: body.length,
    handler_cpu_ms: handlerMs,
    floor_cpu_ms: floorMs,
    ratio: handlerMs / floorMs,
    with_sdk_cpu_ms: sdkMs,
    with_sdk_ratio: sdkMs / floorAgain,
  };
}

function httpEvent(body: string): HttpEvent {
  const http = {
    method: "POST",
    path: "/v1/events",
    protocol: "HTTP/1.1",
    sourceIp: "127.0.0.1",
    userAgent: "bench",
  };
  const context = {
    accountId: "",
    apiId: "",
    domainName: "",
    domainPrefix: "",
    requestId: "1",
    routeKey: "POST /v1/events",
    stage: "$default",
    time: "",
    timeEpoch: 0,
  };
  const requestContext = { ...context, http, authorizer: { lambda: { provider_id: "north-star" } } };
  return {
    version: "2.0",
    routeKey: "POST /v1/events",
    rawPath: "/v1/events",
    rawQueryString: "",
    headers: { "content-type": "application/json" },
    requestContext,
    body,
    isBase64Encoded: false,
  };
}

const PROBE = `
const before = process.cpuUsage();
await import(process.argv[1]);
const { user, system } = process.cpuUsage(before);
process.stdout.write(String((user + system) / 1000));
process.exit(0);
`;

/** Stands in for every variable that a function reads when it is loaded. */
const LOADED_WITH = {
  TABLE_NAME: "table",
  TABLE_ARN: "arn:aws:dynamodb:us-east-1:111111111111:table/table",
  BUCKET: "bucket",
  ANCHOR_BUCKET: "bucket",
  KEY_ARN: "arn:aws:kms:us-east-1:111111111111:key/key",
  READER_ROLE_ARN: "arn:aws:iam::111111111111:role/reader",
  API_URL: "https://api.example",
  PAGES_URL: "https://pages.example",
  ISSUER: "https://issuer.example",
  CLIENT_ID: "client",
  GRANTS_FROM_CLAIM: "no",
  MFA_ENFORCED: "no",
  SENDER: "a@b.c",
  CONFIGURATION_SET: "set",
  AWS_REGION: "us-east-1",
};

/** Milliseconds of CPU that one process spends on loading a bundle. Throws where it cannot be loaded. */
export function importCost(name: string, variables: Record<string, string> = LOADED_WITH): number {
  const { PATH = "" } = process.env;
  const { status, stdout, stderr } = spawnSync(
    process.execPath,
    ["--input-type=module", "-e", PROBE, join(DIST, name, "index.mjs")],
    { env: { PATH, ...variables }, encoding: "utf8" },
  );
  if (status !== 0 || !(Number(stdout) > 0)) throw new Error(`${name} could not be loaded: ${stderr}`);
  return Number(stdout);
}

/** CPU that a cold start spends on loading each bundle: the median of seven processes. */
export function importCosts() {
  return functionNames().map((name) => {
    const times = Array.from({ length: 7 }, () => importCost(name)).sort((a, b) => a - b);
    return { function: name, bundle_bytes: bundleBytes(name), import_cpu_ms: times[3] ?? Number.NaN };
  });
}
