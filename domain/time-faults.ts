import type { Fault } from "./problem.ts";
import { RETENTION } from "./retention.ts";
import { addDays } from "./school-day.ts";
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

/**
 * Whether a session of a school-local day is older than what is taken: than `session_age_days` of the set-up, else than
 * sessions are kept, because what is stored then would expire at once.
 */
export const isTooOld = (day: string, today: string, session_age_days: number = RETENTION.sessions) =>
  day < addDays(today, -session_age_days);
