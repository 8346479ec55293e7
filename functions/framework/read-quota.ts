import { minuteOf, type QuotaStore } from "../../adapters/quota-store.ts";

/** What one person or system may ask in a minute: an open page asks a few times, a whole district's pages some hundred. */
export const READS_PER_MINUTE = 600;
/** Counted together once so many were asked here: who reads a page costs no write, who reads everything is counted. */
export const COUNTED_TOGETHER = 20;
const REMEMBERED = 1000;
export const TOO_MANY_READS = "You asked too often in this minute; ask again after Retry-After.";

export type ReadQuota = (caller: string, now: Date) => Promise<number | undefined>;

/** Seconds until a caller may ask again, where this minute is used up; undefined while it is not. */
export function readQuota(quotas: QuotaStore): ReadQuota {
  const asked = new Map<string, { minute: string; here: number; everywhere: number }>();
  return async (caller, now) => {
    const minute = minuteOf(now);
    const known = asked.get(caller);
    const count = known?.minute === minute ? known : { minute, here: 0, everywhere: 0 };
    count.here += 1;
    if (known === undefined && asked.size >= REMEMBERED) asked.delete(asked.keys().next().value ?? "");
    asked.set(caller, count);
    if (count.here % COUNTED_TOGETHER === 0)
      count.everywhere = await quotas.add(caller, COUNTED_TOGETHER, now);
    return count.everywhere > READS_PER_MINUTE ? 60 - now.getUTCSeconds() : undefined;
  };
}
