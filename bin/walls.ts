import { cruise, type ICruiseOptions } from "dependency-cruiser";
import { spawnSync } from "node:child_process";
import { join } from "node:path";
import { parseArgs } from "node:util";
import { ROOMS } from "./rooms.ts";
import { CRUISE_OPTIONS, roomsWithoutLine, wallRules, wallTable } from "./wall-rules.ts";

/** Prints what each room may import, and every import that goes beyond it. */
const { values } = parseArgs({ options: { table: { type: "boolean" } } });
const root = join(import.meta.dirname, "..");
console.log(wallTable());
if (values.table !== true) process.exitCode = await check();

async function check(): Promise<number> {
  const { stdout } = spawnSync("git", ["ls-files", "--cached", "--others", "--exclude-standard"], {
    cwd: root,
    encoding: "utf8",
  });
  const without = roomsWithoutLine(stdout.split("\n"));
  for (const room of without) console.error(`${room}/ has no line in bin/rooms.ts: say what it may import.`);
  const rooms = [...new Set(ROOMS.map(({ room }) => room.split("/")[0] ?? ""))];
  const options: ICruiseOptions = {
    ...CRUISE_OPTIONS,
    baseDir: root,
    validate: true,
    ruleSet: { forbidden: wallRules() },
  };
  const { output } = await cruise(rooms, options);
  if (typeof output === "string") throw new Error(output);
  for (const { from, to, rule } of output.summary.violations)
    console.error(`${from} may not import ${to} (${rule.name})`);
  const count = output.summary.violations.length + without.length;
  const seen = `${output.summary.totalCruised} modules, ${output.summary.totalDependenciesCruised ?? 0} imports`;
  console.log(`\n${seen}: ${count === 0 ? "every import is allowed" : `${count} are not`}`);
  return count === 0 ? 0 : 1;
}
