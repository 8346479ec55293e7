/**
 * 120 and more events and bodies that break the contract, each with the place where it does. Those of one event are
 * written as a change of a good one; those that JavaScript cannot hold are written as text.
 */
export type BadEvent = {
  name: string;
  pointer: string;
  type?: string;
  change?: (event: Loose) => void;
  text?: (good: string) => string;
};
type Loose = Record<string, unknown> & {
  data: Record<string, unknown> & { students: Record<string, unknown>[] };
};

const envelope = (name: string, pointer: string, change: Record<string, unknown>): BadEvent => ({
  name,
  pointer,
  change: (event) => {
    for (const [key, value] of Object.entries(change)) {
      if (value === undefined) delete event[key];
      else event[key] = value;
    }
  },
});
const data = (name: string, pointer: string, change: Record<string, unknown>): BadEvent => ({
  name,
  pointer: `/data${pointer}`,
  change: (event) => {
    for (const [key, value] of Object.entries(change)) {
      if (value === undefined) delete event.data[key];
      else event.data[key] = value;
    }
  },
});
const student = (name: string, field: string, change: Record<string, unknown>): BadEvent => ({
  name,
  pointer: `/data/students/0/${field}`,
  change: (event) => {
    for (const [key, value] of Object.entries(change)) {
      if (value === undefined) delete event.data.students[0]![key];
      else event.data.students[0]![key] = value;
    }
  },
});
const text = (name: string, pointer: string, change: (good: string) => string): BadEvent => ({
  name,
  pointer,
  text: change,
});
const of = (type: string, bad: BadEvent): BadEvent => ({ ...bad, type: `tutoring.session.${type}` });

const students = (count: number) =>
  Array.from({ length: count }, (_, number) => ({
    student_id: `${number}`,
    attendance_status: "present",
    minutes_present: 5,
  }));
const ids: [string, unknown][] = [
  ["empty", ""],
  ["only spaces", "   "],
  ["too long", "x".repeat(129)],
  ["with #", "a#b"],
  ["with /", "a/b"],
  ["with a line break", "a\nb"],
  ["with a zero byte", "a\u0000b"],
  ["half a surrogate pair", "a\ud800"],
  ["a number", 16740395],
  ["null", null],
  ["an object", {}],
];
const deep = (depth: number) => `${"[".repeat(depth)}${"]".repeat(depth)}`;

export const BAD_EVENTS: BadEvent[] = [
  ...["Maria Gonzalez", "Gonzalez,Maria", "maria.gonzalez", "MariaGonzalez", "maria@x.org", "12 34"].map(
    (id) => student(`a student's id that tells who it is: ${id}`, "student_id", { student_id: id }),
  ),
  ...["1.23457E+09", "'00123", "123.0", "NULL", "Total"].map((id) =>
    student(`a student's id that a spreadsheet mangled: ${id}`, "student_id", { student_id: id }),
  ),
  data("a tutor's id that is a name", "/tutor_id", { tutor_id: "Ada Lovelace" }),
  student("minutes far over the schedule", "minutes_present", { minutes_present: 300 }),
  data("a completed session of next year", "/scheduled_start", {
    scheduled_start: "2027-03-02T10:00:00-07:00",
  }),

  envelope("no specversion", "/specversion", { specversion: undefined }),
  envelope("specversion 0.3", "/specversion", { specversion: "0.3" }),
  envelope("specversion as a number", "/specversion", { specversion: 1 }),
  envelope("no id", "/id", { id: undefined }),
  envelope("empty id", "/id", { id: "" }),
  envelope("id as a number", "/id", { id: 7 }),
  envelope("id too long", "/id", { id: "x".repeat(257) }),
  envelope("no source", "/source", { source: undefined }),
  envelope("empty source", "/source", { source: "" }),
  envelope("no type", "/type", { type: undefined }),
  envelope("unknown type", "/type", { type: "tutoring.session.started" }),
  envelope("type in capitals", "/type", { type: "Tutoring.Session.Completed" }),
  envelope("type null", "/type", { type: null }),
  envelope("time that is none", "/time", { time: "yesterday" }),
  envelope("time without offset", "/time", { time: "2026-03-02T10:00:00" }),
  envelope("subject too long", "/subject", { subject: "x".repeat(1025) }),
  envelope("another data content type", "/datacontenttype", { datacontenttype: "text/xml" }),
  envelope("dataschema as a number", "/dataschema", { dataschema: 1 }),
  envelope("extension with a hyphen", "/my-extension", { "my-extension": "x" }),
  envelope("extension in capitals", "/MyExtension", { MyExtension: "x" }),
  envelope("extension that is an object", "/extension", { extension: {} }),
  envelope("extension that is an array", "/extension", { extension: [1] }),
  envelope("data_base64", "/data_base64", { data_base64: "e30=" }),
  envelope("no data", "/data", { data: undefined }),
  envelope("data null", "/data", { data: null }),
  envelope("data an array", "/data", { data: [] }),
  envelope("data a text", "/data", { data: "{}" }),
  ...ids.map(([what, value]) => data(`session_id ${what}`, "/session_id", { session_id: value })),
  data("no session_id", "/session_id", { session_id: undefined }),
  ...ids.slice(2, 9).map(([what, value]) => data(`school_id ${what}`, "/school_id", { school_id: value })),
  data("no school_id", "/school_id", { school_id: undefined }),
  ...ids
    .slice(2, 9)
    .map(([what, value]) => student(`student_id ${what}`, "student_id", { student_id: value })),
  student("no student_id", "student_id", { student_id: undefined }),
  data("tutor_id with #", "/tutor_id", { tutor_id: "T#1" }),
  data("no tutor_id on a completed session", "/tutor_id", { tutor_id: undefined }),
  data("program_id empty", "/program_id", { program_id: "" }),
  data("district_id a number", "/district_id", { district_id: 5 }),
  data("makeup_for_session_id with /", "/makeup_for_session_id", { makeup_for_session_id: "a/b" }),
  data("revision 0", "/revision", { revision: 0 }),
  data("revision negative", "/revision", { revision: -1 }),
  data("revision with a fraction", "/revision", { revision: 1.5 }),
  data("revision as a text", "/revision", { revision: "2" }),
  data("revision null", "/revision", { revision: null }),
  data("revision true", "/revision", { revision: true }),
  data("revision 2^51", "/revision", { revision: 2 ** 51 }),
  text("revision 9007199254740993", "/data/revision", (good) =>
    good.replace('"revision":1', '"revision":9007199254740993'),
  ),
  text("revision 1e999", "/data/revision", (good) => good.replace('"revision":1', '"revision":1e999')),
  data("no topic", "/session_topic", { session_topic: undefined }),
  data("unknown topic", "/session_topic", { session_topic: "science" }),
  data("empty topic", "/session_topic", { session_topic: "" }),
  data("topic a number", "/session_topic", { session_topic: 3 }),
  data("unknown delivery type", "/session_delivery_type", { session_delivery_type: "hybrid" }),
  data("neither start", "/scheduled_start", { scheduled_start: undefined }),
  data("30 February", "/scheduled_start", { scheduled_start: "2026-02-30T10:00:00-07:00" }),
  data("29 February in a common year", "/scheduled_start", { scheduled_start: "2026-02-29T10:00:00-07:00" }),
  data("month 13", "/scheduled_start", { scheduled_start: "2026-13-01T10:00:00-07:00" }),
  data("hour 25", "/scheduled_start", { scheduled_start: "2026-03-02T25:00:00-07:00" }),
  data("no offset", "/scheduled_start", { scheduled_start: "2026-03-02T10:00:00" }),
  data("a blank instead of T", "/scheduled_start", { scheduled_start: "2026-03-02 10:00:00-07:00" }),
  data("no seconds", "/scheduled_start", { scheduled_start: "2026-03-02T10:00-07:00" }),
  data("a date only", "/scheduled_start", { scheduled_start: "2026-03-02" }),
  data("American date", "/scheduled_start", { scheduled_start: "3/2/2026 10:00 AM" }),
  data("seconds since 1970", "/scheduled_start", { scheduled_start: 1_772_470_800 }),
  data("year 1999", "/scheduled_start", { scheduled_start: "1999-12-31T10:00:00Z" }),
  data("an actual start five years after the plan", "/actual_start", {
    actual_start: "2031-03-02T10:01:00-07:00",
    actual_end: "2031-03-02T10:31:00-07:00",
  }),
  data("an actual start a day and a minute before the plan", "/actual_start", {
    scheduled_start: "2026-03-02T10:00:00-07:00",
    actual_start: "2026-03-01T09:59:00-07:00",
    actual_end: "2026-03-01T10:31:00-07:00",
  }),
  data("an end a month after the plan", "/actual_end", {
    scheduled_start: "2026-01-28T10:00:00-07:00",
    actual_start: undefined,
    actual_end: "2026-03-01T10:31:00-07:00",
  }),
  data("year 2100", "/scheduled_start", { scheduled_start: "2100-01-01T10:00:00Z" }),
  data("offset of 25 hours", "/scheduled_start", { scheduled_start: "2026-03-02T10:00:00+25:00" }),
  data("duration 0", "/scheduled_duration", { scheduled_duration: 0 }),
  data("duration negative", "/scheduled_duration", { scheduled_duration: -5 }),
  data("duration with a fraction", "/scheduled_duration", { scheduled_duration: 30.5 }),
  data("duration as a text", "/scheduled_duration", { scheduled_duration: "30" }),
  data("duration over a day", "/scheduled_duration", { scheduled_duration: 1441 }),
  text("duration 1e999", "/data/scheduled_duration", (good) =>
    good.replace('"scheduled_duration":30', '"scheduled_duration":1e999'),
  ),
  of(
    "scheduled",
    data("no duration on a schedule", "/scheduled_duration", { scheduled_duration: undefined }),
  ),
  of(
    "scheduled",
    data("no scheduled_start on a schedule", "/scheduled_start", { scheduled_start: undefined }),
  ),
  data("actual_start that is none", "/actual_start", { actual_start: "soon" }),
  data("end before start", "/actual_end", {
    actual_start: "2026-03-02T10:00:00Z",
    actual_end: "2026-03-02T09:59:00Z",
  }),
  data("end two days later", "/actual_end", {
    actual_start: "2026-03-02T10:00:00Z",
    actual_end: "2026-03-04T10:00:00Z",
  }),
  data("status against the type", "/session_status", { session_status: "canceled" }),
  data("unknown status", "/session_status", { session_status: "done" }),
  of("scheduled", data("a schedule that is completed", "/session_status", { session_status: "completed" })),
  of("canceled", data("canceled without a reason", "/not_held_reason", { not_held_reason: undefined })),
  of("canceled", data("canceled for an unknown reason", "/not_held_reason", { not_held_reason: "lazy" })),
  data("a reason not to be held on a completed session", "/not_held_reason", { not_held_reason: "weather" }),
  data("substitute as a text", "/substitute", { substitute: "yes" }),
  data("group of none", "/group_size", { group_size: 0 }),
  data("group of 201", "/group_size", { group_size: 201 }),
  data("group as a ratio", "/group_size", { group_size: "1:3" }),
  data("no students", "/students", { students: undefined }),
  data("empty students", "/students", { students: [] }),
  data("students an object", "/students", { students: {} }),
  data("students null", "/students", { students: null }),
  data("201 students", "/students", { students: students(201) }),
  data("500 students", "/students", { students: students(500) }),
  data("a student that is a text", "/students/0", { students: ["1"] }),
  data("a student that is null", "/students/0", { students: [null] }),
  data("the same student twice", "/students/2/student_id", { students: [...students(2), ...students(1)] }),
  data("the same student twice but for blanks", "/students/1/student_id", {
    students: [...students(1), { ...students(1)[0], student_id: " 0 " }],
  }),
  data("the same student twice but for composition", "/students/1/student_id", {
    students: [
      { ...students(1)[0], student_id: "é" },
      { ...students(1)[0], student_id: "e\u0301" },
    ],
  }),
  student("a student's name", "name", { name: "Ada" }),
  student("no attendance_status", "attendance_status", { attendance_status: undefined }),
  student("unknown attendance_status", "attendance_status", { attendance_status: "here" }),
  student("attendance_status in capitals", "attendance_status", { attendance_status: "Present" }),
  student("attendance_status null", "attendance_status", { attendance_status: null }),
  student("a reason of absence of one who is present", "absence_reason", { absence_reason: "testing" }),
  student("unknown reason of absence", "absence_reason", {
    attendance_status: "absent_excused",
    minutes_present: 0,
    absence_reason: "dog",
  }),
  student("minutes negative", "minutes_present", { minutes_present: -1 }),
  student("minutes with a fraction", "minutes_present", { minutes_present: 10.5 }),
  student("minutes as a text", "minutes_present", { minutes_present: "30" }),
  student("minutes over a day", "minutes_present", { minutes_present: 1441 }),
  student("minutes of one who is absent", "minutes_present", { attendance_status: "absent_unexcused" }),
  student("minutes of one who is not expected", "minutes_present", { attendance_status: "not_expected" }),
  {
    name: "more minutes than the session lasted",
    pointer: "/data/students/0/minutes_present",
    change: (event) =>
      Object.assign(event.data, { actual_start: "2026-03-02T17:00:00Z", actual_end: "2026-03-02T17:29:00Z" }),
  },
  {
    name: "minutes that cannot be derived",
    pointer: "/data/students/0/minutes_present",
    change: (event) => {
      delete event.data["scheduled_duration"];
      delete event.data.students[0]!["minutes_present"];
    },
  },
  of("scheduled", student("attendance in a schedule", "attendance_status", { attendance_status: "present" })),
  of("scheduled", student("minutes in a schedule", "minutes_present", { minutes_present: 30 })),
  of(
    "canceled",
    student("absence from a session that was not held", "attendance_status", {
      attendance_status: "absent_excused",
    }),
  ),
  data("a field nobody knows", "/notes", { notes: "went well" }),
  data("a misspelled field", "/sesion_topic", { sesion_topic: "math" }),
  text("__proto__ in the data", "/data/__proto__", (good) =>
    good.replace('"revision":1', '"__proto__":{"x":1},"revision":1'),
  ),
  text("constructor in the data", "/data/constructor", (good) =>
    good.replace('"revision":1', '"constructor":{"x":1},"revision":1'),
  ),
  text("__proto__ in the envelope", "/__proto__", (good) =>
    good.replace('"id":', '"__proto__":{"x":1},"id":'),
  ),
  text("a key twice in the envelope", "/id", (good) => good.replace('"id":', '"id":"other","id":')),
  text("a key twice in the data", "/data/revision", (good) =>
    good.replace('"revision":1', '"revision":2,"revision":1'),
  ),
  text("a key twice, once escaped", "/data/revision", (good) =>
    good.replace('"revision":1', '"\\u0072evision":2,"revision":1'),
  ),
  text("a key twice in a student", "/data/students/0/student_id", (good) =>
    good.replace('"student_id"', '"student_id":"2","student_id"'),
  ),
  text("10,000 arrays deep in the data", "/data/session_topic", (good) =>
    good.replace('"math"', deep(10_000)),
  ),
  text("10,000 arrays deep in an extension", "/extension", (good) =>
    good.replace('"id":', `"extension":${deep(10_000)},"id":`),
  ),
  of("voided", data("a void without session_id", "/session_id", { session_id: undefined })),
  of("voided", data("a void with revision 0", "/revision", { revision: 0 })),
  of("voided", data("a void that says it is completed", "/session_status", { session_status: "completed" })),
];

export type BadBody = {
  name: string;
  status: 400 | 413 | 415;
  body: string;
  contentType?: string;
  base64?: boolean;
};

const good = '{"specversion":"1.0"}';
export const BAD_BODIES: BadBody[] = [
  { name: "nothing", status: 400, body: "" },
  { name: "null", status: 400, body: "null" },
  { name: "a number", status: 400, body: "5" },
  { name: "a text", status: 400, body: '"event"' },
  { name: "half an object", status: 400, body: '{"specversion":' },
  { name: "a trailing comma", status: 400, body: "[{},]" },
  { name: "single quotes", status: 400, body: "{'a':1}" },
  { name: "NaN", status: 400, body: "[NaN]" },
  { name: "a byte order mark and nothing else", status: 400, body: "\ufeff" },
  { name: "two values", status: 400, body: "{} {}" },
  { name: "a form", status: 415, body: "a=1", contentType: "application/x-www-form-urlencoded" },
  { name: "Latin-1", status: 400, body: Buffer.from('{"a":"é"}', "latin1").toString("base64"), base64: true },
  { name: "plain text", status: 415, body: good, contentType: "text/plain" },
  { name: "XML", status: 415, body: "<a/>", contentType: "application/cloudevents+xml" },
  { name: "no content type", status: 415, body: good, contentType: "" },
  { name: "multipart", status: 415, body: good, contentType: "multipart/form-data; boundary=x" },
  {
    name: "an object sent as a batch",
    status: 400,
    body: good,
    contentType: "application/cloudevents-batch+json",
  },
  {
    name: "an array sent as one event",
    status: 400,
    body: `[${good}]`,
    contentType: "application/cloudevents+json",
  },
  { name: "501 events", status: 413, body: `[${Array.from({ length: 501 }, () => good).join(",")}]` },
  { name: "more than 1 MB", status: 413, body: `["${"x".repeat(1_048_577)}"]` },
  { name: "10 MB", status: 413, body: `["${"x".repeat(10_485_760)}"]` },
];
