import { spawn } from "node:child_process";
import { cpSync, existsSync, mkdirSync, mkdtempSync, readdirSync, symlinkSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";

export const PROJECT = join(import.meta.dirname, "..", "..");
const NOT_COPIED = ["node_modules", ".git", ".rollcall", "dist", "cdk.out"];
/** Longer than any run of these tests: what never ends has failed. */
const TIMEOUT_MS = 180_000;

/** Makes a copy of the project in which faults may be planted. It shares packages and the synthesized template. */
export function copyOfProject(): string {
  const place = mkdtempSync(join(tmpdir(), "rollcall-copy-"));
  for (const name of readdirSync(PROJECT))
    if (!NOT_COPIED.includes(name)) cpSync(join(PROJECT, name), join(place, name), { recursive: true });
  symlinkSync(join(PROJECT, "node_modules"), join(place, "node_modules"));
  const assembly = join(".rollcall", "test-assembly");
  mkdirSync(join(place, ".rollcall"));
  if (existsSync(join(PROJECT, assembly))) symlinkSync(join(PROJECT, assembly), join(place, assembly));
  return place;
}

/** Whether tests of a copy pass. `what`: arguments of vitest. */
export function passesIn(place: string, what: readonly string[], config: string): Promise<boolean> {
  const vitest = join(PROJECT, "node_modules", "vitest", "vitest.mjs");
  const flags = [...what, "--bail=1", "--reporter=dot", `--config=${config}`];
  return new Promise((resolve) => {
    const child = spawn(process.execPath, [vitest, ...flags], {
      cwd: place,
      stdio: "ignore",
      detached: true,
    });
    const timer = setTimeout(() => process.kill(-(child.pid ?? 0), "SIGKILL"), TIMEOUT_MS);
    child.on("exit", (code) => {
      clearTimeout(timer);
      resolve(code === 0);
    });
  });
}
