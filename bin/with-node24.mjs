// Runs a script under the project's own Node 24, after installing what is missing. Plain JavaScript, because the
// calling Node may be 20. Installation is repeated when the lockfile is newer than what stands in node_modules.
import { spawn, spawnSync } from "node:child_process";
import { existsSync, statSync } from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";

const root = join(dirname(fileURLToPath(import.meta.url)), "..");
const marker = join(root, "node_modules", ".package-lock.json");
const stale = () =>
  !existsSync(marker) || statSync(marker).mtimeMs < statSync(join(root, "package-lock.json")).mtimeMs;

if (stale()) {
  console.error("Installing the pinned packages (npm ci), once …");
  const npm = spawnSync("npm", ["ci", "--ignore-scripts", "--loglevel=error", "--no-audit", "--no-fund"], {
    cwd: root,
    stdio: ["ignore", 2, 2],
    shell: process.platform === "win32",
  });
  if (npm.status !== 0) process.exit(npm.status ?? 1);
}

const own = join(root, "node_modules", ".bin", process.platform === "win32" ? "node.cmd" : "node");
const usable = existsSync(own) ? own : process.execPath;
if (usable === process.execPath && Number(process.versions.node.split(".")[0]) < 24) {
  console.error(
    `Rollcall needs Node 24, found ${process.versions.node}. For this machine no Node package could be installed: install Node 24 (https://nodejs.org) and start again.`,
  );
  process.exit(1);
}
const [script, ...args] = process.argv.slice(2);
const separator = process.platform === "win32" ? ";" : ":";
// npm runs scripts from the project's root; files named by an admin are relative to where she stood
const child = spawn(usable, [join(root, script), ...args], {
  stdio: "inherit",
  cwd: script === "bin/rollcall.ts" ? (process.env.INIT_CWD ?? root) : root,
  env: { ...process.env, PATH: `${join(root, "node_modules", ".bin")}${separator}${process.env.PATH ?? ""}` },
  shell: process.platform === "win32",
});
for (const signal of ["SIGINT", "SIGTERM", "SIGHUP"]) process.on(signal, () => child.kill(signal));
child.on("exit", (code, signal) => process.exit(code ?? (signal ? 130 : 1)));
