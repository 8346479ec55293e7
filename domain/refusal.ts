import * as z from "zod";
import { Id } from "./ids.ts";
import { idFault } from "./opaque-ids.ts";
import { problem, type Problem } from "./problem.ts";
import { EVENT_TYPES, MAX_REVISION } from "./session-event.ts";
import { orderOf } from "./session-record.ts";

/** Of which event and session something speaks, as far as that can be read. */
export type EventNames = {
  event_id?: string | undefined;
  school_id?: string | undefined;
  session_id?: string | undefined;
  /** The session: what a correction keeps. */
  session?: string | undefined;
  /** The session by its start, wherever it is: what a correction keeps where the school was wrong. */
  moment?: string | undefined;
  /** The event by its start: what a correction keeps where the session's id was wrong. */
  event?: string | undefined;
  /** The order of the snapshot; undefined where its type or its revision cannot be read. */
  order?: number | undefined;
};

const EVENT_ID_LENGTH = 256;
const maybe = <T extends z.ZodType>(type: T) => type.optional().catch(undefined);
/** Also a number, as a file or a program without the quotes has it. */
const ReadId = maybe(z.union([Id, z.number().transform(String).pipe(Id)]));
const Start = maybe(
  z
    .string()
    .transform((text) => Date.parse(text))
    .pipe(z.int()),
);
const Revision = z
  .union([
    z.int(),
    z
      .string()
      .regex(/^\d{1,15}$/)
      .transform(Number),
  ])
  .pipe(z.int().min(1).max(MAX_REVISION))
  .default(1);
const Data = z.object({
  school_id: ReadId,
  session_id: ReadId,
  scheduled_start: Start,
  actual_start: Start,
  revision: z.unknown().optional(),
});
const Envelope = z.object({
  id: maybe(z.string().transform((id) => id.slice(0, EVENT_ID_LENGTH))),
  source: maybe(z.string()),
  type: maybe(z.enum(Object.values(EVENT_TYPES))),
  data: z.unknown().optional(),
});
const STATUSES = {
  [EVENT_TYPES.scheduled]: "scheduled",
  [EVENT_TYPES.completed]: "completed",
  [EVENT_TYPES.canceled]: "canceled",
  [EVENT_TYPES.voided]: "voided",
} as const;

/** A name of several parts; undefined where one of them is. */
const nameOf = (...parts: (string | number | undefined)[]) =>
  parts.includes(undefined) ? undefined : JSON.stringify(parts);

/** Reads the names of an event that may be wrong in every other respect; also of a session without its envelope. */
export function namesOf(value: unknown): EventNames {
  const envelope = Envelope.safeParse(value).data;
  if (envelope === undefined) return {};
  const { id: event_id, source = "", type, data: sent = value } = envelope;
  const { school_id, session_id, scheduled_start, actual_start, revision } = Data.safeParse(sent).data ?? {};
  const start = scheduled_start ?? actual_start;
  const told = Revision.safeParse(revision);
  return {
    ...{ event_id, school_id, session_id },
    session: nameOf("session", school_id, session_id),
    moment: nameOf("moment", session_id, start),
    event: nameOf("event", source, event_id, start),
    order: type !== undefined && told.success ? orderOf(told.data, STATUSES[type]) : undefined,
  };
}

/** The names without an id that looks like somebody's name: a refused event may hold anything anywhere. */
export function namesKept({ event_id, school_id, session_id }: EventNames) {
  const kept = (id: string | undefined) => (id === undefined || idFault(id) !== undefined ? undefined : id);
  return { event_id, school_id: kept(school_id), session_id: kept(session_id) };
}

/** By which name a refused event is found again: what its correction keeps, as far as its faults tell; else by none. */
export function nameToWatch(
  { session, moment, event }: EventNames,
  why: Problem | undefined,
): string | undefined {
  const isAbout = (pointer: string) => why?.errors?.some((fault) => fault.pointer === pointer) === true;
  if (session === undefined || isAbout("/data/session_id")) return event ?? moment;
  // another school's contract may hold it back for its program or its day
  const isElsewhere = isAbout("/data/school_id") || why?.type === NOT_CONTRACTED;
  return isElsewhere ? (moment ?? session) : session;
}

const NOT_CONTRACTED = problem("not-contracted", "").type;
