import { byText } from "./ids.ts";
import type { SessionRecord } from "./session-record.ts";
import { readContent } from "./session-content.ts";
import { actualEnd, scheduledEnd, scheduledMinutes, startOf, type Session } from "./session.ts";
import type { AttendanceStatus, NotHeldReason, SessionTopic } from "./words.ts";

/**
 * One expected student in one session with a final report. Nothing is decided here: a partial attendance keeps its
 * minutes, minutes keep their exact group size, the order of sessions is kept for rules that ask for "in a row".
 */
export type StudentSession = {
  student_id: string;
  /** Start, whole minutes since 1970. */
  at: number;
  provider_id: string;
  program_id: string;
  session_topic: SessionTopic;
  tutor_id: string;
  /** Students of the group; null where nobody knows how many. */
  group_size: number | null;
  status: Exclude<AttendanceStatus, "not_expected"> | "not_held";
  minutes: number;
  scheduled_minutes: number;
};

type TutorRow = {
  provider_id: string;
  tutor_id: string;
  sessions_held: number;
  minutes: number;
  substitutes: number;
};

/** Reporting lag in minutes, as a histogram: a quantile is the upper bound of its bin; the last bin is open. */
export const LAG_BOUNDS = [15, 60, 240, 720, 1440, 2880, 4320, 10_080, 43_200, Infinity] as const;

type ProviderRow = {
  provider_id: string;
  sessions_held: number;
  not_held: { reason: NotHeldReason; sessions: number }[];
  /** Counts per bin of LAG_BOUNDS; completed sessions only. */
  lag: number[];
};

/** A scheduled session without a final report. Whether its time has passed is decided when it is read. */
type PendingSession = {
  provider_id: string;
  session_id: string;
  program_id: string;
  /** Seconds since 1970. */
  scheduled_end: number;
  scheduled_minutes: number;
  students: string[];
};

/** What a school's day, or any fold of days, comes to. `empty` and `merge` make it a commutative monoid. */
export type Summary = {
  student_sessions: StudentSession[];
  tutors: TutorRow[];
  providers: ProviderRow[];
  pending: PendingSession[];
  /** Keys of stored sessions that could not be read, as provider/session. */
  unreadable: string[];
};

export const empty = (): Summary => ({
  student_sessions: [],
  tutors: [],
  providers: [],
  pending: [],
  unreadable: [],
});

/** f: the summary of a school's day, from that day's session records alone. */
export function summarize(records: readonly SessionRecord[]): Summary {
  return mergeAll(records.map(summaryOf));
}

export const merge = (a: Summary, b: Summary): Summary => mergeAll([a, b]);

/** The fold of any number of summaries, in canonical order, so that equal facts give equal bytes. */
export function mergeAll(parts: readonly Summary[]): Summary {
  return {
    student_sessions: parts.flatMap((part) => part.student_sessions).sort(byStudentSession),
    tutors: addRows(
      parts.flatMap((part) => part.tutors),
      (row) => `${row.provider_id}/${row.tutor_id}`,
      addTutors,
    ),
    providers: addRows(
      parts.flatMap((part) => part.providers),
      (row) => row.provider_id,
      addProviders,
    ),
    pending: parts.flatMap((part) => part.pending).sort(byPending),
    unreadable: parts.flatMap((part) => part.unreadable).sort(byText),
  };
}

function addRows<Row>(rows: Row[], keyOf: (row: Row) => string, add: (a: Row, b: Row) => Row): Row[] {
  const sums = new Map<string, Row>();
  for (const row of rows) {
    const key = keyOf(row);
    const sum = sums.get(key);
    sums.set(key, sum === undefined ? row : add(sum, row));
  }
  return [...sums].sort(([a], [b]) => byText(a, b)).map(([, row]) => row);
}

const addTutors = (a: TutorRow, b: TutorRow): TutorRow => ({
  ...a,
  sessions_held: a.sessions_held + b.sessions_held,
  minutes: a.minutes + b.minutes,
  substitutes: a.substitutes + b.substitutes,
});

const addProviders = (a: ProviderRow, b: ProviderRow): ProviderRow => ({
  ...a,
  sessions_held: a.sessions_held + b.sessions_held,
  not_held: addRows(
    [...a.not_held, ...b.not_held],
    ({ reason }) => reason,
    (x, y) => ({ reason: x.reason, sessions: x.sessions + y.sessions }),
  ),
  lag: a.lag.map((count, bin) => count + (b.lag[bin] ?? 0)),
});

function byStudentSession(a: StudentSession, b: StudentSession): number {
  return byText(a.student_id, b.student_id) || a.at - b.at || byText(rest(a), rest(b));
}

// only for two sessions of one student that start in the same minute
const rest = (row: StudentSession) => JSON.stringify(Object.values(row));

const byPending = (a: PendingSession, b: PendingSession) =>
  byText(a.provider_id, b.provider_id) ||
  byText(a.session_id, b.session_id) ||
  a.scheduled_end - b.scheduled_end ||
  byText(JSON.stringify(a), JSON.stringify(b));

function summaryOf(record: SessionRecord): Summary {
  const session = readContent(record.content);
  if (session === undefined)
    return { ...empty(), unreadable: [`${record.provider_id}/${record.session_id}`] };
  if (session.status === "scheduled") return { ...empty(), pending: [pendingOf(record, session)] };
  return {
    ...empty(),
    student_sessions: studentSessions(record, session),
    tutors: session.status === "completed" ? [tutorOf(record, session)] : [],
    providers: [providerOf(record, session)],
  };
}

const expectedStudents = (session: Session) =>
  session.students.filter((student) => student.attendance_status !== "not_expected");

function pendingOf({ provider_id, session_id }: SessionRecord, session: Session): PendingSession {
  return {
    provider_id,
    session_id,
    program_id: session.program_id ?? "",
    scheduled_end: scheduledEnd(session),
    scheduled_minutes: scheduledMinutes(session),
    students: expectedStudents(session).map((student) => student.student_id),
  };
}

function studentSessions({ provider_id }: SessionRecord, session: Session): StudentSession[] {
  const rows: StudentSession[] = [];
  for (const { student_id, attendance_status: status, minutes_present } of session.students) {
    if (status === "not_expected") continue;
    rows.push({
      student_id,
      at: Math.floor(startOf(session) / 60),
      provider_id,
      program_id: session.program_id ?? "",
      session_topic: session.session_topic,
      tutor_id: session.tutor_id ?? "",
      group_size: session.group_size,
      status: status ?? "not_held",
      minutes: minutes_present,
      scheduled_minutes: scheduledMinutes(session),
    });
  }
  return rows;
}

const tutorOf = ({ provider_id }: SessionRecord, session: Session): TutorRow => ({
  provider_id,
  tutor_id: session.tutor_id ?? "",
  sessions_held: 1,
  minutes: Math.max(0, Math.floor((actualEnd(session) - (session.actual_start ?? startOf(session))) / 60)),
  substitutes: session.substitute === true ? 1 : 0,
});

function providerOf(record: SessionRecord, session: Session): ProviderRow {
  const { provider_id } = record;
  const lag = LAG_BOUNDS.map(() => 0);
  if (session.status === "canceled") {
    const not_held = [{ reason: session.not_held_reason ?? "provider_canceled", sessions: 1 }];
    return { provider_id, sessions_held: 0, not_held, lag };
  }
  lag[lagBin(record, session)] = 1;
  return { provider_id, sessions_held: 1, not_held: [], lag };
}

function lagBin(record: SessionRecord, session: Session): number {
  const reported = Date.parse(record.first_reported_at ?? "") / 1000;
  const minutes = Math.max(0, Math.ceil((reported - actualEnd(session)) / 60));
  return Math.max(
    0,
    LAG_BOUNDS.findIndex((bound) => minutes <= bound),
  );
}
