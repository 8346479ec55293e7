import { readFileSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import { join, relative } from "node:path";
import { parseArgs } from "node:util";
import ts from "typescript";
import { copyOfProject, passesIn, PROJECT as root } from "../test/support/project-copy.ts";
import { seeded } from "../test/support/random.ts";

/**
 * Plants one small fault at a time in `domain/` and sees whether a test of the domain, the functions or the commands
 * fails. Works on copies. `--count` mutants (60), `--seed`, `--only TEXT` for files whose path holds it; `--json`.
 */
const { values } = parseArgs({
  options: {
    count: { type: "string", default: "60" },
    seed: { type: "string", default: "29" },
    only: { type: "string", default: "" },
    json: { type: "boolean", default: false },
  },
});
const WORKERS = 2;

type Mutant = { file: string; start: number; end: number; text: string; line: number; was: string };

const OPERATORS = new Map<ts.SyntaxKind, string>([
  [ts.SyntaxKind.EqualsEqualsEqualsToken, "!=="],
  [ts.SyntaxKind.ExclamationEqualsEqualsToken, "==="],
  [ts.SyntaxKind.LessThanToken, "<="],
  [ts.SyntaxKind.LessThanEqualsToken, "<"],
  [ts.SyntaxKind.GreaterThanToken, ">="],
  [ts.SyntaxKind.GreaterThanEqualsToken, ">"],
  [ts.SyntaxKind.PlusToken, "-"],
  [ts.SyntaxKind.MinusToken, "+"],
  [ts.SyntaxKind.AsteriskToken, "/"],
  [ts.SyntaxKind.SlashToken, "*"],
  [ts.SyntaxKind.AmpersandAmpersandToken, "||"],
  [ts.SyntaxKind.BarBarToken, "&&"],
]);

/** The faulty text for a node, and where it goes; undefined where the node holds no decision. */
function replacementOf(node: ts.Node): [ts.Node, string | undefined] {
  if (ts.isBinaryExpression(node)) return [node.operatorToken, OPERATORS.get(node.operatorToken.kind)];
  if (ts.isNumericLiteral(node)) return [node, String(Number(node.text) + 1)];
  if (node.kind === ts.SyntaxKind.TrueKeyword) return [node, "false"];
  if (node.kind === ts.SyntaxKind.FalseKeyword) return [node, "true"];
  if (ts.isPrefixUnaryExpression(node) && node.operator === ts.SyntaxKind.ExclamationToken)
    return [node, node.operand.getText()];
  return [node, undefined];
}

function mutantsOf(file: string): Mutant[] {
  const text = readFileSync(file, "utf8");
  const source = ts.createSourceFile(file, text, ts.ScriptTarget.Latest, true);
  const found: Mutant[] = [];
  const add = (node: ts.Node, replacement: string) =>
    found.push({
      ...{ file: relative(root, file), start: node.getStart(), end: node.getEnd(), text: replacement },
      ...{ line: source.getLineAndCharacterOfPosition(node.getStart()).line + 1, was: node.getText() },
    });
  const visit = (node: ts.Node): void => {
    // types hold no behavior
    if (ts.isTypeNode(node) || ts.isImportDeclaration(node) || ts.isTypeAliasDeclaration(node)) return;
    const [place, replacement] = replacementOf(node);
    if (replacement !== undefined) add(place, replacement);
    ts.forEachChild(node, visit);
  };
  visit(source);
  return found;
}

const files = readdirSync(join(root, "domain"), { recursive: true, encoding: "utf8" })
  .filter((name) => name.endsWith(".ts"))
  .map((name) => join(root, "domain", name))
  // words of mails in two languages: what they say is read by people
  .filter((file) => !file.includes("wording") && file.includes(values.only))
  .sort();

const CONFIG = "test/mutants.config.ts";

/** Whether the tests that reach the mutant's file fail. */
const isKilled = async (place: string, { file }: Mutant) =>
  !(await passesIn(place, ["related", file, "--run"], CONFIG));

async function tryAll(mutants: Mutant[]): Promise<Mutant[]> {
  const survivors: Mutant[] = [];
  const queue = [...mutants];
  let tried = 0;
  const worker = async () => {
    const place = copyOfProject();
    // else everything would be noticed
    if (!(await passesIn(place, ["run"], CONFIG)))
      throw new Error("The tests fail without any planted fault.");
    for (let mutant = queue.shift(); mutant !== undefined; mutant = queue.shift()) {
      const file = join(place, mutant.file);
      const text = readFileSync(file, "utf8");
      writeFileSync(file, text.slice(0, mutant.start) + mutant.text + text.slice(mutant.end));
      const killed = await isKilled(place, mutant);
      writeFileSync(file, text);
      if (!killed) survivors.push(mutant);
      tried += 1;
      process.stderr.write(
        `${tried} of ${mutants.length}: ${nameOf(mutant)} ${killed ? "noticed" : "SURVIVED"}\n`,
      );
    }
    rmSync(place, { recursive: true, force: true });
  };
  await Promise.all(Array.from({ length: WORKERS }, worker));
  return survivors;
}

const nameOf = ({ file, line, was, text }: Mutant) => `${file}:${line} ${was} -> ${text}`;

const random = seeded(Number(values.seed));
const all = files.flatMap(mutantsOf);
const chosen = random.shuffle(all).slice(0, Number(values.count));
const survivors = await tryAll(chosen);
const noticed = chosen.length - survivors.length;
const score = noticed / chosen.length;
const answer = { seed: Number(values.seed), of: all.length, tried: chosen.length, noticed, score };
console.log(
  values.json
    ? JSON.stringify({ ...answer, survivors: survivors.map(nameOf) })
    : `mutants: seed ${answer.seed}, ${noticed} of ${chosen.length} noticed (${Math.round(score * 100)} %), of ${all.length} in domain/\n${survivors.map(nameOf).join("\n")}`,
);
process.exitCode = score >= 0.85 ? 0 : 1;
