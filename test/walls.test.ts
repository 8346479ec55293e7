import { cruise } from "dependency-cruiser";
import { Linter } from "eslint";
import { spawnSync } from "node:child_process";
import { mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import tseslint from "typescript-eslint";
import { describe, expect, it } from "vitest";
import { LINT_WALLS } from "../bin/lint-rules.ts";
import { ROOMS } from "../bin/rooms.ts";
import { CRUISE_OPTIONS, roomsWithoutLine, wallRules, wallTable } from "../bin/wall-rules.ts";
import { temporaryFolder } from "./support/stack.ts";

type Files = Record<string, string>;
const importing = (file: string, what: string): Files => ({ [file]: `import ${JSON.stringify(what)};` });
const imports = (file: string, other: string, how = ""): Files => {
  const up = "../".repeat(file.split("/").length - 1);
  const line =
    how === "type" ? `import type { A } from "${up}${other}";` : `import { a } from "${up}${other}";`;
  return { [file]: `${line}`, [other]: "export type A = 1;\nexport const a = 1;" };
};

/** What breaks each wall, and the rule that says so. */
const PLANTED: readonly (readonly [what: string, rule: string, files: Files])[] = [
  ["domain → Node", "domain", importing("domain/a.ts", "node:fs")],
  ["domain → adapters", "domain", imports("domain/a.ts", "adapters/b.ts")],
  ["domain → adapters, as a type", "domain", imports("domain/a.ts", "adapters/b.ts", "type")],
  ["adapters → cli", "adapters", imports("adapters/a.ts", "cli/b.ts")],
  ["adapters → dashboard", "adapters", imports("adapters/a.ts", "dashboard/b.ts")],
  ["adapters → its stand-ins in memory", "adapters", imports("adapters/a.ts", "adapters/in-memory/b.ts")],
  ["adapters → @middy/core", "adapters", importing("adapters/a.ts", "@middy/core")],
  ["stand-ins in memory → zod", "adapters/in-memory", importing("adapters/in-memory/a.ts", "zod")],
  ["framework → a Lambda", "functions/framework", imports("functions/framework/a.ts", "functions/x/b.ts")],
  ["functions → lib", "functions/*", imports("functions/x/a.ts", "lib/b.ts")],
  ["functions → adapters/in-memory", "functions/*", imports("functions/x/a.ts", "adapters/in-memory/b.ts")],
  ["functions → dashboard", "functions/*", imports("functions/x/a.ts", "dashboard/b.ts")],
  ["functions → another function", "functions/*", imports("functions/x/a.ts", "functions/y/b.ts")],
  ["functions → an SDK client", "functions/*", importing("functions/x/a.ts", "@aws-sdk/client-s3")],
  ["functions → aws-cdk-lib", "functions/*", importing("functions/x/a.ts", "aws-cdk-lib")],
  ["cli → local", "cli", imports("cli/a.ts", "local/b.ts")],
  ["cli → dashboard", "cli", imports("cli/a.ts", "dashboard/b.ts")],
  ["cli → an SDK command", "cli", importing("cli/a.ts", "@aws-sdk/client-s3")],
  ["cli → tests", "cli", imports("cli/a.ts", "test/b.ts")],
  ["dashboard → adapters", "dashboard", imports("dashboard/a.ts", "adapters/b.ts")],
  ["dashboard → node:fs", "dashboard", importing("dashboard/a.ts", "node:fs")],
  ["dashboard → zod", "dashboard", importing("dashboard/a.ts", "zod")],
  ["dashboard → commander", "dashboard", importing("dashboard/a.ts", "commander")],
  ["lib → adapters", "lib", imports("lib/a.ts", "adapters/b.ts")],
  ["lib → dashboard", "lib", imports("lib/a.ts", "dashboard/b.ts")],
  ["lib → domain", "lib", imports("lib/a.ts", "domain/b.ts")],
  ["lib → a function's env as a value", "lib: types", imports("lib/a.ts", "functions/x/env.ts")],
  ["build → adapters", "build", imports("build/a.ts", "adapters/b.ts")],
  ["local → lib", "local", imports("local/a.ts", "lib/b.ts")],
  ["local → dashboard", "local", imports("local/a.ts", "dashboard/b.ts")],
  ["bin → domain", "bin", imports("bin/a.ts", "domain/b.ts")],
  ["bench → aws-cdk-lib", "bench", importing("bench/a.ts", "aws-cdk-lib")],
  ["test → a room that is none", "test", imports("test/a.ts", "rooms/b.ts")],
  ["the table → anything", "table-has-no-imports", imports("adapters/table.ts", "domain/b.ts")],
  [
    "an environment → a handler",
    "environment-of-a-function",
    imports("functions/x/env.ts", "functions/x/b.ts"),
  ],
  ["anything → an index", "index-is-the-composition-root", imports("test/a.ts", "functions/x/index.ts")],
  ["nothing that is there", "no-orphan-imports", importing("cli/a.ts", "./nothing.ts")],
  ["a circle", "no-circles", { "cli/a.ts": 'import "./b.ts";', "cli/b.ts": 'import "./a.ts";' }],
  [
    "a circle of types",
    "no-circles",
    {
      "cli/a.ts": 'import type { B } from "./b.ts"; export type A = B;',
      "cli/b.ts": 'import type { A } from "./a.ts"; export type B = A;',
    },
  ],
];
const PACKAGES = ["@aws-sdk/client-s3", "@middy/core", "aws-cdk-lib", "commander", "zod"];

async function violations(files: Files): Promise<string[]> {
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
  const { tsPreCompilationDeps, doNotFollow } = CRUISE_OPTIONS;
  const { output } = await cruise(Object.keys(files), {
    ruleSet: { forbidden: wallRules() },
    validate: true,
    baseDir: folder,
    ...{ tsPreCompilationDeps, doNotFollow },
  });
  return typeof output === "string" ? [output] : output.summary.violations.map(({ rule }) => rule.name);
}

describe("every wall", () => {
  it("has a planted violation", () => {
    const rules = wallRules().map(({ name }) => name);
    expect(new Set(PLANTED.map(([, rule]) => rule))).toEqual(new Set(rules));
  });

  it.each(PLANTED)("stops %s", async (_, rule, files) => {
    expect(await violations(files)).toContain(rule);
  });

  it.each([
    ["a function → domain", imports("functions/x/a.ts", "domain/b.ts")],
    ["a function → its own file", imports("functions/x/a.ts", "functions/x/b.ts")],
    ["lib → a function's env as a type", imports("lib/a.ts", "functions/x/env.ts", "type")],
    ["lib → the table", imports("lib/a.ts", "adapters/table.ts")],
    ["a stand-in in memory → a store", imports("adapters/in-memory/a.ts", "adapters/b.ts")],
    ["a test → a stand-in in memory", imports("test/a.ts", "adapters/in-memory/b.ts")],
    ["a store → an SDK client", importing("adapters/a.ts", "@aws-sdk/client-s3")],
  ])("lets %s through (control)", async (_, files) => {
    expect(await violations(files)).toEqual([]);
  });

  it("is named for each room: one without a line fails", () => {
    expect(roomsWithoutLine(["domain/a.ts", "rooms/b.ts", "docs/c.md", "vitest.config.ts"])).toEqual([
      "rooms",
    ]);
    expect(ROOMS.length).toBeGreaterThan(10);
  });

  it("stands in the README as it is checked", () => {
    const text = readFileSync(join(import.meta.dirname, "..", "README.md"), "utf8");
    expect(text).toContain(wallTable());
  });
});

describe("an export", () => {
  const PROJECT = join(import.meta.dirname, "..");
  /** What the check of exports says of a folder of these files. */
  function unused(files: Files): string {
    const folder = temporaryFolder();
    const own = { "package.json": "{}", "knip.json": readFileSync(join(PROJECT, "knip.json"), "utf8") };
    for (const [name, content] of Object.entries({ ...own, ...files })) {
      mkdirSync(dirname(join(folder, name)), { recursive: true });
      writeFileSync(join(folder, name), content);
    }
    const knip = join(PROJECT, "node_modules", "knip", "bin", "knip.js");
    const flags = ["--include", "exports,types,files", "--no-progress", "--reporter", "compact"];
    return spawnSync(process.execPath, [knip, ...flags], { cwd: folder, encoding: "utf8" }).stdout;
  }
  const USED = { "bin/x.ts": 'import { a } from "../domain/a.ts"; a();' };
  it("that nobody imports is found", () => {
    const more = "export const a = () => 1; export const b = 2; export type C = 3;";
    const found = unused({ ...USED, "domain/a.ts": more, "cli/d.ts": "export const d = 1;" });
    for (const name of ["b", "C", "cli/d.ts"]) expect(found).toContain(name);
    expect(unused({ ...USED, "domain/a.ts": "export const a = () => 1;" })).toBe("");
  });
});

/** What lint says of code at a place, by the walls that no import shows. */
function said(file: string, code: string): string[] {
  const parser = tseslint.parser as unknown as Linter.Parser;
  const config = [{ files: ["**/*.ts"], languageOptions: { parser } }, ...LINT_WALLS];
  return new Linter({ configType: "flat" }).verify(code, config, file).map(({ message }) => message);
}

describe("the environment", () => {
  const READS = "export const a = process.env.TABLE_NAME;";
  it.each(["functions/x/handler.ts", "functions/framework/a.ts", "adapters/a.ts", "domain/a.ts", "cli/a.ts"])(
    "is not read in %s",
    (file) => expect(said(file, READS)).toEqual([expect.stringContaining("index.ts")]),
  );
  it.each(["functions/x/index.ts", "cli/target.ts"])("is read in %s (control)", (file) =>
    expect(said(file, READS)).toEqual([]),
  );
});

describe("a store", () => {
  const MAKES = 'import { dynamoSessionStore } from "../../adapters/session-store.ts"; dynamoSessionStore();';
  it("is not built by a handler", () => {
    expect(said("functions/x/handler.ts", MAKES)).toEqual([expect.stringContaining("index.ts")]);
    expect(said("functions/x/other.ts", MAKES)).toHaveLength(1);
  });
  it("is built by an index, and its type is known to a handler (control)", () => {
    expect(said("functions/x/index.ts", MAKES)).toEqual([]);
    const TYPE =
      'import type { SessionStore } from "../../adapters/session-store.ts"; export type A = SessionStore;';
    expect(said("functions/x/handler.ts", TYPE)).toEqual([]);
  });
});
