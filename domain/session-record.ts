import { EVENT_TYPES, type SessionEvent } from "./session-event.ts";
import { withoutErased, type IsErased } from "./erasure.ts";
import { contentOf, VOID_CONTENT } from "./session-content.ts";
import { sessionOf, startOf, type Session } from "./session.ts";

/** Who a session is: three ids, for ever. */
export type SessionKey = { school_id: string; provider_id: string; session_id: string };

/** What an event says, before a school's zone gave it a day. */
export type Snapshot = SessionKey & {
  /** 4 × revision + stage: the order of snapshots of one session. */
  order: number;
  content: string;
  /** Seconds since 1970 of the start that gives the day; none in a void. */
  start: number | undefined;
};

/** The one stored fact of a session: the latest snapshot, and when a final one was first heard of. */
export type SessionRecord = SessionKey & {
  order: number;
  content: string;
  /** School-local date; a record without one counts on no day. */
  day: string | undefined;
  /** Earliest arrival (ISO instant) of any completed or canceled snapshot, kept through corrections. */
  first_reported_at: string | undefined;
};

/** A snapshot with its day, and its arrival (ISO instant) if it is a final report. */
export type Arrival = { snapshot: Omit<SessionRecord, "first_reported_at">; reported: string | undefined };

export type Outcome = "accepted" | "duplicate" | "stale" | "conflict";

const STAGES = { scheduled: 0, completed: 1, canceled: 1, voided: 2 } as const;

export const orderOf = (revision: number, status: keyof typeof STAGES) => 4 * revision + STAGES[status];
export const revisionOf = (order: number) => Math.floor(order / 4);
/** Whether a snapshot is a report of what happened, held or not held. */
export const isFinal = (order: number) => order % 4 === STAGES.completed;
export const isVoid = (order: number) => order % 4 === STAGES.voided;

/** The snapshot that an event is, for the provider who posted it. */
export function snapshotOf(
  event: SessionEvent,
  provider_id: string,
  isErased: IsErased = () => false,
): Snapshot {
  const { session_id, school_id, revision } = event.data;
  const key = { school_id, provider_id, session_id };
  if (event.type === EVENT_TYPES.voided) {
    return { ...key, order: orderOf(revision, "voided"), content: VOID_CONTENT, start: undefined };
  }
  const [status, whole] = readEvent(event);
  const session = withoutErased(whole, isErased);
  return { ...key, order: orderOf(revision, status), content: contentOf(session), start: startOf(session) };
}

function readEvent(
  event: Exclude<SessionEvent, { type: "tutoring.session.voided" }>,
): [Session["status"], Session] {
  switch (event.type) {
    case EVENT_TYPES.scheduled:
      return ["scheduled", sessionOf(event.data, "scheduled")];
    case EVENT_TYPES.completed:
      return ["completed", sessionOf(event.data, "completed")];
    case EVENT_TYPES.canceled:
      return ["canceled", sessionOf(event.data, "canceled")];
  }
}

/**
 * The revision rule. Says what an arriving snapshot is to the stored record, and the record to write, if any.
 * The arrival part is the minimum over all arrivals, so a stale report that came earlier still lowers it.
 */
export function arrive(
  stored: SessionRecord | undefined,
  { snapshot, reported }: Arrival,
): { outcome: Outcome; write: SessionRecord | undefined } {
  const outcome = outcomeOf(stored, snapshot);
  const first_reported_at = earliest(stored?.first_reported_at, reported);
  if (outcome === "accepted") return { outcome, write: { ...snapshot, first_reported_at } };
  const earlier = outcome !== "conflict" && first_reported_at !== stored?.first_reported_at;
  return { outcome, write: stored !== undefined && earlier ? { ...stored, first_reported_at } : undefined };
}

function outcomeOf(stored: SessionRecord | undefined, snapshot: Arrival["snapshot"]): Outcome {
  if (stored === undefined || stored.order < snapshot.order) return "accepted";
  if (stored.order > snapshot.order) return "stale";
  return stored.content === snapshot.content ? "duplicate" : "conflict";
}

function earliest(a: string | undefined, b: string | undefined): string | undefined {
  if (a === undefined || b === undefined) return a ?? b;
  return a < b ? a : b;
}

/** The arrival of a snapshot now, at a school whose zone gave it this day. */
export function arrivalOf({ start: _, ...snapshot }: Snapshot, day: string | undefined, now: Date): Arrival {
  return {
    snapshot: { ...snapshot, day },
    reported: isFinal(snapshot.order) ? now.toISOString() : undefined,
  };
}
