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
      if (dryRun || (await messages.write(offeredAgain(message, now)))) offered += 1;
  }
  return offered;
}

/** A text waits for the sweep, which knows the quiet hours. */
const offeredAgain = (message: Message, now: Date): Message => ({
  ...rearmed(message, now, true),
  ...(message.kind === "text" && { state: "waiting" }),
});

const TEXT_HOURS = 12;
const isStale = ({ kind, decided_at }: Message, now: Date) =>
  kind === "text" && now.getTime() - Date.parse(decided_at) > TEXT_HOURS * 3_600_000;

export function latestGivenUp(all: readonly Message[], now: Date): Message[] {
  const latest = new Map(
    all
      .filter(({ state }) => state !== "empty")
      .toSorted((a, b) => (a.decided_at < b.decided_at ? -1 : 1))
      .map((message) => [channelOf(message), message]),
  );
  return [...latest.values()].filter(
    (message) =>
      !isStale(message, now) && (["dead", "waiting"].includes(message.state) || isDue(message, now)),
  );
}
