/** A call as a developer types it; `$API`, `$KEY` and `$TOKEN` are hers. The tests run each one as it stands, in order. */
export type ApiExample = { operation: string; title: string; status: number; shell: string };

const at = "2026-01-20T14:40:00-07:00";
const student = (status: string, minutes?: number) =>
  `{"student_id":"0016740395","attendance_status":"${status}"${minutes === undefined ? "" : `,"minutes_present":${minutes}`}}`;

type Event = { id: string; type: string; session?: string; data: string };
const event = ({ id, type, session = "S-1001", data }: Event) =>
  `{"specversion":"1.0","id":"${id}","source":"/tutoring/north-star","type":"tutoring.session.${type}","data":{"session_id":"${session}","school_id":"631930",${data}}}`;
const described = `"session_topic":"math","scheduled_start":"${at}","scheduled_duration":30`;

const post = (body: string, media = "application/cloudevents+json") =>
  [
    `curl -s -w '%{http_code}' "$API/v1/events" \\`,
    `  -H "authorization: Bearer $KEY" -H 'content-type: ${media}' \\`,
    `  -d '${body}'`,
  ].join("\n");
const get = (path: string, who = "TOKEN") =>
  `curl -s -w '%{http_code}' "$API${path}" -H "authorization: Bearer $${who}"`;

const completed = event({
  id: "1",
  type: "completed",
  data: `${described},"tutor_id":"T65418","students":[${student("present", 30)}]`,
});
const corrected = event({
  id: "2",
  type: "completed",
  data: `"revision":2,${described},"tutor_id":"T65418","students":[${student("late", 25)}]`,
});
const scheduled = event({
  id: "3",
  type: "scheduled",
  session: "S-1002",
  data: `${described},"students":[{"student_id":"0016740395"}]`,
});
const canceled = event({
  id: "4",
  type: "canceled",
  session: "S-1002",
  data: `${described},"not_held_reason":"tutor_absent","students":[{"student_id":"0016740395"}]`,
});
const voided = event({ id: "5", type: "voided", data: '"revision":3' });
const faulty = event({
  id: "6",
  type: "completed",
  session: "S-1003",
  data: `"session_topic":"maths?","scheduled_start":"20 January","tutor_id":"T65418","students":[]`,
});

const school = "/v1/schools/631930";

/** At least one for each route that a developer calls. */
export const API_EXAMPLES: readonly ApiExample[] = [
  { operation: "postEvents", title: "A session that was held", status: 202, shell: post(completed) },
  {
    operation: "postEvents",
    title: "The same again: a duplicate, which changes nothing",
    status: 200,
    shell: post(completed),
  },
  {
    operation: "postEvents",
    title: "Corrected: the whole snapshot, with a higher revision",
    status: 202,
    shell: post(corrected),
  },
  {
    operation: "postEvents",
    title: "Scheduled ahead, so that a missing report is noticed",
    status: 202,
    shell: post(scheduled),
  },
  { operation: "postEvents", title: "Not held, and why", status: 202, shell: post(canceled) },
  {
    operation: "postEvents",
    title: "A batch of which one event is faulty: the others are stored",
    status: 207,
    shell: post(`[${corrected},${faulty}]`, "application/cloudevents-batch+json"),
  },
  {
    operation: "getSession",
    title: "What is stored",
    status: 200,
    shell: get(`${school}/sessions/S-1001`, "KEY"),
  },
  { operation: "postEvents", title: "Posted by mistake: voided", status: 202, shell: post(voided) },
  { operation: "getMe", title: "Who am I, and what may I see", status: 200, shell: get("/v1/me") },
  {
    operation: "getOverview",
    title: "All schools of a district",
    status: 200,
    shell: get("/v1/districts/0100/overview"),
  },
  {
    operation: "getDistrictVersion",
    title: "Did anything of a district change",
    status: 200,
    shell: get("/v1/districts/0100/version"),
  },
  {
    operation: "getSchoolVersion",
    title: "Did anything of a school change",
    status: 200,
    shell: get(`${school}/version`),
  },
  { operation: "getSettings", title: "What is in force", status: 200, shell: get(`${school}/settings`) },
  { operation: "getDay", title: "A day", status: 200, shell: get(`${school}/days/2026-01-20`) },
  { operation: "getWeeks", title: "The year so far", status: 200, shell: get(`${school}/weeks`) },
  { operation: "getWeek", title: "A week", status: 200, shell: get(`${school}/weeks/2026-W04`) },
  {
    operation: "getStudents",
    title: "The first ten students",
    status: 200,
    shell: get(`${school}/students?limit=10`),
  },
  { operation: "getStudent", title: "One student", status: 200, shell: get(`${school}/students/0016740395`) },
  {
    operation: "getAlerts",
    title: "What needs somebody",
    status: 200,
    shell: get(`${school}/alerts?standing=open`),
  },
  {
    operation: "acknowledgeAlert",
    title: "Take an alert on; `#` in its id is %23",
    status: 200,
    shell: `curl -s -w '%{http_code}' "$API${school}/alerts/student-missed-sessions%230016740395%232026-01-20/acknowledge" \\\n  -H "authorization: Bearer $TOKEN" -H 'content-type: application/json' -d '{"note":"called home"}'`,
  },
  {
    operation: "snoozeAlert",
    title: "Leave it out of the digests until a day",
    status: 200,
    shell: `curl -s -w '%{http_code}' "$API${school}/alerts/student-missed-sessions%230016740395%232026-01-20/snooze" \\\n  -H "authorization: Bearer $TOKEN" -H 'content-type: application/json' -d '{"until":"2099-01-04"}'`,
  },
  {
    operation: "reopenAlert",
    title: "Take that back",
    status: 200,
    shell: `curl -s -w '%{http_code}' "$API${school}/alerts/student-missed-sessions%230016740395%232026-01-20/reopen" \\\n  -H "authorization: Bearer $TOKEN" -H 'content-type: application/json' -d '{}'`,
  },
  {
    operation: "getQuality",
    title: "How well a provider reports, by its own key",
    status: 200,
    shell: get("/v1/providers/local/quality", "KEY"),
  },
  {
    operation: "getProviderVersion",
    title: "Did anything of a provider change",
    status: 200,
    shell: get("/v1/providers/local/version", "KEY"),
  },
  {
    operation: "getDosage",
    title: "Dosage of a district",
    status: 200,
    shell: get("/v1/reports/dosage?district_id=0100&target_hours=30"),
  },
  { operation: "getAudit", title: "Who read or changed what today", status: 200, shell: get("/v1/audit") },
  {
    operation: "getHealth",
    title: "Is it up",
    status: 200,
    shell: `curl -s -w '%{http_code}' "$API/v1/health"`,
  },
  {
    operation: "getOpenApi",
    title: "The reference, for machines",
    status: 200,
    shell: `curl -s -w '%{http_code}' "$API/v1/openapi.json"`,
  },
];
