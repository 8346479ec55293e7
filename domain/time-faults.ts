import type { Fault } from "./problem.ts";
import { EVENT_TYPES, type SessionEvent } from "./session-event.ts";

/** Minutes by which a sender's clock may be ahead of ours. */
export const TOLERANCE_MINUTES = 15;

/**
 * What a completed session says that cannot have happened yet: it ends, or begins where it names no end, more than 15
 * minutes after now.
 */
export function timeFaults(event: SessionEvent, now: Date): Fault[] {
  if (event.type !== EVENT_TYPES.completed) return [];
  const { data } = event;
  const latest = now.getTime() + TOLERANCE_MINUTES * 60_000;
  const names = ["actual_end", "actual_start", "scheduled_start"] as const;
  // where it really began, the schedule does not matter
  const asked = data.actual_start === undefined ? names : names.slice(0, 2);
  return asked
    .filter((name) => Date.parse(data[name] ?? "") > latest)
    .map((name) => ({
      pointer: `/data/${name}`,
      detail: `lies more than ${TOLERANCE_MINUTES} minutes in the future, but the session is completed; correct the time, or post tutoring.session.scheduled`,
    }));
}
