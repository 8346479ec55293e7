import { spawnSync } from "node:child_process";
import { join } from "node:path";

// `cdk synth --strict`: every warning of the validation and every open finding of cdk-nag is an error
const cdk = join(import.meta.dirname, "..", "node_modules", "aws-cdk", "bin", "cdk");
const { status } = spawnSync(
  process.execPath,
  [cdk, "synth", "--strict", "--quiet", ...process.argv.slice(2)],
  {
    stdio: "inherit",
  },
);
process.exitCode = status ?? 1;
