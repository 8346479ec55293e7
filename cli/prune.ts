import { readContent } from "../domain/session-content.ts";
import type { Setup } from "../domain/setup.ts";
import {
  endedContracts,
  SETUP_LISTS,
  unnamedBy,
  unnamedText,
  whyItStays,
  type SetupList,
  type Unnamed,
  type Used,
} from "../domain/setup-prune.ts";
import type { Target } from "./target.ts";

/** What setting up reads and writes. */
export type ApplyTarget = Pick<Target, "setup" | "sessions">;

export type PruneResult = {
  /** Set up, but not in the file: what --prune takes out, ends or has to leave. */
  unnamed: string[];
  /** Taken out, or for a provider: its contracts end today. */
  pruned: string[];
  /** Would be pruned, but other data hangs on it. */
  stays: { name: string; why: string }[];
  /** Not judged, because the file does not hold these lists at all. */
  lists_left_alone: SetupList[];
};

type Plan = PruneResult & { removed: Unnamed[]; ended: Setup["providers"] };

/** What --prune would do with whatever a file does not name. A list that the file does not hold is left alone. */
export async function planPrune(
  target: ApplyTarget,
  { file, stored, held, today }: { file: Setup; stored: Setup; held: readonly string[]; today: string },
): Promise<Plan> {
  const all = unnamedBy(file, stored, today);
  const lists_left_alone = SETUP_LISTS.filter(
    (list) => !held.includes(list) && all.some((one) => one.list === list),
  );
  const unnamed = all.filter(({ list }) => held.includes(list));
  const used = await usedOf(target, { file, stored, unnamed });
  const gone = new Set(
    unnamed
      .filter((one) => one.list === "schools" && whyItStays(one, stored, used) === undefined)
      .map(({ id }) => id),
  );
  const kept = {
    ...stored,
    schools: [...stored.schools.filter(({ school_id }) => !gone.has(school_id)), ...file.schools],
  };
  const stays = unnamed.flatMap((one) => {
    const why = whyItStays(one, kept, used);
    return why === undefined ? [] : [{ name: unnamedText(one), why }];
  });
  const going = unnamed.filter((one) => whyItStays(one, kept, used) === undefined);
  const ended = stored.providers
    .filter(({ provider_id }) => going.some(({ list, id }) => list === "providers" && id === provider_id))
    .map((provider) => ({ ...provider, contracts: endedContracts(provider.contracts ?? [], today) }));
  return {
    unnamed: unnamed.map(unnamedText),
    pruned: going.map(unnamedText),
    stays,
    lists_left_alone,
    removed: going.filter(({ list }) => list !== "providers"),
    ended,
  };
}

type Asked = { file: Setup; stored: Setup; unnamed: readonly Unnamed[] };

/** Reads sessions only where a school or a program is not named any more. */
async function usedOf({ sessions, setup }: ApplyTarget, { file, stored, unnamed }: Asked): Promise<Used> {
  const schools = new Set<string>();
  const contracts = [...stored.providers, ...file.providers].flatMap((provider) => provider.contracts ?? []);
  const programs = new Set(contracts.flatMap(({ program_ids = [] }) => program_ids));
  const wanted = (list: SetupList) => unnamed.filter((one) => one.list === list).map(({ id }) => id);
  const everywhere = wanted("programs").length > 0;
  const asked = everywhere ? stored.schools.map(({ school_id }) => school_id) : wanted("schools");
  for (const school_id of asked) {
    const facts = await sessions.ofSchool(school_id);
    const enrolments = await setup.enrolments(school_id);
    const roster = await setup.roster(school_id);
    if (facts.length + roster.length + enrolments.length > 0) schools.add(school_id);
    const named = [...enrolments.map(({ program_id }) => program_id), ...facts.flatMap(programsIn)];
    for (const program_id of named) programs.add(program_id);
  }
  return { schools, programs };
}

function programsIn({ content }: { content: string }): string[] {
  const program_id = readContent(content)?.program_id;
  return program_id === undefined ? [] : [program_id];
}

/** A line for each entry that the file does not name, and what to do about it. */
export function pruneLines({ unnamed, pruned, stays, lists_left_alone }: PruneResult): string[] {
  const pruning = pruned.length > 0;
  const fixed = new Map(stays.map(({ name, why }) => [name, why]));
  const left = unnamed.filter((name) => !pruned.includes(name));
  return [
    ...pruned.map((name) => `- ${name}${name.startsWith("provider ") ? ": its contracts end today" : ""}`),
    ...left.map((name) => {
      const why = fixed.get(name);
      return why === undefined
        ? `? ${name} is set up but not in the file`
        : `? ${name} is not in the file, and stays: it ${why}`;
    }),
    ...(left.some((name) => !fixed.has(name)) && !pruning
      ? [
          "  Nothing of these changes: people keep their access, contacts are still written to. Apply with --prune to end that.",
        ]
      : []),
    ...lists_left_alone.map(
      (list) =>
        `  The file holds no list \`${list}\`, so nothing of it is touched; write \`${list}: []\` to empty it.`,
    ),
  ];
}
