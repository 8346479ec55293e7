import { nothingSetUp, type School, type Setup } from "../domain/setup.ts";
import { UsageError } from "./fail.ts";
import { idsOf, mergeSetup, withoutEntries, type Unnamed } from "../domain/setup-prune.ts";
import { planPrune, type ApplyTarget, type PruneResult } from "./prune.ts";
import { referenceFaults } from "./reference-faults.ts";
import { rezone } from "./rezone.ts";
import { readSetup } from "./setup-file.ts";

export type ApplyResult = {
  added: string[];
  changed: string[];
  unchanged: number;
  released: number;
  moved: number;
} & Prune;
type Prune = Pick<PruneResult, "unnamed" | "pruned" | "stays" | "lists_left_alone">;

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
const rezoned = (before: Setup, after: Setup) =>
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
    await target.setup.put({ ...nothingSetUp(), providers: ended });
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
  const loose = referenceFaults(mergeSetup({ ...kept, providers }, after), nothingSetUp()).map(
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
