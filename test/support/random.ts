/** A small seeded generator (mulberry32): the same seed gives the same suite on every machine. */
export function seeded(seed: number) {
  let state = seed >>> 0;
  const next = () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let t = Math.imul(state ^ (state >>> 15), 1 | state);
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t;
    return ((t ^ (t >>> 14)) >>> 0) / 4294967296;
  };
  const below = (limit: number) => Math.floor(next() * limit);
  return {
    next,
    below,
    chance: (share: number) => next() < share,
    pick: <T>(items: readonly T[]): T => items[below(items.length)]!,
    shuffle: <T>(items: T[]): T[] => {
      for (let at = items.length - 1; at > 0; at -= 1) {
        const other = below(at + 1);
        [items[at], items[other]] = [items[other]!, items[at]!];
      }
      return items;
    },
  };
}
export type Random = ReturnType<typeof seeded>;

/** The seed of a suite: from ROLLCALL_SEED, else a fixed one. Printed, so that a failure can be repeated. */
export function announceSeed(suite: string, fallback: number): number {
  const seed = Number(process.env["ROLLCALL_SEED"] ?? fallback);
  console.log(`${suite}: seed ${seed} (repeat with ROLLCALL_SEED=${seed})`);
  return seed;
}
