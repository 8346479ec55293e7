/** Counting that knows nothing of tutoring, and imports nothing: pages in a browser use it, too. */

/** A share, or null where nothing was counted: unknown is not zero. */
export const ratio = (part: number, whole: number): number | null => (whole === 0 ? null : part / whole);

export const sum = (numbers: readonly number[]) => numbers.reduce((total, number) => total + number, 0);

/** Linear interpolation between closest ranks, as numpy's default. `sorted` ascends; null when it is empty. */
export function quantileOf(sorted: readonly number[], quantile: number): number | null {
  const position = (sorted.length - 1) * quantile;
  const below = sorted[Math.floor(position)];
  const above = sorted[Math.ceil(position)];
  if (below === undefined || above === undefined) return null;
  return below + (above - below) * (position - Math.floor(position));
}

/** Gini coefficient of non-negative numbers in ascending order: 0 is equal for all; null when there is nothing. */
export function gini(sorted: readonly number[]): number | null {
  const total = sum(sorted);
  if (total === 0) return null;
  const weighted = sum(sorted.map((number, index) => (2 * (index + 1) - sorted.length - 1) * number));
  return weighted / (sorted.length * total);
}
