/** A linear equation: what is known of a sum of unknowns, by their numbers. */
export type Equation = { terms: readonly (readonly [unknown_: number, factor: number])[]; value: number };

const TINY = 1e-7;

/** The reduced rows of a system, by elimination: each begins with a one that stands in no other. */
function reduced(equations: readonly Equation[], size: number): { rows: number[][]; pivots: number[] } {
  const rows = equations.map(({ terms, value }) => {
    const row = Array.from({ length: size + 1 }, () => 0);
    for (const [at, factor] of terms) row[at] = (row[at] ?? 0) + factor;
    row[size] = value;
    return row;
  });
  const pivots: number[] = [];
  let top = 0;
  for (let column = 0; column < size && top < rows.length; column += 1) {
    const best = rows.findIndex((row, at) => at >= top && Math.abs(row[column] ?? 0) > TINY);
    if (best === -1) continue;
    const pivot = rows[best] ?? [];
    rows[best] = rows[top] ?? [];
    const head = pivot[column] ?? 1;
    const normal = pivot.map((value) => value / head);
    rows[top] = normal;
    for (const [at, row] of rows.entries()) {
      const factor = row[column] ?? 0;
      if (at !== top && Math.abs(factor) > TINY)
        rows[at] = row.map((value, place) => value - factor * (normal[place] ?? 0));
    }
    pivots.push(column);
    top += 1;
  }
  return { rows: rows.slice(0, top), pivots };
}

/** What equations say of a sum of unknowns: its value, or undefined where they do not decide it. */
export function solver(equations: readonly Equation[], size: number) {
  const { rows, pivots } = reduced(equations, size);
  return (terms: Equation["terms"]): number | undefined => {
    const left = Array.from({ length: size }, () => 0);
    for (const [at, factor] of terms) left[at] = (left[at] ?? 0) + factor;
    let value = 0;
    for (const [at, column] of pivots.entries()) {
      const factor = left[column] ?? 0;
      if (Math.abs(factor) <= TINY) continue;
      const row = rows[at] ?? [];
      for (let place = 0; place < size; place += 1)
        left[place] = (left[place] ?? 0) - factor * (row[place] ?? 0);
      value += factor * (row[size] ?? 0);
    }
    return left.every((rest) => Math.abs(rest) <= TINY) ? value : undefined;
  };
}
