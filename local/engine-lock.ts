import { spawnSync } from "node:child_process";
import { existsSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import * as z from "zod";

/** Which engine works on a data folder, and which stack started it: ids of processes. */
const Held = z.object({ engine: z.int(), stack: z.int() });
const END_MS = 10_000;

export class BusyFolder extends Error {
  override name = "BusyFolder";
  constructor(folder: string, stack: number) {
    super(
      `The data folder ${folder} is in use by the stack of process ${stack}: stop that one, or start with another --data. Two engines on one folder would damage it.`,
    );
  }
}

const fileOf = (folder: string) => join(folder, "engine.json");

/** What a process was started as; empty where there is none. */
const commandOf = (pid: number) =>
  spawnSync("ps", ["-o", "command=", "-p", String(pid)], { encoding: "utf8" }).stdout.trim();
const isEngine = (pid: number) => /DynamoDBLocal/i.test(commandOf(pid));

/**
 * Makes sure that no other engine works on a folder. One whose stack was killed is ended, by its recorded id; resolves
 * to whether there was one. Throws BusyFolder while its stack runs.
 */
export async function freeFolder(folder: string): Promise<boolean> {
  const held = readHeld(folder);
  if (held === undefined || !isEngine(held.engine)) return false;
  if (commandOf(held.stack).includes("node")) throw new BusyFolder(folder, held.stack);
  process.kill(held.engine, "SIGTERM");
  for (const began = Date.now(); isEngine(held.engine); await sleep(100))
    if (Date.now() - began > END_MS) process.kill(held.engine, "SIGKILL");
  return true;
}

function readHeld(folder: string): z.infer<typeof Held> | undefined {
  if (!existsSync(fileOf(folder))) return undefined;
  try {
    return Held.parse(JSON.parse(readFileSync(fileOf(folder), "utf8")));
  } catch {
    // half written as its stack was killed: the engine had not begun
    return undefined;
  }
}

/** Writes down which engine works on a folder. */
export const holdFolder = (folder: string, engine: number) =>
  writeFileSync(fileOf(folder), JSON.stringify({ engine, stack: process.pid }));
export const leaveFolder = (folder: string) => rmSync(fileOf(folder), { force: true });
