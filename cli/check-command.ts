import type { Command } from "commander";
import { conformanceOf, type CheckResult } from "../domain/conformance.ts";
import type { SetUp } from "../domain/conformance-checks.ts";
import { Envelope, eventOfEnvelope } from "../domain/webhook.ts";
import { structuredEvent } from "../domain/cloud-event.ts";
import { idPatternOf } from "../domain/opaque-ids.ts";
import { duplicateKeys } from "../domain/json-text.ts";
import { show, type Common, type Context } from "./command-context.ts";
import { UsageError } from "./fail.ts";
import { textOf } from "./text-file.ts";
import type { Target } from "./target.ts";

const MARKS = { pass: "✓", warn: "!", fail: "✗", skip: "–" } as const;
const MOST_FAULTS = 50;

/** Tells a provider what it would have got wrong, before its first post: needs neither a key nor a stack. */
export function addCheck(provider: Command, { io, target }: Pick<Context, "io" | "target">): void {
  provider
    .command("check <url-or-file>")
    .description("what a provider would get wrong: events as JSON or a line each; nothing is posted")
    .option("--provider <provider_id>", "look at its contracts too, on the stack where it is set up")
    .option("--json", "as JSON")
    .action(async (from: string, flags: Common & { provider?: string }) => {
      const setUp = flags.provider === undefined ? undefined : await setUpOf(await target(), flags.provider);
      const value = checkText(await eventsAt(from), setUp);
      show(io, flags, { value, text: checklistOf(value) });
      const failed = value.results.filter(({ level }) => level === "fail").length;
      const looked = value.results.filter(({ level }) => level !== "skip").length;
      if (failed > 0) throw new UsageError(`${failed} of ${looked} checks failed.`);
    });
}

async function eventsAt(from: string): Promise<string> {
  if (!/^https?:\/\//.test(from)) return textOf(from);
  const response = await fetch(from).catch(() => undefined);
  if (response?.ok !== true)
    throw new UsageError(
      `${from} answers ${response?.status ?? "nothing"}: give an address that answers with events.`,
    );
  return response.text();
}

async function setUpOf({ setup }: Pick<Target, "setup">, provider_id: string): Promise<SetUp> {
  const { schools, programs, providers, id_pattern, session_age_days } = await setup.all();
  const provider = providers.find((one) => one.provider_id === provider_id);
  if (provider === undefined) throw new UsageError(`There is no provider ${provider_id} in the set-up.`);
  return {
    contracts: provider.contracts ?? [],
    zones: new Map(schools.map(({ school_id, time_zone }) => [school_id, time_zone])),
    idPattern: idPatternOf(id_pattern),
    session_age_days,
    programs: new Set(programs.map(({ program_id }) => program_id)),
  };
}

type Given = { value: unknown; text: string };

/** An array of events, one event, or one event a line. */
export function checkText(
  text: string,
  setUp?: SetUp,
  now: Date = new Date(),
): ReturnType<typeof conformanceOf> {
  const given = eventsOf(text.replace(/^\uFEFF/, ""));
  if (given.length === 0) throw new UsageError("There is no event in it, so nothing was checked.");
  // read as the door reads them
  const sent = given.map(({ value, text: own }, index) =>
    structuredEvent(enveloped(value, index), own === "" ? [] : duplicateKeys(own, value)),
  );
  return conformanceOf(
    sent.map(({ value }) => value),
    { now, setUp, hidden: (index) => sent[index]?.faults ?? [] },
  );
}

/** What a webhook posts has no envelope of CloudEvents; the door gives it one. */
function enveloped(value: unknown, index: number): unknown {
  const envelope = Envelope.safeParse(value);
  if (!envelope.success || !("type" in envelope.data)) return value;
  // who sends an id or a source means an event
  if (["specversion", "id", "source"].some((name) => name in envelope.data)) return value;
  return eventOfEnvelope(envelope.data, { id: `webhook-${index}`, source: "webhook" });
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
