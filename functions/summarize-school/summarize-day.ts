import type { SessionStore } from "../../adapters/session-store.ts";
import type { SchoolDay, SummaryStore } from "../../adapters/summary-store.ts";
import { summarize, type Summary } from "../../domain/day-summary.ts";
import { pack } from "../../domain/summary-packing.ts";

export type SummaryDeps = { sessions: Pick<SessionStore, "onDay">; summaries: SummaryStore };
/** A day as it was, still packed, because few readers need it; and as it is. */
export type Recomputed = SchoolDay & { before: string | undefined; after: Summary };

/**
 * Recomputes a day from its facts. The version is read first and written last, so that a summary made of older facts
 * never wins: the loser starts over. It is written also when nothing changed, because X → Y → X would hide a late
 * writer.
 */
export async function summarizeDay(
  { sessions, summaries }: SummaryDeps,
  day: SchoolDay,
): Promise<Recomputed> {
  for (;;) {
    const stored = await summaries.stored(day);
    const after = summarize(await sessions.onDay(day.school_id, day.day));
    if (!(await summaries.write(day, stored?.version ?? 0, pack(after)))) continue;
    return { ...day, before: stored?.packed, after };
  }
}
