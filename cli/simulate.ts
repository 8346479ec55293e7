import { parseDocument } from "yaml";
import * as z from "zod";
import { sentenceOf } from "../domain/issue-sentence.ts";
import { pointerOf } from "../domain/problem.ts";
import { replay, type Known, type Replayed } from "../domain/replay.ts";
import { Overrides, ProgramOverrides } from "../domain/settings.ts";
import type { Setup } from "../domain/setup.ts";
import { unpack } from "../domain/summary-packing.ts";
import { RULE_IDS } from "../domain/words.ts";
import { UsageError } from "./fail.ts";
import { textOf } from "./text-file.ts";
import { alignColumns } from "./report-text.ts";
import type { Target } from "./target.ts";

/** The thresholds of a set-up file, at any of its levels, and nothing else of it. */
const SettingsFile = z.strictObject({
  settings: Overrides.optional(),
  districts: z.array(z.strictObject({ district_id: z.string(), settings: Overrides })).default([]),
  schools: z.array(z.strictObject({ school_id: z.string(), settings: Overrides })).default([]),
  programs: z.array(z.strictObject({ program_id: z.string(), settings: ProgramOverrides })).default([]),
});
type SettingsFile = z.infer<typeof SettingsFile>;

export function readSettings(file: string): SettingsFile {
  const text = textOf(file);
  const document = parseDocument(text);
  const [broken] = document.errors;
  if (broken !== undefined) throw new UsageError(`${file}: ${broken.message.split("\n")[0]}`);
  const parsed = SettingsFile.safeParse(document.toJS() ?? {});
  if (parsed.success) return parsed.data;
  const lines = parsed.error.issues.map(
    ({ path, message }) => `${file} ${pointerOf(path)}: ${sentenceOf(message)}`,
  );
  throw new UsageError(["The settings have faults.", ...lines].join("\n"));
}

/** The set-up with these thresholds laid over those in force. Throws UsageError on what is not set up. */
function withSettings(setup: Setup, file: SettingsFile): Setup {
  const over = <Row extends { settings?: Overrides | undefined }>(
    rows: Row[],
    changes: { settings: Overrides }[],
    isSame: (row: Row, change: { settings: Overrides }) => boolean,
  ) => {
    for (const change of changes)
      if (!rows.some((row) => isSame(row, change)))
        throw new UsageError(`${JSON.stringify(change)} names what is not set up.`);
    return rows.map((row) => {
      const change = changes.find((one) => isSame(row, one));
      return change === undefined ? row : { ...row, settings: { ...row.settings, ...change.settings } };
    });
  };
  const same = (name: string) => (row: object, change: object) =>
    Reflect.get(row, name) === Reflect.get(change, name);
  return {
    ...setup,
    settings: { ...setup.settings, ...file.settings },
    districts: over(setup.districts, file.districts, same("district_id")),
    schools: over(setup.schools, file.schools, same("school_id")),
    programs: over(setup.programs, file.programs, same("program_id")),
  };
}

type Place = Pick<Target, "setup" | "summaries" | "sweeps">;
export type Simulation = { from: string; to: string; now: Replayed; then: Replayed };

/** Replays history under the thresholds in force and under others. Reads only. */
export async function simulate(
  target: Place,
  { from, to, settings }: { from: string; to: string; settings: SettingsFile },
  say: (line: string) => void,
): Promise<Simulation> {
  const setup = await target.setup.all();
  const known: Known[] = [];
  for (const [index, school] of setup.schools.entries()) {
    say(`reading school ${index + 1} of ${setup.schools.length}`);
    known.push(await knownOf(target, school));
  }
  say("replaying with the thresholds in force");
  const now = replay(setup, known, { from, to });
  say("replaying with the others");
  const then = replay(withSettings(setup, settings), known, { from, to });
  return { from, to, now, then };
}

async function knownOf(
  { setup, summaries, sweeps }: Place,
  school: Setup["schools"][number],
): Promise<Known> {
  const { school_id } = school;
  const stored = await summaries.read({ school_id, from: "0000", to: "9999" });
  return {
    school,
    days: stored.map(({ day, packed }) => ({ day, summary: unpack(packed) })),
    enrolments: await setup.enrolments(school_id),
    roster: await setup.roster(school_id),
    scheduling: (await sweeps.state(school_id))?.scheduling ?? [],
  };
}

export function simulationText({ from, to, now, then }: Simulation): string {
  const row = (name: string, read: (result: Replayed) => number) => {
    const [a, b] = [read(now), read(then)];
    return [name, String(a), String(b), a === b ? "" : `${b > a ? "+" : ""}${b - a}`];
  };
  return [
    `From ${from} to ${to}, by what is known now`,
    ...alignColumns(
      [
        ["", "in force", "with these", "change"],
        ...RULE_IDS.map((id) => row(id, ({ triggers }) => triggers[id] ?? 0)),
        row("escalated to the district", ({ escalated }) => escalated),
        row("mails", ({ digests }) => digests),
        row("lines in them", ({ lines }) => lines),
        row("texts", ({ texts }) => texts),
      ],
      1,
    ),
  ].join("\n");
}
