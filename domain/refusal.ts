import * as z from "zod";
import { Id } from "./ids.ts";
import { idFault } from "./opaque-ids.ts";
import type { Fault } from "./problem.ts";
import { EVENT_TYPES, MAX_REVISION } from "./session-event.ts";
import { orderOf, type Outcome } from "./session-record.ts";

/** Of which event and session something speaks, as far as that can be read. */
export type EventNames = {
  event_id?: string | undefined;
  school_id?: string | undefined;
  session_id?: string | undefined;
  /** Names the session, for a comparison. */
  session?: string | undefined;
  /** Names the event: its source and id, which CloudEvents promises to be unique. */
  event?: string | undefined;
  /** The order of the snapshot; undefined where its type or its revision cannot be read. */
  order?: number | undefined;
};

const EVENT_ID_LENGTH = 256;
const maybe = <T extends z.ZodType>(type: T) => type.optional().catch(undefined);
const Named = z.object({
  id: maybe(z.string().transform((id) => id.slice(0, EVENT_ID_LENGTH))),
  source: maybe(z.string()),
  type: maybe(z.enum(Object.values(EVENT_TYPES))),
  data: z
    .object({ school_id: maybe(Id), session_id: maybe(Id), revision: z.unknown() })
    .partial()
    .catch({}),
});
const Revision = z.int().min(1).max(MAX_REVISION).default(1);
const STATUSES = {
  [EVENT_TYPES.scheduled]: "scheduled",
  [EVENT_TYPES.completed]: "completed",
  [EVENT_TYPES.canceled]: "canceled",
  [EVENT_TYPES.voided]: "voided",
} as const;

/** Reads the names of an event that may be wrong in every other respect. */
export function namesOf(value: unknown): EventNames {
  const read = Named.safeParse(value);
  if (!read.success) return {};
  const { id: event_id, source = "", type, data } = read.data;
  const { school_id, session_id, revision } = data;
  const event = event_id === undefined ? undefined : JSON.stringify(["event", source, event_id]);
  if (school_id === undefined || session_id === undefined) return { event_id, event };
  const told = Revision.safeParse(revision);
  const order = type !== undefined && told.success ? orderOf(told.data, STATUSES[type]) : undefined;
  const session = JSON.stringify(["session", school_id, session_id]);
  return { event_id, event, school_id, session_id, session, order };
}

/** The names without an id that looks like somebody's name: a refused event may hold anything anywhere. */
export function namesKept({ event_id, school_id, session_id }: EventNames) {
  const kept = (id: string | undefined) => (id === undefined || idFault(id) !== undefined ? undefined : id);
  return { event_id, school_id: kept(school_id), session_id: kept(session_id) };
}

/** Faults after which the corrected event may be about another session. */
const MISNAMED: readonly string[] = ["/data/school_id", "/data/session_id"];

/** By which names a refused event is found again: its session, and the event itself where the session may be wrong. */
export function namesToWatch({ session, event }: EventNames, errors: readonly Fault[]): string[] {
  const isMisnamed = session === undefined || errors.some(({ pointer }) => MISNAMED.includes(pointer));
  return [session, isMisnamed ? event : undefined].filter((name) => name !== undefined);
}

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
