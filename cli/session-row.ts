import { createHash } from "node:crypto";
import { EVENT_TYPES } from "../domain/session-event.ts";
import type { AttendanceStatus } from "../domain/words.ts";
import type { Row } from "./csv.ts";

export type Fault = { row: Row; column: string; reason: string };
type SessionStudent = {
  student_id: string;
  attendance_status: AttendanceStatus;
  minutes_present: number;
};
export type SessionData = {
  school_id: string;
  program_id?: string;
  session_topic: string;
  actual_start: string;
  tutor_id: string;
  /** null where the file does not tell it; left out where its rows list the group. */
  group_size?: number | null;
  students: SessionStudent[];
};
export type SessionRow = {
  row: Row;
  /** Further rows of the same session: its other students. */
  others: readonly Row[];
  session_id: string;
  /** Whether the file gives the session's id; else it is made of what happened. */
  named: boolean;
  school_id: string;
  /** Schools where the id may have been stored earlier. */
  schools: readonly string[];
  /** Whether the row names its school. */
  given: boolean;
  revision: number;
  day: string;
  data: SessionData;
  warnings: string[];
};

/** A short name of what is given, the same for the same. */
export const hashOf = (parts: readonly string[]) =>
  createHash("sha256").update(JSON.stringify(parts)).digest("base64url").slice(0, 22);

type Content = {
  program_id?: string | undefined;
  students: readonly {
    student_id: string;
    attendance_status?: string | undefined;
    minutes_present: number;
  }[];
  group_size?: number | null;
};

/** Names what happened at a moment: who was there, how long, in how large a group and which program. */
export function contentHash({
  data: { students, group_size = null, program_id },
}: {
  data: Content;
}): string {
  const rows = students.map(({ student_id, attendance_status, minutes_present }) => ({
    ...{ student_id, attendance_status, minutes_present },
  }));
  return hashOf([JSON.stringify([rows, group_size, program_id ?? null])]);
}

/** The id of one of several sessions of a student at one moment: which it is follows from what it holds. */
export const siblingId = (row: SessionRow) => `${row.session_id}-${contentHash(row)}`;

/** The event that a provider's system would have posted. */
export function eventOf({ session_id, revision, data, row }: SessionRow): unknown {
  return {
    specversion: "1.0",
    id: `row-${row.number}-${revision}`,
    source: "rollcall-import",
    type: EVENT_TYPES.completed,
    data: { session_id, revision, ...data },
  };
}
