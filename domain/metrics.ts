import { LAG_BOUNDS, type StudentSession, type Summary } from "./day-summary.ts";
import { ratio, sum } from "./numbers.ts";
import { NOT_HELD_ATTRIBUTION } from "./words.ts";

/**
 * What decides how a summary is read. None of it enters a summary, so changing it makes no summary stale.
 * Defaults: groups of at most 4 (NSSA, Louisiana, Colorado).
 */
export type ReadingRules = {
  /** Minutes from which a `partial` attendance counts as attended. */
  minimum_minutes: number;
  group_limit: number;
  /** Seconds since 1970. */
  now: number;
};

/** Whether this student-session counts as attended: `partial` from the program's minimum minutes. */
export function wasAttended(row: StudentSession, rules: Pick<ReadingRules, "minimum_minutes">): boolean {
  if (row.status === "partial") return row.minutes >= rules.minimum_minutes;
  return row.status === "present" || row.status === "late" || row.status === "left_early";
}

export const wasHeld = (row: StudentSession) => row.status !== "not_held";

/** Sessions attended / sessions the student was scheduled for (NSSA), `pending` being those whose time has passed. */
export function attendanceRates(rows: readonly StudentSession[], pending: number, rules: ReadingRules) {
  const attended = rows.filter((row) => wasAttended(row, rules)).length;
  return {
    attendance_rate_scheduled: ratio(attended, rows.length + pending),
    attendance_rate_held: ratio(attended, rows.filter(wasHeld).length),
  };
}

/** Sessions with the most frequent tutor / sessions attended. */
export function tutorConsistency(
  rows: readonly StudentSession[],
  rules: Pick<ReadingRules, "minimum_minutes">,
): number | null {
  const byTutor = new Map<string, number>();
  const attended = rows.filter((row) => wasAttended(row, rules));
  for (const { tutor_id } of attended) byTutor.set(tutor_id, (byTutor.get(tutor_id) ?? 0) + 1);
  return ratio(Math.max(0, ...byTutor.values()), attended.length);
}

/** Minutes in groups within the limit / minutes in groups whose size is known. */
export function ratioCompliance(rows: readonly StudentSession[], rules: ReadingRules): number | null {
  const known = rows.filter((row) => row.group_size !== null);
  return ratio(totalMinutes(known.filter((row) => !isOver(row, rules.group_limit))), totalMinutes(known));
}

/** Whether a group is known to be larger than a limit. */
export const isOver = ({ group_size }: StudentSession, limit: number) =>
  group_size !== null && group_size > limit;

export const totalMinutes = (rows: readonly StudentSession[]) =>
  rows.reduce((sum, row) => sum + row.minutes, 0);

/** Delivery, as the sessions of a summary tell it at `now`. */
export function deliveryOf(summary: Summary, now: number) {
  const held = sum(summary.providers.map((row) => row.sessions_held));
  const reasons = summary.providers.flatMap((row) => row.not_held);
  const notHeld = sum(reasons.map((row) => row.sessions));
  const byProvider = sum(
    reasons.filter(({ reason }) => NOT_HELD_ATTRIBUTION[reason] === "provider").map((row) => row.sessions),
  );
  const unreported = summary.pending.filter((session) => session.scheduled_end <= now).length;
  const scheduled = held + notHeld + unreported;
  return {
    sessions_held: held,
    sessions_not_held: notHeld,
    sessions_unreported: unreported,
    delivery_rate: ratio(held, scheduled),
    provider_fault_rate: ratio(byProvider, scheduled),
    completeness: ratio(held + notHeld, scheduled),
    reporting_lag_minutes: { p50: lagQuantile(summary, 0.5), p90: lagQuantile(summary, 0.9) },
  };
}

/** Upper bound in minutes of the bin that holds the quantile; null where nothing was completed or it is unbounded. */
export function lagQuantile(summary: Summary, quantile: number): number | null {
  const counts = LAG_BOUNDS.map((_, bin) => sum(summary.providers.map((row) => row.lag[bin] ?? 0)));
  const rank = Math.ceil(quantile * sum(counts));
  if (rank === 0) return null;
  let seen = 0;
  const bin = counts.findIndex((count) => (seen += count) >= rank);
  const bound = LAG_BOUNDS[bin] ?? Infinity;
  return Number.isFinite(bound) ? bound : null;
}
