import { setTimeout as sleep } from "node:timers/promises";
import { UsageError } from "./fail.ts";
import type { Target } from "./target.ts";

/** A day on which nothing was ever taught: its mark comes out of the stream after all that was posted before it. */
const BARRIER_DAY = "1970-01-01";
const PATIENCE_MS = 300_000;

/** Resolves when everything that was posted to these schools before is in their summaries. */
export async function untilSummarised(target: Target, school_ids: readonly string[]): Promise<void> {
  // the second mark comes in a later batch than all that the first one overtook within its own
  await passBarrier(target, school_ids);
  await passBarrier(target, school_ids);
}

async function passBarrier({ sessions, summaries }: Target, school_ids: readonly string[]): Promise<void> {
  const versionOf = async (school_id: string) =>
    (await summaries.stored({ school_id, day: BARRIER_DAY }))?.version ?? 0;
  const before = await Promise.all(school_ids.map(versionOf));
  for (const school_id of school_ids) await sessions.mark(school_id, BARRIER_DAY, new Date());
  const patience = Date.now() + PATIENCE_MS;
  for (const [index, school_id] of school_ids.entries()) {
    while ((await versionOf(school_id)) <= (before[index] ?? 0)) {
      if (Date.now() > patience)
        throw new UsageError(
          "All rows are stored, but the summaries are late: see the alarms of summarize-school.",
        );
      await sleep(100);
    }
  }
}
