import { sentenceOf } from "../domain/issue-sentence.ts";
import { isMap, isScalar, isSeq, LineCounter, parseDocument, type Document, type Node } from "yaml";
import { Setup, type School } from "../domain/setup.ts";
import { UsageError } from "./fail.ts";
import { textOf } from "./text-file.ts";
import { idsOf, mergeSetup, withoutEntries, type Unnamed } from "../domain/setup-prune.ts";
import { planPrune, type PruneResult } from "./prune.ts";
import { referenceFaults } from "./reference-faults.ts";
import { rezone } from "./rezone.ts";
import type { Target } from "./target.ts";

export type SetupFault = { line: number; column: number; path: string; reason: string };
export type ApplyResult = {
  added: string[];
  changed: string[];
  unchanged: number;
  released: number;
  moved: number;
} & Prune;
type Prune = Pick<PruneResult, "unnamed" | "pruned" | "stays" | "lists_left_alone">;
/** What setting up reads and writes. */
export type ApplyTarget = Pick<Target, "setup" | "sessions">;

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

const NOTHING = Setup.parse({});

type Parsed = {
  setup?: Setup;
  /** The lists that the file holds. */
  held: string[];
  faults: SetupFault[];
};

export function parseSetup(text: string, known = NOTHING): Parsed {
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

type Entry = { name: string; value: unknown };

function entriesOf(setup: Setup): Entry[] {
  return [
    ...setup.districts.map((value) => ({ name: `district ${value.district_id}`, value })),
    ...setup.schools.map((value) => ({ name: `school ${value.school_id}`, value })),
    ...setup.programs.map((value) => ({ name: `program ${value.program_id}`, value })),
    ...setup.providers.map((value) => ({ name: `provider ${value.provider_id}`, value })),
    ...setup.contacts.map((value) => ({ name: `contact ${value.contact_id}`, value })),
    ...(setup.people ?? []).map((value) => ({ name: `person ${value.person_id}`, value })),
    ...(setup.default_owner === undefined ? [] : [{ name: "default owner", value: setup.default_owner }]),
    ...(setup.id_pattern === undefined ? [] : [{ name: "id pattern", value: setup.id_pattern }]),
    ...(setup.session_age_days === undefined
      ? []
      : [{ name: "session age days", value: setup.session_age_days }]),
    ...(setup.settings === undefined ? [] : [{ name: "settings", value: setup.settings }]),
  ];
}

const canonical = (value: unknown): string =>
  JSON.stringify(value, (_, inner: unknown) =>
    typeof inner === "object" && inner !== null && !Array.isArray(inner)
      ? Object.fromEntries(Object.entries(inner).sort())
      : inner,
  );

/** What applying would add and change. */
export function setupDifference(
  before: Setup,
  after: Setup,
): Pick<ApplyResult, "added" | "changed" | "unchanged"> {
  const old = new Map(entriesOf(before).map(({ name, value }) => [name, canonical(value)]));
  const entries = entriesOf(after);
  const added = entries.filter(({ name }) => !old.has(name)).map(({ name }) => name);
  const changed = entries
    .filter(({ name, value }) => old.has(name) && old.get(name) !== canonical(value))
    .map(({ name }) => name);
  return { added, changed, unchanged: entries.length - added.length - changed.length };
}

/** Schools whose zone would change. Their sessions would keep days of the old zone. */
export const rezoned = (before: Setup, after: Setup) =>
  after.schools.filter(({ school_id, time_zone }) =>
    before.schools.some((old) => old.school_id === school_id && old.time_zone !== time_zone),
  );

export type ApplyOptions = {
  file: string;
  dryRun: boolean;
  /** Lets the zone of a school with sessions change, and gives the sessions of the file's schools their days anew. */
  rezone: boolean;
  /** Takes out what the file does not name any more. */
  prune: boolean;
  now: Date;
  release: (setup: Setup) => Promise<number>;
  /** Waits until no running function remembers the old zones. */
  untilForgotten: () => Promise<void>;
};

/** Writes what differs, and says what the file does not name any more. Applying twice changes nothing. */
export async function applySetup(target: ApplyTarget, options: ApplyOptions): Promise<ApplyResult> {
  const { dryRun, release } = options;
  const before = await target.setup.all();
  const { setup: after, held } = readSetup(options.file, before);
  const changing = rezoned(before, after);
  if (!options.rezone) await refuseRezoning(target, changing);
  const difference = setupDifference(before, after);
  const today = options.now.toISOString().slice(0, 10);
  const { removed, ended, ...plan } = await planPrune(target, { file: after, stored: before, held, today });
  const prune: Prune = options.prune ? plan : { ...plan, pruned: [] };
  if (options.prune) refuseLoose(after, { stored: before, removed });
  if (dryRun) return { ...difference, ...prune, released: 0, moved: 0 };
  if (difference.added.length + difference.changed.length > 0) await target.setup.put(after);
  if (options.prune) {
    await target.setup.put({ ...NOTHING, providers: ended });
    await target.setup.remove(removed);
  }
  await noteNamed(target, after, held);
  // also after an interruption, when nothing is left to change
  if (options.rezone) await options.untilForgotten();
  const moved = options.rezone ? await rezone(target, after.schools) : 0;
  return { ...difference, ...prune, released: await release(await target.setup.all()), moved };
}

/** Who and what the file names; doctor says later who is still there beside them. */
async function noteNamed({ setup }: ApplyTarget, after: Setup, held: readonly string[]): Promise<void> {
  const { people, contacts } = idsOf(after);
  await setup.noteNamed({
    ...(await setup.lastNamed()),
    ...(held.includes("people") && { people }),
    ...(held.includes("contacts") && { contacts }),
  });
}

/** What would be left must not point at what goes. Throws UsageError that names each such place. */
function refuseLoose(
  after: Setup,
  { stored, removed }: { stored: Setup; removed: readonly Unnamed[] },
): void {
  const kept = withoutEntries(stored, removed);
  // a provider that the file does not name stays as history, with contracts that are over
  const providers = kept.providers.filter((one) =>
    after.providers.some(({ provider_id }) => provider_id === one.provider_id),
  );
  const loose = referenceFaults(mergeSetup({ ...kept, providers }, after), NOTHING).map(
    ({ at, reason }) => `${at.map(String).join(".")}: ${reason}`,
  );
  if (loose.length === 0) return;
  throw new UsageError(
    ["Nothing was applied: with --prune this would point at what is gone.", ...loose].join("\n"),
  );
}

async function refuseRezoning({ sessions }: ApplyTarget, schools: readonly School[]): Promise<void> {
  for (const { school_id } of schools) {
    if ((await sessions.ofSchool(school_id)).length === 0) continue;
    throw new UsageError(
      `School ${school_id} has sessions, whose days follow its time_zone. If the zone was wrong, apply with --rezone: it gives them their days anew.`,
    );
  }
}
