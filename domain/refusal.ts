import * as z from "zod";
import { Id } from "./ids.ts";
import { idFault } from "./opaque-ids.ts";

/** Of which event and session something was refused, as far as that can be read and be kept. */
export type EventNames = {
  event_id?: string | undefined;
  school_id?: string | undefined;
  session_id?: string | undefined;
  revision?: number | undefined;
};

const EVENT_ID_LENGTH = 256;

/** An id that is wrong, or looks like somebody's name, is not kept: a refused event may hold anything anywhere. */
const KeptId = Id.refine((id) => idFault(id) === undefined)
  .optional()
  .catch(undefined);
const Named = z.object({
  id: z
    .string()
    .transform((id) => id.slice(0, EVENT_ID_LENGTH))
    .optional()
    .catch(undefined),
  data: z
    .object({ school_id: KeptId, session_id: KeptId, revision: z.int().min(1).optional().catch(undefined) })
    .catch({}),
});

/** Reads the names of an event that may be wrong in every other respect. */
export function namesOf(value: unknown): EventNames {
  const read = Named.safeParse(value);
  if (!read.success) return {};
  const { id: event_id, data } = read.data;
  const { school_id, session_id, revision } = data;
  if (school_id === undefined || session_id === undefined) return { event_id };
  return { event_id, school_id, session_id, revision };
}

type Taken = EventNames & { revision: number };

/**
 * Says whether what was taken settles what was refused before: it is the same session in the revision that was refused
 * or a later one, or the same event, whose session is now another. A conflict is settled by a later revision alone.
 */
export function isResolvedBy(
  refused: EventNames & { result: "rejected" | "conflict" },
  taken: Taken,
): boolean {
  const named = refused.session_id !== undefined;
  const same = named && refused.session_id === taken.session_id && refused.school_id === taken.school_id;
  if (!same) return refused.event_id !== undefined && refused.event_id === taken.event_id;
  const { revision = 1 } = refused;
  return refused.result === "conflict" ? taken.revision > revision : taken.revision >= revision;
}
