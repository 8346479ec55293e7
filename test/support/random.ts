import { seeded as plain } from "../../cli/seeded.ts";

/** The generator of the demo, with what test suites need besides. */
export function seeded(seed: number) {
  const random = plain(seed);
  const { below } = random;
  return {
    ...random,
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
