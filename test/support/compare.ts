import type { InMemorySummaryStore } from "../../adapters/in-memory/summary-store.ts";
import { unpack } from "../../domain/summary-packing.ts";
import { oracle, type Told } from "./torture.ts";

/** Days whose summary is not what the oracle says. */
export function differences(views: InMemorySummaryStore, told: readonly Told[]): number {
  const expected = oracle(told);
  let count = 0;
  const seen = new Set<string>();
  for (const view of views.views.values()) {
    const name = `${view.school_id}/${view.day}`;
    seen.add(name);
    const summary = unpack(view.packed);
    const students = summary.student_sessions
      .map((row) => `${row.student_id}:${row.status === "not_held" ? "x" : "c"}:${row.minutes}`)
      .sort();
    const held = summary.providers.reduce((sum, row) => sum + row.sessions_held, 0);
    const notHeld = summary.providers
      .flatMap((row) => row.not_held)
      .reduce((sum, row) => sum + row.sessions, 0);
    const day = expected.get(name) ?? { students: [], held: 0, notHeld: 0, pending: 0 };
    const same =
      JSON.stringify(students) === JSON.stringify(day.students) &&
      held === day.held &&
      notHeld === day.notHeld &&
      summary.pending.length === day.pending;
    if (!same) count += 1;
  }
  for (const name of expected.keys()) if (!seen.has(name)) count += 1;
  return count;
}
