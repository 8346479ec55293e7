import type { PostedItem } from "./post-events.ts";
import type { Fault, SessionRow } from "./session-row.ts";

export type ImportResult = Record<
  PostedItem["result"] | "rows" | "faults" | "warnings" | "corrected",
  number
> & {
  error_file?: string;
};

/** A session of several students stands in as many rows. */
const rowsOf = (row: SessionRow | undefined) => 1 + (row?.others.length ?? 0);

/** Where a problem lies and what it is; of a conflict all that differs, with the way on. */
function whereOf({ detail, errors = [] }: NonNullable<PostedItem["problem"]>): Where {
  const [first] = errors;
  if (errors.length > 1 && errors.at(-1)?.pointer === "/data/revision")
    return {
      pointer: errors
        .slice(0, -1)
        .map((error) => error.pointer)
        .join(", "),
      detail: "differs from what is stored; look at both, and import with --correct where the file is right",
    };
  return { pointer: first?.pointer ?? "", detail: first?.detail ?? detail };
}
type Where = { pointer: string; detail: string };

/** Counts what became of the rows, and keeps those that could not be sent. */
export class Tally {
  readonly faults: Fault[];
  /** Rows that were sent and refused. */
  refused = 0;
  readonly #counts = {
    accepted: 0,
    duplicate: 0,
    stale: 0,
    conflict: 0,
    quarantined: 0,
    rejected: 0,
    not_stored: 0,
    corrected: 0,
  };
  readonly #rows: number;
  readonly #warnings: number;

  constructor(total: number, rows: SessionRow[], faults: Fault[]) {
    this.#rows = total;
    this.#warnings = rows.filter((row) => row.warnings.length > 0).length;
    this.faults = [...faults];
  }

  count(item: PostedItem, row: SessionRow | undefined, warn: (line: string) => void): void {
    this.#counts[item.result] += rowsOf(row);
    if (item.problem === undefined || row === undefined) return;
    this.refused += 1;
    const { pointer, detail } = whereOf(item.problem);
    for (const one of [row.row, ...row.others]) {
      this.faults.push({ row: one, column: pointer, reason: `${item.result}: ${detail}` });
      warn(`row ${one.number}: ${item.result}: ${item.problem.detail}`);
    }
  }

  countCorrection(item: PostedItem, row: SessionRow | undefined, warn: (line: string) => void): void {
    if (item.result === "accepted") this.#counts.corrected += rowsOf(row);
    else this.count(item, row, warn);
  }

  result(error_file: string | undefined): ImportResult {
    const { length: faults } = this.faults;
    return {
      rows: this.#rows,
      ...this.#counts,
      faults,
      warnings: this.#warnings,
      ...(error_file && { error_file }),
    };
  }
}
