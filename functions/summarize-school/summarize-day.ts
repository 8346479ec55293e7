import type { SessionStore } from "../../adapters/session-store.ts";
import type { SchoolDay, SummaryStore } from "../../adapters/summary-store.ts";
import { summarize } from "../../domain/day-summary.ts";
import { pack } from "../../domain/summary-packing.ts";

export type SummaryDeps = { sessions: Pick<SessionStore, "onDay">; summaries: SummaryStore };

/**
 * Recomputes a day from its facts. The version is read first and written last, so that a summary made of older facts
 * never wins: the loser starts over. It is written also when nothing changed, because X → Y → X would hide a late
 * writer. Resolves to the number of sessions that could not be read.
 */
export async function summarizeDay({ sessions, summaries }: SummaryDeps, day: SchoolDay): Promise<number> {
  for (;;) {
    const version = await summaries.version(day);
    const summary = summarize(await sessions.onDay(day.school_id, day.day));
    if (await summaries.write(day, version, pack(summary))) return summary.unreadable.length;
  }
}
