import { summarize, type Summary } from "../domain/day-summary.ts";
import { pack } from "../domain/summary-packing.ts";
import type { SessionStore } from "./session-store.ts";
import type { DayOf, SchoolDay, SummaryStore } from "./summary-store.ts";

export type SummaryDeps = { sessions: Pick<SessionStore, "onDay">; summaries: SummaryStore };
/** A day as it was, still packed, because few readers need it; and as it is. */
export type Recomputed = SchoolDay & { before: string | undefined; after: Summary };

/**
 * Recomputes a day from its facts, in the generation that counts and in the one that is being built. Which they are
 * is read after the fact that asks for it was written: a rebuild that begins later reads that fact itself.
 */
export async function summarizeDay(deps: SummaryDeps, day: SchoolDay): Promise<Recomputed> {
  const { current, building } = await deps.summaries.generations(day.school_id);
  const recomputed = await recomputeDay(deps, { ...day, generation: current });
  if (building !== undefined) await recomputeDay(deps, { ...day, generation: building });
  return recomputed;
}

/**
 * The version is read first and written last, so that a summary made of older facts never wins: the loser starts over.
 * It is written also when nothing changed, because X → Y → X would hide a late writer.
 */
export async function recomputeDay({ sessions, summaries }: SummaryDeps, wanted: DayOf): Promise<Recomputed> {
  const { school_id, day } = wanted;
  for (;;) {
    const stored = await summaries.stored(wanted);
    const after = summarize(await sessions.onDay(school_id, day));
    if (!(await summaries.write(wanted, stored?.version ?? 0, pack(after)))) continue;
    return { school_id, day, before: stored?.packed, after };
  }
}
