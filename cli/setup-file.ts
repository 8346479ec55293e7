import { isMap, isScalar, isSeq, LineCounter, parseDocument, type Document, type Node } from "yaml";
import { sentenceOf } from "../domain/issue-sentence.ts";
import { nothingSetUp, Setup } from "../domain/setup.ts";
import { UsageError } from "./fail.ts";
import { referenceFaults } from "./reference-faults.ts";
import { textOf } from "./text-file.ts";

type SetupFault = { line: number; column: number; path: string; reason: string };

/** Reads setup.yaml. Throws UsageError that lists each fault with its line and column. */
export function readSetup(file: string, known: Setup): { setup: Setup; held: string[] } {
  const text = textOf(file);
  const { setup, held, faults } = parseSetup(text, known);
  if (setup !== undefined) return { setup, held };
  const lines = faults.map(
    ({ line, column, path, reason }) => `${file}:${line}:${column} ${path}: ${reason}`,
  );
  throw new UsageError(["The set-up has faults; nothing was applied.", ...lines].join("\n"));
}

type Parsed = {
  setup?: Setup;
  /** The lists that the file holds. */
  held: string[];
  faults: SetupFault[];
};

export function parseSetup(text: string, known = nothingSetUp()): Parsed {
  const counter = new LineCounter();
  const document = parseDocument(text, { lineCounter: counter, uniqueKeys: true });
  const place = (offset: number) => {
    const { line, col: column } = counter.linePos(offset);
    return { line, column };
  };
  const broken = document.errors.map((error) => ({
    ...place(error.pos[0]),
    path: "",
    reason: error.message.split("\n")[0] ?? "",
  }));
  // what follows the first fault of broken YAML is most often its consequence
  if (broken.length > 0) return { held: [], faults: broken.slice(0, 1) };
  const written: unknown = document.toJS() ?? {};
  if (typeof written !== "object" || Array.isArray(written))
    return { held: [], faults: [{ line: 1, column: 1, path: "", reason: NO_SETUP }] };
  const held = Object.keys(written ?? {});
  const parsed = Setup.safeParse(written);
  if (parsed.success) {
    const faults = referenceFaults(parsed.data, known).map((fault) => ({
      ...place(offsetOf(document, fault.at)),
      path: fault.at.join("."),
      reason: fault.reason,
    }));
    return faults.length === 0 ? { setup: parsed.data, held, faults } : { held, faults };
  }
  const faults = parsed.error.issues.flatMap((issue) => {
    const keys = issue.code === "unrecognized_keys" ? issue.keys : [undefined];
    return keys.map((key) => {
      const path = key === undefined ? issue.path : [...issue.path, key];
      const reason =
        key === undefined
          ? reasonOf(issue.message, valueAt(written, path))
          : "is not a field; remove it or correct its spelling";
      return { ...place(offsetOf(document, path)), path: path.map(String).join("."), reason };
    });
  });
  return { held, faults };
}

const NO_SETUP =
  "is no set-up: it must hold lists such as `schools:` and `people:`; see docs/setup.example.yaml";

function valueAt(value: unknown, path: readonly PropertyKey[]): unknown {
  return path.reduce<unknown>(
    (inner, part) => (typeof inner === "object" && inner !== null ? Reflect.get(inner, part) : undefined),
    value,
  );
}

/** YAML takes 631930 for a number, yes for a truth and 2026-08-17T00:00 for an instant: what was meant needs quotes. */
function reasonOf(message: string, value: unknown): string {
  const isBare = typeof value === "number" || typeof value === "boolean" || value === null;
  const wantsText = /expected string/.test(message);
  if (wantsText && isBare)
    return `is read as ${value === null ? "nothing" : `a ${typeof value}`}; put it into quotes: "${String(value ?? "")}"`;
  return sentenceOf(message);
}

/** Where a path stands in the text; where it is missing, its nearest parent. */
function offsetOf(document: Document, path: readonly PropertyKey[]): number {
  let node: unknown = document.contents;
  let offset = 0;
  for (const part of path) {
    if (isMap(node)) {
      const pair = node.items.find((item) => isScalar(item.key) && String(item.key.value) === String(part));
      if (pair === undefined) return offset;
      offset = rangeOf(pair.key) ?? offset;
      node = pair.value;
    } else if (isSeq(node)) {
      node = node.items[Number(part)];
      offset = rangeOf(node) ?? offset;
    } else return offset;
  }
  return offset;
}

const isNode = (value: unknown): value is Node =>
  typeof value === "object" && value !== null && "range" in value;
const rangeOf = (node: unknown): number | undefined => (isNode(node) ? node.range?.[0] : undefined);
