import type { Outcome } from "./session-record.ts";

/** What was refused under a name and is still open. */
export type OpenRefusal = { result: "rejected" | "conflict"; order?: number | undefined };
/** What became of a later event: `order` is that of what is stored now. */
export type Taken = { outcome: Exclude<Outcome, "conflict"> | "quarantined"; order: number };

/**
 * Says whether what was taken settles what was refused. A conflict is settled by a later snapshot alone. What was
 * rejected is settled by the snapshot that it was to be, stored only now, or by a later one; where nobody can tell which
 * it was to be, by any that changed something.
 */
export function settles({ outcome, order }: Taken, refused: OpenRefusal): boolean {
  const isNew = outcome === "accepted" || outcome === "quarantined";
  if (refused.order === undefined) return isNew;
  return order > refused.order || (order === refused.order && isNew && refused.result === "rejected");
}
