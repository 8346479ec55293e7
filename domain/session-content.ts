import * as z from "zod";
import type { Session, SessionStudent } from "./session.ts";
import {
  type AttendanceStatus,
  ABSENCE_REASONS,
  DELIVERY_TYPES,
  NOT_HELD_REASONS,
  SESSION_TOPICS,
} from "./words.ts";

const STATUS_LETTERS = {
  present: "P",
  late: "L",
  left_early: "E",
  partial: "A",
  absent_excused: "X",
  absent_unexcused: "U",
  not_expected: "N",
} as const satisfies Record<AttendanceStatus, string>;
const LETTER_STATUSES = {
  P: "present",
  L: "late",
  E: "left_early",
  A: "partial",
  X: "absent_excused",
  U: "absent_unexcused",
  N: "not_expected",
} as const satisfies Record<string, AttendanceStatus>;

const STAGE_LETTERS = { scheduled: "s", completed: "c", canceled: "x" } as const;
const LETTER_STAGES = { s: "scheduled", c: "completed", x: "canceled" } as const;

/** A void keeps nothing but its identity and order. */
export const VOID_CONTENT = "{}";

const wordIndex = (words: readonly string[], word: string | undefined) =>
  word === undefined ? undefined : words.indexOf(word);

/**
 * The content part of a record: a canonical, short text. Equal snapshots give equal texts, so that the text itself
 * says whether a repeat is a duplicate or a conflict. Short names because a record is billed by the kilobyte.
 */
export function contentOf(session: Session): string {
  return JSON.stringify({
    k: STAGE_LETTERS[session.status],
    t: wordIndex(SESSION_TOPICS, session.session_topic),
    s: session.scheduled_start,
    n: session.scheduled_duration,
    a: session.actual_start,
    e: session.actual_end,
    w: session.tutor_id,
    g: session.group_size ?? undefined,
    p: session.program_id,
    d: session.district_id,
    o: wordIndex(DELIVERY_TYPES, session.session_delivery_type),
    r: wordIndex(NOT_HELD_REASONS, session.not_held_reason),
    b: session.substitute,
    m: session.makeup_for_session_id,
    u: session.students.map(studentContent),
  });
}

function studentContent(student: SessionStudent): (string | number)[] {
  const { student_id, attendance_status: status, minutes_present, absence_reason } = student;
  if (status === undefined) return [student_id];
  const row = [student_id, STATUS_LETTERS[status], minutes_present];
  return absence_reason === undefined ? row : [...row, ABSENCE_REASONS.indexOf(absence_reason)];
}

const index = z.int().min(0);
const StoredStudent = z.union([
  z.tuple([z.string()]),
  z.tuple([z.string(), z.enum(["P", "L", "E", "A", "X", "U", "N"]), index]),
  z.tuple([z.string(), z.enum(["P", "L", "E", "A", "X", "U", "N"]), index, index]),
]);
const StoredSession = z.strictObject({
  k: z.enum(["s", "c", "x"]),
  t: index,
  s: z.int().optional(),
  n: index.optional(),
  a: z.int().optional(),
  e: z.int().optional(),
  w: z.string().optional(),
  g: index.optional(),
  p: z.string().optional(),
  d: z.string().optional(),
  o: index.optional(),
  r: index.optional(),
  b: z.boolean().optional(),
  m: z.string().optional(),
  u: z.array(StoredStudent),
});

/** The program of a stored session: empty where it names none; undefined of a void, and of what cannot be read. */
export function programOf(content: string): string | undefined {
  const session = readContent(content);
  return session === undefined ? undefined : (session.program_id ?? "");
}

/** The snapshot behind a stored content; undefined when it cannot be read. */
export function readContent(content: string): Session | undefined {
  const stored = StoredSession.safeParse(parseOrUndefined(content));
  if (!stored.success) return undefined;
  const { k, t, s, n, a, e, w, g, p, d, o, r, b, m, u } = stored.data;
  return {
    status: LETTER_STAGES[k],
    district_id: d,
    program_id: p,
    session_topic: SESSION_TOPICS[t] ?? "other",
    session_delivery_type: o === undefined ? undefined : DELIVERY_TYPES[o],
    scheduled_start: s,
    scheduled_duration: n,
    actual_start: a,
    actual_end: e,
    not_held_reason: r === undefined ? undefined : NOT_HELD_REASONS[r],
    tutor_id: w,
    substitute: b,
    makeup_for_session_id: m,
    group_size: g ?? null,
    students: u.map(readStudent),
  };
}

function parseOrUndefined(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

function readStudent(stored: z.infer<typeof StoredStudent>): SessionStudent {
  const [student_id, letter, minutes_present = 0, reason] = stored;
  return {
    student_id,
    attendance_status: letter === undefined ? undefined : LETTER_STATUSES[letter],
    absence_reason: reason === undefined ? undefined : ABSENCE_REASONS[reason],
    minutes_present,
  };
}
