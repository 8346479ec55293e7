import type { Command } from "commander";
import { existsSync, readFileSync } from "node:fs";
import { conformanceOf, type CheckResult } from "../domain/conformance.ts";
import { duplicateKeys } from "../domain/json-text.ts";
import { show, type Common, type Output } from "./command-context.ts";
import { UsageError } from "./fail.ts";

const MARKS = { pass: "✓", warn: "!", fail: "✗", skip: "–" } as const;
const MOST_FAULTS = 50;

/** Tells a provider what it would have got wrong, before its first post: needs neither a key nor a stack. */
export function addCheck(provider: Command, io: Output): void {
  provider
    .command("check <url-or-file>")
    .description("what a provider would get wrong: events as JSON or a line each; nothing is posted")
    .option("--json", "as JSON")
    .action(async (from: string, flags: Common) => {
      const value = checkText(await textOf(from));
      show(io, flags, { value, text: checklistOf(value) });
      const failed = value.results.filter(({ level }) => level === "fail").length;
      if (failed > 0) throw new UsageError(`${failed} of ${value.results.length} checks failed.`);
    });
}

async function textOf(from: string): Promise<string> {
  if (!/^https?:\/\//.test(from)) {
    if (!existsSync(from)) throw new UsageError(`There is no file ${from}.`);
    return readFileSync(from, "utf8");
  }
  const response = await fetch(from).catch(() => undefined);
  if (response?.ok !== true)
    throw new UsageError(
      `${from} answers ${response?.status ?? "nothing"}: give an address that answers with events.`,
    );
  return response.text();
}

type Given = { value: unknown; text: string };

/** An array of events, one event, or one event a line. */
export function checkText(text: string): ReturnType<typeof conformanceOf> {
  const given = eventsOf(text.replace(/^\uFEFF/, ""));
  if (given.length === 0) throw new UsageError("There is no event in it, so nothing was checked.");
  return conformanceOf(
    given.map(({ value }) => value),
    {
      now: new Date(),
      hidden: (index) => {
        const one = given[index];
        if (one === undefined || one.text === "") return [];
        const detail = "stands twice in the same object; send it once";
        return duplicateKeys(one.text, one.value).map((pointer) => ({ pointer, detail }));
      },
    },
  );
}

function eventsOf(text: string): Given[] {
  const whole = parsed(text);
  if (Array.isArray(whole)) return whole.map((value: unknown) => ({ value, text: "" }));
  if (whole !== undefined) return [{ value: whole, text }];
  const lines = text.split(/\r?\n/).filter((line) => line.trim() !== "");
  return lines.map((line, index) => {
    const value = parsed(line);
    if (value === undefined)
      throw new UsageError(`Line ${index + 1} is no JSON, and the whole is none either.`);
    return { value, text: line };
  });
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

const lineOf = ({ check, level, detail, at }: CheckResult) =>
  `${MARKS[level]} ${check}: ${detail}${at.length === 0 ? "" : `\n    at ${at.join(", ")}`}`;

function checklistOf({ events, results, faults }: ReturnType<typeof checkText>): string {
  return [
    `${events} events`,
    ...results.map(lineOf),
    ...faults.slice(0, MOST_FAULTS).map(({ at, detail }) => `  ${at} ${detail}`),
    ...(faults.length > MOST_FAULTS ? [`  and ${faults.length - MOST_FAULTS} more`] : []),
  ].join("\n");
}
