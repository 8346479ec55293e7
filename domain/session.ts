import * as z from "zod";
import { byText } from "./ids.ts";
import { lastedMinutes, attends, type SessionEvent } from "./session-event.ts";
import {
  type AbsenceReason,
  type AttendanceStatus,
  type DeliveryType,
  type NotHeldReason,
  type SessionStatus,
  type SessionTopic,
  ABSENCE_REASONS,
  DELIVERY_TYPES,
  NOT_HELD_REASONS,
  SESSION_TOPICS,
} from "./words.ts";

export type SessionStudent = {
  student_id: string;
  attendance_status: AttendanceStatus | undefined;
  absence_reason: AbsenceReason | undefined;
  minutes_present: number;
};

/** One snapshot of a session as it counts: defaults filled in, instants in UTC seconds, students in order of id. */
export type Session = {
  status: Exclude<SessionStatus, "voided">;
  district_id: string | undefined;
  program_id: string | undefined;
  session_topic: SessionTopic;
  session_delivery_type: DeliveryType | undefined;
  scheduled_start: number | undefined;
  scheduled_duration: number | undefined;
  actual_start: number | undefined;
  actual_end: number | undefined;
  not_held_reason: NotHeldReason | undefined;
  tutor_id: string | undefined;
  substitute: boolean | undefined;
  makeup_for_session_id: string | undefined;
  group_size: number;
  students: SessionStudent[];
};

const seconds = (instant: string | undefined) =>
  instant === undefined ? undefined : Math.floor(Date.parse(instant) / 1000);

type Data = Exclude<SessionEvent, { type: "tutoring.session.voided" }>["data"];

/** The snapshot that a scheduled, completed or canceled event carries. */
export function sessionOf(data: Data, status: Session["status"]): Session {
  const students = status === "completed" ? attended(data) : expected(data);
  const counted = students.filter((student) => student.attendance_status !== "not_expected").length;
  return {
    status,
    district_id: data.district_id,
    program_id: data.program_id,
    session_topic: SESSION_TOPICS.find((topic) => topic === data.session_topic) ?? "other",
    session_delivery_type: data.session_delivery_type,
    scheduled_start: seconds(data.scheduled_start),
    scheduled_duration: data.scheduled_duration,
    actual_start: "actual_start" in data ? seconds(data.actual_start) : undefined,
    actual_end: "actual_end" in data ? seconds(data.actual_end) : undefined,
    not_held_reason: "not_held_reason" in data ? data.not_held_reason : undefined,
    tutor_id: data.tutor_id,
    substitute: data.substitute,
    makeup_for_session_id: data.makeup_for_session_id,
    group_size: data.group_size ?? Math.max(1, counted),
    students: students.sort((a, b) => byText(a.student_id, b.student_id)),
  };
}

function expected(data: Data): SessionStudent[] {
  return data.students.map(({ student_id, attendance_status }) => ({
    student_id,
    attendance_status,
    absence_reason: undefined,
    minutes_present: 0,
  }));
}

function attended(data: Data): SessionStudent[] {
  const whole = lastedMinutes(data) ?? data.scheduled_duration ?? 0;
  return data.students.map((student) => {
    const { student_id, attendance_status } = student;
    const stated = "minutes_present" in student ? student.minutes_present : undefined;
    const absence_reason = "absence_reason" in student ? student.absence_reason : undefined;
    const minutes_present = stated ?? (attends(attendance_status ?? "") ? whole : 0);
    return { student_id, attendance_status, absence_reason, minutes_present };
  });
}

/** The instant that gives a session its day: its scheduled start, else its actual start. Seconds since 1970. */
export const startOf = (session: Session) => session.scheduled_start ?? session.actual_start ?? 0;

/** Planned minutes; where a completed session came without a plan, what it lasted stands for it. */
export function scheduledMinutes(session: Session): number {
  if (session.scheduled_duration !== undefined) return session.scheduled_duration;
  const { actual_start: start, actual_end: end } = session;
  if (start !== undefined && end !== undefined) return Math.floor((end - start) / 60);
  return Math.max(0, ...session.students.map((student) => student.minutes_present));
}

export const scheduledEnd = (session: Session) => startOf(session) + scheduledMinutes(session) * 60;

/** When the session really ended, as far as is known: what the reporting lag counts from. */
export const actualEnd = (session: Session) =>
  session.actual_end ?? (session.actual_start ?? startOf(session)) + scheduledMinutes(session) * 60;

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
    g: session.group_size,
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
  g: index,
  p: z.string().optional(),
  d: z.string().optional(),
  o: index.optional(),
  r: index.optional(),
  b: z.boolean().optional(),
  m: z.string().optional(),
  u: z.array(StoredStudent),
});

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
    group_size: g,
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
