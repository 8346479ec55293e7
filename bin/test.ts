import { spawnSync } from "node:child_process";
import { readFileSync, rmSync } from "node:fs";
import { join } from "node:path";
import * as z from "zod";

const Results = z.looseObject({
  numPassedTests: z.int(),
  numFailedTests: z.int(),
  numPendingTests: z.int(),
  numTodoTests: z.int(),
  numFailedTestSuites: z.int(),
  success: z.boolean(),
});

/** Runs all tests. `--no-skips` lets a skipped test fail the run; anything else goes to vitest. */
const root = join(import.meta.dirname, "..");
const file = join(root, ".rollcall", "test-results.json");
const wanted = process.argv.slice(2);
const noSkips = wanted.includes("--no-skips");
rmSync(file, { force: true });
const vitest = join(root, "node_modules", "vitest", "vitest.mjs");
const reporters = ["--reporter=default", "--reporter=json", `--outputFile.json=${file}`];
const filters = wanted.filter((argument) => argument !== "--no-skips");
const { status } = spawnSync(process.execPath, [vitest, "run", ...reporters, ...filters], {
  stdio: "inherit",
  cwd: root,
});
const results = Results.parse(JSON.parse(readFileSync(file, "utf8")));
const skipped = results.numPendingTests + results.numTodoTests;
const passed = status === 0 && results.success && results.numPassedTests > 0 && !(noSkips && skipped > 0);
console.log(`${results.numPassedTests} passed, ${results.numFailedTests} failed, ${skipped} skipped`);
process.exitCode = passed ? 0 : 1;
