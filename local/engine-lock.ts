import { spawnSync } from "node:child_process";
import { linkSync, readFileSync, renameSync, rmSync, writeFileSync } from "node:fs";
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

/** When a process started, in a text that is the same whoever asks; empty where there is none, or only its remains. */
function startOf(pid: number): string {
  try {
    // its name, in parentheses, may hold anything; state is the first field behind it, the start in ticks the 20th
    const fields = readFileSync(`/proc/${pid}/stat`, "utf8")
      .replace(/^.*\) /s, "")
      .split(" ");
    return fields[0] === "Z" ? "" : (fields[19] ?? "");
  } catch {
    // another Unix, or nobody
    const env = { PATH: process.env["PATH"] ?? "", TZ: "UTC", LC_ALL: "C" };
    const { stdout } = spawnSync("ps", ["-o", "stat=,lstart=", "-p", String(pid)], { encoding: "utf8", env });
    const [state = "", ...started] = (stdout ?? "").trim().split(/\s+/);
    return state.startsWith("Z") ? "" : started.join(" ");
  }
}
export const processOf = (pid: number): Process => ({ pid, started: startOf(pid) });
const isRunning = ({ pid, started }: Process) => startOf(pid) === started;

/**
 * Takes a folder for an engine of this process. An engine whose stack was killed is ended, by what was recorded of it;
 * resolves to whether there was one. Throws BusyFolder while a stack runs on it, or where another takes it meanwhile.
 */
export async function takeFolder(folder: string): Promise<boolean> {
  const found = read(fileOf(folder));
  const { stack, engine } = heldOf(found) ?? {};
  const isEngineRunning = engine !== undefined && isRunning(engine);
  // a stack that lost its engine may start another one
  const isOwn = stack?.pid === process.pid && !isEngineRunning;
  if (stack !== undefined && !isOwn && isRunning(stack)) throw new BusyFolder(folder, stack.pid);
  if (isEngineRunning) await end(engine);
  if (found !== undefined) removeLock(folder, found);
  try {
    writeFileSync(fileOf(folder), JSON.stringify({ stack: processOf(process.pid) }), { flag: "wx" });
  } catch {
    throw new BusyFolder(folder, holderOf(folder));
  }
  return isEngineRunning;
}

/** Removes the lock that was read, and no other: two stacks may find the same orphan. */
function removeLock(folder: string, found: string): void {
  const aside = `${fileOf(folder)}.${process.pid}.old`;
  try {
    renameSync(fileOf(folder), aside);
  } catch {
    throw new BusyFolder(folder, holderOf(folder));
  }
  if (read(aside) !== found) {
    restore(aside, fileOf(folder));
    throw new BusyFolder(folder, holderOf(folder));
  }
  rmSync(aside);
}

/** Puts a lock back where it was, unless there is a newer one. */
function restore(aside: string, file: string): void {
  try {
    linkSync(aside, file);
  } catch {
    // a newer one
  }
  rmSync(aside);
}

const holderOf = (folder: string) => heldOf(read(fileOf(folder)))?.stack.pid ?? 0;

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

function read(file: string): string | undefined {
  try {
    return readFileSync(file, "utf8");
  } catch {
    return undefined;
  }
}

/** undefined of none, and of one half written as its stack was killed: the engine had not begun. */
function heldOf(text = ""): z.infer<typeof Held> | undefined {
  try {
    return Held.parse(JSON.parse(text));
  } catch {
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
