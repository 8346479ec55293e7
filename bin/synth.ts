import { spawnSync } from "node:child_process";
import { join } from "node:path";
import { switchSets } from "../lib/config.ts";

// `cdk synth --strict`: every warning of the validation and every open finding of cdk-nag is an error
const cdk = join(import.meta.dirname, "..", "node_modules", "aws-cdk", "bin", "cdk");
const given = process.argv.slice(2);
const every = given.includes("--every");
const rest = given.filter((argument) => argument !== "--every");

function synth(context: Record<string, string>): boolean {
  const switches = Object.entries(context).flatMap(([name, value]) => ["-c", `${name}=${value}`]);
  const { status } = spawnSync(
    process.execPath,
    [cdk, "synth", "--strict", "--quiet", ...switches, ...rest],
    { stdio: "inherit" },
  );
  return status === 0;
}

/** Without `--every`: what rollcall.config.yaml and the command line say. With it: each documented switch, and all together. */
const sets = every ? switchSets() : [{}];
for (const set of sets) {
  const shown = Object.keys(set).join(", ");
  if (every) console.log(`synthesizing with ${shown}`);
  if (synth(set)) continue;
  if (every) console.error(`failed with ${shown}`);
  process.exitCode = 1;
}
if (every && process.exitCode === undefined)
  console.log(`${sets.length} sets of switches synthesize strictly`);
