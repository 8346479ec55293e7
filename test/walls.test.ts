import { cruise } from "dependency-cruiser";
import { mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { describe, expect, it } from "vitest";
import { temporaryFolder } from "./support/stack.ts";

type Rule = { name: string };
const config = JSON.parse(
  readFileSync(join(import.meta.dirname, "..", ".dependency-cruiser.json"), "utf8"),
) as { forbidden: Rule[] };

/** For each rule a file that breaks it, and what it imports. */
const PLANTED: Record<string, Record<string, string>> = {
  "domain-is-pure": { "domain/a.ts": 'import "node:fs";' },
  "sdk-in-adapters-only": { "functions/x/a.ts": 'import "@aws-sdk/client-x";' },
  "adapters-know-domain-only": { "adapters/a.ts": 'import "../cli/b.ts";', "cli/b.ts": "export {};" },
  "table-has-no-imports": { "adapters/table.ts": 'import "../domain/b.ts";', "domain/b.ts": "export {};" },
  "functions-know-adapters-and-domain": {
    "functions/x/a.ts": 'import "../../lib/b.ts";',
    "lib/b.ts": "export {};",
  },
  "functions-are-strangers": { "functions/x/a.ts": 'import "../y/b.ts";', "functions/y/b.ts": "export {};" },
  "index-is-the-composition-root": {
    "test/a.ts": 'import "../functions/x/index.ts";',
    "functions/x/index.ts": "export {};",
  },
  "cli-knows-adapters-and-domain": { "cli/a.ts": 'import "../local/b.ts";', "local/b.ts": "export {};" },
  "lib-knows-nothing-that-runs": { "lib/a.ts": 'import "../adapters/b.ts";', "adapters/b.ts": "export {};" },
  "dashboard-knows-domain-only": {
    "dashboard/a.ts": 'import "../adapters/b.ts";',
    "adapters/b.ts": "export {};",
  },
  "local-knows-the-template-only": { "local/a.ts": 'import "../lib/b.ts";', "lib/b.ts": "export {};" },
  "cdk-at-synth-time-only": { "functions/x/a.ts": 'import "aws-cdk-lib";' },
  "tests-are-not-shipped": { "cli/a.ts": 'import "../test/b.ts";', "test/b.ts": "export {};" },
  "no-circles": { "cli/a.ts": 'import "./b.ts";', "cli/b.ts": 'import "./a.ts";' },
  "no-orphan-imports": { "cli/a.ts": 'import "./nothing.ts";' },
};
const PACKAGES = ["@aws-sdk/client-x", "aws-cdk-lib"];

async function violations(files: Record<string, string>): Promise<string[]> {
  const folder = temporaryFolder();
  const packages = PACKAGES.flatMap((name) => [
    [`node_modules/${name}/package.json`, JSON.stringify({ name, version: "1.0.0", main: "index.js" })],
    [`node_modules/${name}/index.js`, ""],
  ]);
  const manifest = [
    "package.json",
    JSON.stringify({ dependencies: Object.fromEntries(PACKAGES.map((name) => [name, "1.0.0"])) }),
  ];
  for (const [name = "", content = ""] of [...Object.entries(files), ...packages, manifest]) {
    mkdirSync(dirname(join(folder, name)), { recursive: true });
    writeFileSync(join(folder, name), content);
  }
  const { output } = await cruise(Object.keys(files), {
    ruleSet: config,
    validate: true,
    baseDir: folder,
    tsPreCompilationDeps: true,
    doNotFollow: { path: "node_modules" },
  } as Parameters<typeof cruise>[1]);
  return typeof output === "string" ? [output] : output.summary.violations.map(({ rule }) => rule.name);
}

describe("every wall", () => {
  it("has a planted violation", () => {
    expect(Object.keys(PLANTED).sort()).toEqual(config.forbidden.map(({ name }) => name).sort());
  });

  it.each(Object.entries(PLANTED))("%s holds", async (name, files) => {
    expect(await violations(files)).toContain(name);
  });

  it("lets through what is allowed (control)", async () => {
    expect(
      await violations({ "functions/x/a.ts": 'import "../../domain/b.ts";', "domain/b.ts": "export {};" }),
    ).toEqual([]);
  });
});
