import { canceled, completed, scheduled, voided } from "./world.ts";

/** 80 valid events that are easy to get wrong, with the day and the minutes that they must come to, worked out by hand. */
export type Awkward = {
  name: string;
  event: Record<string, unknown>;
  zone?: string;
  /** undefined for what counts on no day. */
  day: string | undefined;
  /** Of all its students together. */
  minutes: number;
};

const PLAIN = { day: "2026-03-02", minutes: 30 };
const present = (student_id: string, minutes_present?: number) => ({
  student_id,
  attendance_status: "present",
  ...(minutes_present !== undefined && { minutes_present }),
});
const named = (student_id: string) => completed({ students: [present(student_id, 30)] });
const at = (scheduled_start: string) => completed({ scheduled_start });
const lasting = (actual_start: string, actual_end: string) =>
  completed({
    scheduled_start: undefined,
    scheduled_duration: undefined,
    actual_start,
    actual_end,
    students: [present("1")],
  });
const topic = (session_topic: string): Awkward => ({
  name: `topic ${session_topic}`,
  event: completed({ session_topic }),
  ...PLAIN,
});
const notHeld = (not_held_reason: string): Awkward => ({
  name: `not held: ${not_held_reason}`,
  event: canceled({ not_held_reason }),
  day: "2026-03-02",
  minutes: 0,
});
const status = (attendance_status: string, minutes: number, more: Record<string, unknown> = {}): Awkward => ({
  name: `${attendance_status} ${JSON.stringify(more)}`,
  event: completed({ students: [{ student_id: "1", attendance_status, ...more }] }),
  day: "2026-03-02",
  minutes,
});

export const AWKWARD: Awkward[] = [
  { name: "leading zeros", event: named("0000000001"), ...PLAIN },
  { name: "an id of 128 characters", event: named("x".repeat(128)), ...PLAIN },
  { name: "an id in NFD", event: named("Zoe\u0308-1"), ...PLAIN },
  { name: "an id with blanks around", event: named("  77 "), ...PLAIN },
  { name: "an id of a word and a number", event: named("student-17"), ...PLAIN },
  { name: "an id of an emoji", event: named("🦉"), ...PLAIN },
  { name: "an id in Arabic", event: named("طالب١"), ...PLAIN },
  { name: "an id with quotes and a backslash", event: named('"\\"'), ...PLAIN },
  { name: "an id with a percent sign", event: named("%2F"), ...PLAIN },
  { name: "an id that holds null", event: named("null-1"), ...PLAIN },
  { name: "an id __proto__", event: named("__proto__"), ...PLAIN },
  { name: "an id constructor", event: named("constructor"), ...PLAIN },
  { name: "a session id with a colon", event: completed({ session_id: "a:b" }), ...PLAIN },
  { name: "23:30 across midnight", event: at("2026-03-02T23:30:00-07:00"), ...PLAIN },
  { name: "a UTC date that is tomorrow's", event: at("2026-03-03T06:59:59Z"), ...PLAIN },
  {
    name: "one second later it is tomorrow",
    event: at("2026-03-03T07:00:00Z"),
    day: "2026-03-03",
    minutes: 30,
  },
  { name: "the offset of another zone", event: at("2026-03-03T02:00:00+05:30"), ...PLAIN },
  { name: "fractions of a second", event: at("2026-03-02T10:00:00.123456-07:00"), ...PLAIN },
  { name: "an id of one character", event: named("7"), ...PLAIN },
  {
    name: "the last instant before the clocks go forward",
    event: at("2026-03-08T01:59:59-07:00"),
    day: "2026-03-08",
    minutes: 30,
  },
  {
    name: "lasting through the clocks going forward",
    event: lasting("2026-03-08T01:30:00-07:00", "2026-03-08T03:30:00-06:00"),
    day: "2026-03-08",
    minutes: 60,
  },
  {
    name: "the first 1:30 when the clocks go back",
    event: at("2026-11-01T01:30:00-06:00"),
    day: "2026-11-01",
    minutes: 30,
  },
  {
    name: "the second 1:30 when the clocks go back",
    event: at("2026-11-01T01:30:00-07:00"),
    day: "2026-11-01",
    minutes: 30,
  },
  {
    name: "lasting through the clocks going back",
    event: lasting("2026-11-01T01:30:00-06:00", "2026-11-01T01:30:00-07:00"),
    day: "2026-11-01",
    minutes: 60,
  },
  {
    name: "late on the day the clocks go back",
    event: at("2026-11-02T06:30:00Z"),
    day: "2026-11-01",
    minutes: 30,
  },
  {
    name: "late on the day the clocks go forward",
    event: at("2026-03-09T05:30:00Z"),
    day: "2026-03-08",
    minutes: 30,
  },
  { name: "New Year's Eve", event: at("2026-01-01T06:59:00Z"), day: "2025-12-31", minutes: 30 },
  { name: "29 February", event: at("2028-02-29T10:00:00-07:00"), day: "2028-02-29", minutes: 30 },
  { name: "the first day that is taken", event: at("2000-01-01T12:00:00Z"), day: "2000-01-01", minutes: 30 },
  { name: "the last day that is taken", event: at("2099-12-31T12:00:00Z"), day: "2099-12-31", minutes: 30 },
  {
    name: "New York, late",
    event: at("2026-07-02T03:59:00Z"),
    zone: "America/New_York",
    day: "2026-07-01",
    minutes: 30,
  },
  {
    name: "Chicago, late",
    event: at("2026-07-02T04:59:00Z"),
    zone: "America/Chicago",
    day: "2026-07-01",
    minutes: 30,
  },
  {
    name: "Los Angeles, late",
    event: at("2026-01-02T07:59:00Z"),
    zone: "America/Los_Angeles",
    day: "2026-01-01",
    minutes: 30,
  },
  {
    name: "Phoenix keeps its clocks",
    event: at("2026-07-02T06:59:00Z"),
    zone: "America/Phoenix",
    day: "2026-07-01",
    minutes: 30,
  },
  {
    name: "Anchorage in summer",
    event: at("2026-07-02T07:59:00Z"),
    zone: "America/Anchorage",
    day: "2026-07-01",
    minutes: 30,
  },
  {
    name: "Honolulu",
    event: at("2026-07-02T09:59:00Z"),
    zone: "Pacific/Honolulu",
    day: "2026-07-01",
    minutes: 30,
  },
  {
    name: "Guam is ahead",
    event: at("2026-07-01T14:00:00Z"),
    zone: "Pacific/Guam",
    day: "2026-07-02",
    minutes: 30,
  },
  {
    name: "Adelaide has half an hour",
    event: at("2026-07-01T14:30:00Z"),
    zone: "Australia/Adelaide",
    day: "2026-07-02",
    minutes: 30,
  },
  {
    name: "actual start alone",
    event: completed({ scheduled_start: undefined, actual_start: "2026-03-02T10:05:00-07:00" }),
    ...PLAIN,
  },
  {
    name: "begun after midnight, scheduled before",
    event: completed({
      scheduled_start: "2026-03-02T23:55:00-07:00",
      actual_start: "2026-03-03T00:05:00-07:00",
    }),
    ...PLAIN,
  },
  {
    name: "seconds are rounded down",
    event: lasting("2026-03-02T10:00:30-07:00", "2026-03-02T10:30:00-07:00"),
    day: "2026-03-02",
    minutes: 29,
  },
  {
    name: "no time at all between start and end",
    event: lasting("2026-03-02T10:00:00-07:00", "2026-03-02T10:00:00-07:00"),
    day: "2026-03-02",
    minutes: 0,
  },
  {
    name: "minutes from the schedule",
    event: completed({ scheduled_duration: 45, students: [present("1")] }),
    day: "2026-03-02",
    minutes: 45,
  },
  {
    name: "minutes longer than scheduled",
    event: completed({ students: [present("1", 55)] }),
    day: "2026-03-02",
    minutes: 55,
  },
  {
    name: "a whole day",
    event: completed({ scheduled_duration: 1440, students: [present("1")] }),
    day: "2026-03-02",
    minutes: 1440,
  },
  {
    name: "one minute",
    event: completed({ scheduled_duration: 1, students: [present("1")] }),
    day: "2026-03-02",
    minutes: 1,
  },
  {
    name: "200 students",
    event: completed({ students: Array.from({ length: 200 }, (_, number) => present(`${number}`, 30)) }),
    day: "2026-03-02",
    minutes: 6000,
  },
  status("present", 0, { minutes_present: 0 }),
  status("late", 12, { minutes_present: 12 }),
  status("late", 30),
  status("left_early", 20, { minutes_present: 20 }),
  status("partial", 1, { minutes_present: 1 }),
  status("absent_excused", 0),
  status("absent_excused", 0, { minutes_present: 0, absence_reason: "testing" }),
  status("absent_unexcused", 0, { absence_reason: "unknown" }),
  { ...status("not_expected", 0), name: "nobody was expected" },
  { name: "revision 2^51 - 1", event: completed({ revision: 2 ** 51 - 1 }), ...PLAIN },
  { name: "revision in milliseconds", event: completed({ revision: 1_772_470_800_000 }), ...PLAIN },
  {
    name: "extensions and a trace",
    event: completed({}, { traceparent: "00-0af7-b7ad-01", attempt: 3, retried: true }),
    ...PLAIN,
  },
  {
    name: "all optional attributes",
    event: completed(
      {},
      {
        time: "2026-03-02T18:00:00Z",
        subject: "S-1",
        dataschema: "urn:x",
        datacontenttype: "application/json; charset=utf-8",
      },
    ),
    ...PLAIN,
  },
  { name: "a status that agrees with the type", event: completed({ session_status: "completed" }), ...PLAIN },
  {
    name: "a group larger than its students",
    event: completed({ group_size: 6, substitute: true, makeup_for_session_id: "S-0" }),
    ...PLAIN,
  },
  { name: "a schedule", event: scheduled(), day: "2026-03-02", minutes: 0 },
  {
    name: "a schedule with one who need not come",
    event: scheduled({
      students: [{ student_id: "1" }, { student_id: "2", attendance_status: "not_expected" }],
    }),
    day: "2026-03-02",
    minutes: 0,
  },
  { name: "a void with ids alone", event: voided(), day: undefined, minutes: 0 },
  {
    name: "a void that repeats the whole session",
    event: { ...completed({ notes: "x" }), type: "tutoring.session.voided" },
    day: undefined,
    minutes: 0,
  },
  ...["maths", "Mathematics", " READING ", "English Language Arts", "english_language_arts", "Literacy"].map(
    topic,
  ),
  ...[
    "tutor_absent",
    "school_closed",
    "weather",
    "holiday",
    "early_dismissal",
    "testing_day",
    "no_space",
    "all_students_absent",
  ].map(notHeld),
];
