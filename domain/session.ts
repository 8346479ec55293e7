import { byText } from "./ids.ts";
import { lastedMinutes, attends, type SessionEvent } from "./session-event.ts";
import {
  type AbsenceReason,
  type AttendanceStatus,
  type DeliveryType,
  type NotHeldReason,
  type SessionStatus,
  type SessionTopic,
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
  /** Students of the group; null where nobody knows how many. */
  group_size: number | null;
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
    group_size: data.group_size === undefined ? Math.max(1, counted) : data.group_size,
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
