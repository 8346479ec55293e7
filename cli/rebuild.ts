import { rebuildSchool, type Rebuilt } from "../adapters/rebuild.ts";
import { UsageError } from "./fail.ts";
import type { Target } from "./target.ts";

export type RebuildOptions = {
  school: string | undefined;
  dryRun: boolean;
  progress: (line: string) => void;
  /** Waits until no reader is still in the old generation. */
  untilUnread: () => Promise<void>;
};
export type RebuildResult = { schools: Rebuilt[]; days: number };

/**
 * Makes the views of one school, or of all, anew from the facts, beside those that count. It can be interrupted and
 * started again: it goes on where it was.
 */
export async function rebuild(place: Target, options: RebuildOptions): Promise<RebuildResult> {
  const { schools } = await place.setup.all();
  const wanted = schools.filter(({ school_id }) => (options.school ?? school_id) === school_id);
  if (wanted.length === 0) throw new UsageError(`School ${options.school ?? ""} is not set up.`);
  if (options.dryRun) return planned(place, wanted);
  const rebuilt: Rebuilt[] = [];
  for (const [index, { school_id }] of wanted.entries()) {
    const name = `school ${school_id} (${index + 1} of ${wanted.length})`;
    rebuilt.push(
      await rebuildSchool(place, school_id, ({ days, left }) =>
        options.progress(`${name}: ${days - left} of ${days} days`),
      ),
    );
  }
  await options.untilUnread();
  for (const { school_id } of wanted) await place.summaries.tidy(school_id);
  return { schools: rebuilt, days: rebuilt.reduce((sum, { days }) => sum + days, 0) };
}

async function planned(
  { summaries }: Target,
  wanted: readonly { school_id: string }[],
): Promise<RebuildResult> {
  const rows: Rebuilt[] = [];
  for (const { school_id } of wanted) {
    const { current, building } = await summaries.generations(school_id);
    const { length: days } = await summaries.days(school_id);
    rows.push({ school_id, generation: building ?? current + 1, days, resumed: building !== undefined });
  }
  return { schools: rows, days: rows.reduce((sum, { days }) => sum + days, 0) };
}

export const rebuildText = ({ schools, days }: RebuildResult, dryRun: boolean) =>
  [
    ...schools.map(
      (one) =>
        `${one.school_id}: generation ${one.generation}, ${one.days} days${one.resumed ? ", taken up where it was" : ""}`,
    ),
    `${days} days of ${schools.length} schools${dryRun ? " (dry run: nothing was written)" : " made anew"}`,
  ].join("\n");
