import { spawnSync } from "node:child_process";
import { readFileSync, renameSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import * as z from "zod";

/** A process, by its id and when it started: an id alone is given again. */
const Process = z.object({ pid: z.int(), started: z.string().min(1) });
type Process = z.infer<typeof Process>;
/** Which stack took a data folder, and which engine it started on it. */
const Held = z.object({ stack: Process, engine: Process.optional() });
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

/** When a process started; empty where there is none. */
const startOf = (pid: number) =>
  (spawnSync("ps", ["-o", "lstart=", "-p", String(pid)], { encoding: "utf8" }).stdout ?? "").trim();
export const processOf = (pid: number): Process => ({ pid, started: startOf(pid) });
const isRunning = ({ pid, started }: Process) => startOf(pid) === started;

/**
 * Takes a folder for an engine of this process. An engine whose stack was killed is ended, by what was recorded of it;
 * resolves to whether there was one. Throws BusyFolder while another stack runs on it, or takes it at the same time.
 */
export async function takeFolder(folder: string): Promise<boolean> {
  const { stack, engine } = readHeld(folder) ?? {};
  if (stack !== undefined && stack.pid !== process.pid && isRunning(stack))
    throw new BusyFolder(folder, stack.pid);
  const isOrphan = engine !== undefined && isRunning(engine);
  if (isOrphan) await end(engine);
  leaveFolder(folder);
  try {
    writeFileSync(fileOf(folder), JSON.stringify({ stack: processOf(process.pid) }), { flag: "wx" });
  } catch {
    throw new BusyFolder(folder, readHeld(folder)?.stack.pid ?? 0);
  }
  return isOrphan;
}

async function end(engine: Process): Promise<void> {
  signal(engine, "SIGTERM");
  for (const began = Date.now(); isRunning(engine); await sleep(100))
    if (Date.now() - began > END_MS) signal(engine, "SIGKILL");
}

/** It may end by itself meanwhile, which is what is wanted. */
function signal({ pid }: Process, name: NodeJS.Signals): void {
  try {
    process.kill(pid, name);
  } catch (error) {
    if (!(error instanceof Error && "code" in error && error.code === "ESRCH")) throw error;
  }
}

function readHeld(folder: string): z.infer<typeof Held> | undefined {
  try {
    return Held.parse(JSON.parse(readFileSync(fileOf(folder), "utf8")));
  } catch {
    // none, or half written as its stack was killed: the engine had not begun
    return undefined;
  }
}

/** Writes down which engine works on a folder that this process took; whole or not at all. */
export function holdFolder(folder: string, engine: number): void {
  const held = { stack: processOf(process.pid), engine: processOf(engine) };
  const next = `${fileOf(folder)}.${process.pid}`;
  writeFileSync(next, JSON.stringify(held));
  renameSync(next, fileOf(folder));
}
export const leaveFolder = (folder: string) => rmSync(fileOf(folder), { force: true });
