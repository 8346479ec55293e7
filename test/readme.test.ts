import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { parseSetup } from "../cli/setup-file.ts";
import { rulesMarkdown } from "../cli/rules.ts";
import { parseConfig } from "../lib/config-file.ts";
import { readConfig, SWITCHES } from "../lib/config.ts";
import { rollcall } from "../cli/commands.ts";

const root = join(import.meta.dirname, "..");
const read = (name: string) => readFileSync(join(root, name), "utf8");
const documents = [
  "README.md",
  "CONTRIBUTING.md",
  "docs/runbooks.md",
  "docs/privacy.md",
  "docs/first-deployment.md",
].map((name) => [name, read(name)] as const);
const { scripts } = JSON.parse(read("package.json")) as { scripts: Record<string, string> };

/** Paths within the project: a room, then anything; what is made by a command is not there in a fresh clone. */
const ROOMS = "bin|lib|functions|domain|adapters|local|cli|test|bench|docs";
const pathsIn = (text: string) =>
  [...text.matchAll(new RegExp(`(?:\`|\\()((?:${ROOMS})/[\\w./-]*)(?=[\`)])`, "g"))].map(
    ([, path = ""]) => path,
  );

describe.each(documents)("%s", (_, text) => {
  it("names only paths that exist", () => {
    const missing = pathsIn(text).filter((path) => !path.includes("<") && !existsSync(join(root, path)));
    expect(missing).toEqual([]);
  });

  it("names only scripts that exist", () => {
    const names = [...text.matchAll(/npm run (?:-s )?([\w:]+)/g)].map(([, name = ""]) => name);
    expect(names.filter((name) => scripts[name] === undefined)).toEqual([]);
  });

  it("names only commands that exist, with options that they have", () => {
    const program = rollcall({ out: () => undefined, err: () => undefined });
    for (const [, line = ""] of text.matchAll(/npm run -s rollcall -- ([^\n#`]+)/g)) {
      const words = line
        .trim()
        .split(/\s+/)
        .filter((word, at, all) => word !== "--stack" && all[at - 1] !== "--stack");
      let command = program;
      for (const [at, word] of words.entries()) {
        const next = command.commands.find((candidate) => candidate.name() === word);
        // a group wants one of its own commands next
        const isName = !word.startsWith("-") && words[at - 1]?.startsWith("--") !== true;
        const stuck = next === undefined && command.commands.length > 0 && isName;
        expect([line, word, stuck && command !== program]).toEqual([line, word, false]);
        command = next ?? command;
      }
      expect([line, command.name()]).not.toEqual([line, "rollcall"]);
      const known = [...program.options, ...command.options].map(({ long }) => long);
      for (const word of words.filter((one) => one.startsWith("--")))
        expect([line, known]).toEqual([line, expect.arrayContaining([word])]);
    }
  });
});

describe("the README", () => {
  it("is found wanting where it names what is not there (control)", () => {
    expect(
      pathsIn("see `domain/nothing.ts` and `lib/config.ts`").filter((path) => !existsSync(join(root, path))),
    ).toEqual(["domain/nothing.ts"]);
    expect(pathsIn(read("README.md")).length).toBeGreaterThan(15);
  });

  it("tells of the rules what they say of themselves", () => {
    expect(read("README.md")).toContain(rulesMarkdown());
  });

  it("shows a config that deploys, and explains every switch", () => {
    const example = read("docs/rollcall.config.example.yaml");
    const config = parseConfig(example);
    expect(() => readConfig({ tryGetContext: (name) => config[name] })).not.toThrow();
    const uncommented = example.replace(/^# (\w+:)/gm, "$1");
    for (const [name, { says }] of Object.entries(SWITCHES)) {
      expect(uncommented).toMatch(new RegExp(`^${name}: `, "m"));
      expect(read("docs/first-deployment.md")).toContain(`| \`${name}\` | ${says} |`);
    }
  });

  it("shows a set-up that can be applied", () => {
    expect(parseSetup(read("docs/setup.example.yaml")).faults).toEqual([]);
  });
});
