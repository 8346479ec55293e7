import { channelOf, isDue, rearmed, type Message } from "../domain/message.ts";
import { addDays } from "../domain/school-day.ts";
import type { Target } from "./target.ts";

/** How far back: what is older stands in newer digests, or is long over. */
const DAYS = 14;

/**
 * Offers what was given up to its service again: of each contact and channel the latest, because a later message that
 * was sent has told what an earlier one would.
 */
export async function redriveMessages(
  { setup, messages }: Pick<Target, "setup" | "messages">,
  { now, dryRun }: { now: Date; dryRun: boolean },
): Promise<number> {
  const from = addDays(now.toISOString().slice(0, 10), -DAYS);
  let offered = 0;
  for (const { contact_id } of (await setup.all()).contacts) {
    for (const message of latestGivenUp(await messages.of(contact_id, from), now))
      if (dryRun || (await messages.write(rearmed(message, now, true)))) offered += 1;
  }
  return offered;
}

export function latestGivenUp(all: readonly Message[], now: Date): Message[] {
  const latest = new Map(
    all
      .filter(({ state }) => state !== "empty")
      .toSorted((a, b) => (a.decided_at < b.decided_at ? -1 : 1))
      .map((message) => [channelOf(message), message]),
  );
  return [...latest.values()].filter(
    (message) => ["dead", "waiting"].includes(message.state) || isDue(message, now),
  );
}
