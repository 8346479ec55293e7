import * as z from "zod";
import { Id } from "./ids.ts";
import type { SESSION_STATUSES } from "./words.ts";
import {
  ABSENCE_REASONS,
  ATTENDANCE_STATUSES,
  DELIVERY_TYPES,
  NOT_HELD_REASONS,
  SESSION_TOPICS,
  topicOf,
} from "./words.ts";

/** 4 × revision + 2 must stay an exact integer. Leaves room for providers that use microseconds as revision. */
export const MAX_REVISION = 2 ** 51 - 1;
const MAX_STUDENTS = 200;
const DAY_MINUTES = 24 * 60;

const yearInRange = (text: string) => text.startsWith("20");
/** An instant with its offset; the school's zone decides its day, so a time without an offset has no meaning. */
const Instant = z.iso
  .datetime({
    offset: true,
    error: "must be an instant with its offset, such as 2026-01-20T14:40:00-07:00, on a date that exists",
  })
  .refine(yearInRange, { error: "must lie between the years 2000 and 2099" });

const Minutes = z
  .int({ error: "must be a whole number of minutes" })
  .min(0, { error: "must not be negative" })
  .max(DAY_MINUTES, { error: "must be at most 1440 minutes, one day" });

const oneOf = (words: readonly string[]) => `must be one of ${words.join(", ")}`;
const AttendanceStatus = z.enum(ATTENDANCE_STATUSES, { error: oneOf(ATTENDANCE_STATUSES) });
const AbsenceReason = z.enum(ABSENCE_REASONS, { error: oneOf(ABSENCE_REASONS) });

const Topic = z
  .string()
  .overwrite((text) => topicOf(text) ?? text)
  .refine((text) => topicOf(text) !== undefined, { error: `${oneOf(SESSION_TOPICS)}, or a usual alias` });

const uniqueStudents = (students: { student_id: string }[], context: z.RefinementCtx) => {
  const seen = new Set<string>();
  for (const [index, { student_id }] of students.entries()) {
    if (seen.has(student_id)) {
      const message = "names the same student twice; merge the two entries";
      context.addIssue({ code: "custom", path: [index, "student_id"], message });
    }
    seen.add(student_id);
  }
};

const studentsOf = <T extends z.ZodType<{ student_id: string }>>(student: T) =>
  z
    .array(student, { error: "must be an array of the students expected" })
    .min(1, { error: "is empty; name the students expected" })
    .max(MAX_STUDENTS, { error: `holds more than ${MAX_STUDENTS} students; split the session` })
    .superRefine(uniqueStudents);

/** In a session that is still to come or did not take place nobody is present or absent. */
const ExpectedStudent = z.strictObject({
  student_id: Id,
  attendance_status: z
    .literal("not_expected", { error: "only a completed session has attendance; leave it out" })
    .optional(),
});

const AttendedStudent = z
  .strictObject({
    student_id: Id,
    attendance_status: AttendanceStatus,
    absence_reason: AbsenceReason.optional(),
    minutes_present: Minutes.optional(),
  })
  .superRefine((student, context) => {
    const { attendance_status: status, minutes_present: minutes = 0 } = student;
    const absent = status === "absent_excused" || status === "absent_unexcused";
    if ((absent || status === "not_expected") && minutes > 0) {
      const message = `must be 0 or left out for a student who is ${status}`;
      context.addIssue({ code: "custom", path: ["minutes_present"], message });
    }
    if (student.absence_reason !== undefined && !absent) {
      const message = "belongs to an absent student only; leave it out";
      context.addIssue({ code: "custom", path: ["absence_reason"], message });
    }
  });

const identity = {
  session_id: Id,
  revision: z
    .int({ error: "must be a whole number from 1" })
    .min(1, { error: "must be a whole number from 1" })
    .max(MAX_REVISION, { error: `must be at most ${MAX_REVISION}` })
    .default(1),
  school_id: Id,
};

const statusOf = (status: (typeof SESSION_STATUSES)[number]) =>
  z.literal(status, { error: `contradicts the event's type; leave it out or send "${status}"` }).optional();

const described = {
  ...identity,
  district_id: Id.optional(),
  program_id: Id.optional(),
  session_topic: Topic,
  session_delivery_type: z.enum(DELIVERY_TYPES, { error: oneOf(DELIVERY_TYPES) }).optional(),
  scheduled_start: Instant,
  scheduled_duration: Minutes.min(1, { error: "must be at least 1 minute" }),
  tutor_id: Id.optional(),
  substitute: z.boolean({ error: "must be true or false" }).optional(),
  makeup_for_session_id: Id.optional(),
  group_size: z
    .int({ error: "must be a whole number of students" })
    .min(1, { error: "must be at least 1" })
    .max(MAX_STUDENTS, { error: `must be at most ${MAX_STUDENTS}` })
    .nullable()
    .optional()
    .meta({ description: "Left out: as many as the students listed. null: not known." }),
};

const ScheduledSession = z.strictObject({
  ...described,
  session_status: statusOf("scheduled"),
  students: studentsOf(ExpectedStudent),
});

const CanceledSession = z.strictObject({
  ...described,
  session_status: statusOf("canceled"),
  not_held_reason: z.enum(NOT_HELD_REASONS, { error: oneOf(NOT_HELD_REASONS) }),
  students: studentsOf(ExpectedStudent),
});

const CompletedSession = z
  .strictObject({
    ...described,
    session_status: statusOf("completed"),
    scheduled_start: Instant.optional(),
    scheduled_duration: described.scheduled_duration.optional(),
    actual_start: Instant.optional(),
    actual_end: Instant.optional(),
    tutor_id: Id,
    students: studentsOf(AttendedStudent),
  })
  .superRefine(checkTimes);

/** A void needs ids and revision only; what else a system repeats in it is checked for its type and not kept. */
const VoidedSession = z.looseObject({ ...identity, session_status: statusOf("voided") });

type Times = {
  scheduled_start?: string;
  actual_start?: string;
  actual_end?: string;
  scheduled_duration?: number;
};

/** Whole minutes between two instants, rounded down. */
const minutesBetween = (start: string, end: string) =>
  Math.floor((Date.parse(end) - Date.parse(start)) / 60_000);

/** How long the session lasted, from its actual times; undefined where the provider sent only one of them. */
export function lastedMinutes({ actual_start, actual_end }: Times): number | undefined {
  if (actual_start === undefined || actual_end === undefined) return undefined;
  return minutesBetween(actual_start, actual_end);
}

/** A session may end a day after it began, and began within a day of its plan. */
const MOST_FROM_PLAN = { actual_start: DAY_MINUTES, actual_end: 2 * DAY_MINUTES };

/** Which actual times lie on another day than was planned: a slip of the year or the month, not a delay. */
function farFromPlan(session: Times): ("actual_start" | "actual_end")[] {
  const { scheduled_start: planned } = session;
  if (planned === undefined) return [];
  return (["actual_start", "actual_end"] as const).filter(
    (name) => Math.abs(minutesBetween(planned, session[name] ?? planned)) > MOST_FROM_PLAN[name],
  );
}

type Completed = Times & { students: { attendance_status: string; minutes_present?: number }[] };

function checkTimes(session: Completed, context: z.RefinementCtx): void {
  const issue = (path: (string | number)[], message: string) =>
    context.addIssue({ code: "custom", path, message });
  if (session.scheduled_start === undefined && session.actual_start === undefined) {
    issue(["scheduled_start"], "is missing; send scheduled_start or actual_start");
  }
  const lasted = lastedMinutes(session);
  if (lasted !== undefined && lasted < 0) issue(["actual_end"], "lies before actual_start");
  if (lasted !== undefined && lasted > DAY_MINUTES)
    issue(["actual_end"], "is more than a day after actual_start");
  for (const name of farFromPlan(session))
    issue([name], "is more than a day from scheduled_start; correct it, or send the start that was planned");
  for (const [index, student] of session.students.entries()) checkMinutes({ session, student, index, issue });
}

type MinutesCheck = {
  session: Completed;
  student: Completed["students"][number];
  index: number;
  issue: (path: (string | number)[], message: string) => void;
};

function checkMinutes({ session, student, index, issue }: MinutesCheck): void {
  const lasted = lastedMinutes(session);
  const path = ["students", index, "minutes_present"];
  if (student.minutes_present === undefined) {
    const unknown = attends(student.attendance_status) && lasted === undefined;
    if (unknown && session.scheduled_duration === undefined) {
      issue(path, "is missing and cannot be derived; send it, both actual times, or scheduled_duration");
    }
  } else {
    const over = overrun(session, student.minutes_present);
    if (over !== undefined) issue(path, over);
  }
}

/** A session may run over its schedule without saying so, a double one for instance; beyond this it must say when it ended. */
export const OVERRUN_MINUTES = 60;
const OVER_SCHEDULE = `is more than ${OVERRUN_MINUTES} minutes over scheduled_duration; send actual_start and actual_end if the session lasted so long`;

/** Says of a student's minutes that they are more than the session had; undefined where they may be. */
function overrun(session: Times, minutes: number): string | undefined {
  const lasted = lastedMinutes(session);
  if (lasted !== undefined)
    return lasted >= 0 && minutes > lasted
      ? "is more than the session lasted from actual_start to actual_end"
      : undefined;
  const { scheduled_duration: scheduled = DAY_MINUTES } = session;
  return minutes > scheduled + OVERRUN_MINUTES ? OVER_SCHEDULE : undefined;
}

/** Whether a student with this status took part, whatever a program's minimum minutes say of `partial`. */
export const attends = (status: string) =>
  status === "present" || status === "late" || status === "left_early" || status === "partial";

const EXTENSION = /^[a-z0-9]{1,64}$/;

const attributes = {
  specversion: z.literal("1.0", { error: 'must be "1.0"' }),
  id: z.string({ error: "must be a text of your own that is unique per event" }).min(1).max(256),
  source: z.string({ error: "must be a text that names your system" }).min(1).max(1024),
  subject: z.string().max(1024).optional(),
  time: Instant.optional(),
  datacontenttype: z
    .string()
    .regex(/^application\/([a-z0-9.-]+\+)?json\b/i, { error: "must be application/json" })
    .optional(),
  dataschema: z.string().max(2048).optional(),
};

const envelope = <T extends string, D extends z.ZodType>(type: T, data: D) =>
  z
    .object({ ...attributes, type: z.literal(type), data })
    .catchall(
      z.union([z.string().max(1024), z.number(), z.boolean(), z.null()], {
        error: "is not an attribute of CloudEvents; extensions are texts, numbers or booleans",
      }),
    )
    .superRefine((event, context) => {
      for (const name of Object.keys(event)) {
        if (EXTENSION.test(name)) continue;
        const message = "is not a CloudEvents attribute name (lower-case letters and digits); remove it";
        context.addIssue({ code: "custom", path: [name], message });
      }
    });

export const EVENT_TYPES = {
  scheduled: "tutoring.session.scheduled",
  completed: "tutoring.session.completed",
  canceled: "tutoring.session.canceled",
  voided: "tutoring.session.voided",
} as const;

/** What a provider posts: a CloudEvents 1.0 envelope in JSON whose `type` decides the shape of `data`. */
export const SessionEvent = z.discriminatedUnion(
  "type",
  [
    envelope(EVENT_TYPES.scheduled, ScheduledSession),
    envelope(EVENT_TYPES.completed, CompletedSession),
    envelope(EVENT_TYPES.canceled, CanceledSession),
    envelope(EVENT_TYPES.voided, VoidedSession),
  ],
  { error: `must be one of ${Object.values(EVENT_TYPES).join(", ")}` },
);
export type SessionEvent = z.infer<typeof SessionEvent>;
