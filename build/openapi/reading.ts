import * as z from "zod";
import { NOT_HELD_REASONS, RULE_IDS } from "../../domain/words.ts";
import { answer, failure } from "./parts.ts";
import {
  Alert,
  Figures,
  Grants,
  Missing,
  Progress,
  Refused,
  StudentSession,
  changes_at,
  count,
  day,
  dosage,
  figures,
  group,
  instant,
  named,
  names,
  period,
  rate,
  school,
  version,
  weekly,
} from "./shapes.ts";

/** What people and provider systems read, as the API's reference shows it. */

const secured: Record<string, string[]>[] = [{ token: [] }, { providerKey: [] }];
const next = z.string().optional().meta({ description: "Cursor of the next page; absent on the last" });
const paging = {
  limit: z.string().optional().meta({ description: "1 to 500, 100 where nothing is said" }),
  cursor: z.string().optional().meta({ description: "`next` of the page before, with the same filters" }),
};

const failures = {
  "400": failure("A parameter is wrong; the detail names it"),
  "401": failure("The token or key is missing, wrong, expired or revoked, or nobody knows its bearer"),
  "403": failure("The caller's role does not allow this, or a second factor is missing"),
  "404": failure("There is nothing here that the caller may see"),
  "503": failure("The database takes nothing now; ask again after Retry-After"),
  "429": failure("One caller asks 600 times a minute at most; ask again after Retry-After"),
};
const invalidCursor = { "410": failure("The cursor is altered, expired, or of another caller or list") };
const unchanged = { "304": { description: "What `If-None-Match` names is still the answer" } };

const named_moment = instant.optional().meta({
  description: "`changes_at` of the answer that is shown: once it has passed, the version is another",
});

type Read = {
  id: string;
  summary: string;
  path?: Record<string, z.ZodType>;
  query?: Record<string, z.ZodType>;
  is: z.ZodType;
};
const read = ({ id, summary, path = {}, query = {}, is }: Read) => ({
  get: {
    operationId: id,
    summary,
    security: secured,
    requestParams: {
      path: z.object(path),
      query: z.object(query),
      header: z.object({ "if-none-match": z.string().optional() }),
    },
    responses: {
      "200": { ...answer(is, "What is known now"), headers: z.object({ ETag: z.string() }) },
      ...unchanged,
      ...failures,
      ...("cursor" in query && invalidCursor),
    },
  },
});

const answering = (id: string, summary: string, required: Record<string, z.ZodType>) => ({
  post: {
    operationId: id,
    summary,
    security: secured,
    requestParams: { path: z.object({ school_id: z.string(), alert_id: z.string() }) },
    requestBody: {
      content: {
        "application/json": {
          schema: z.object({ ...required, note: z.string().max(1000).optional() }),
        },
      },
    },
    responses: {
      "200": answer(Alert, "The alert as it stands now; also where it stood so before"),
      ...failures,
      "409": failure("The alert is resolved"),
    },
  },
});

export const readPaths = {
  "/v1/me": read({
    id: "getMe",
    summary: "Who asks, and what she may see",
    is: z.object({
      id: z.string(),
      grants: Grants,
      second_factor_needed_for: Grants.optional(),
      districts: z.array(z.string()),
      schools: z.array(
        z.object({ ...named, district_id: z.string(), time_zone: z.string(), students: z.boolean() }),
      ),
      providers: z.array(z.string()),
      audit: z.boolean(),
      names: z.object({ districts: names, providers: names, programs: names }),
      student_links: names.meta({ description: "By district: an address with `{student_id}` in it" }),
    }),
  }),
  "/v1/districts/{district_id}/overview": read({
    id: "getOverview",
    summary: "This week and the year so far, school by school",
    path: { district_id: z.string() },
    is: z.object({
      district_id: z.string(),
      schools: z.array(
        z.object({
          ...school,
          name: z.string().optional(),
          week: z.object({ week: z.string(), ...figures }),
          year: Figures,
          open_alerts: z.record(z.string(), count).optional().meta({ description: "By rule" }),
          off_pace: z.array(z.object({ student_id: z.string(), percent: count })).optional(),
        }),
      ),
      weeks: z.array(z.object({ week: z.string(), from: day, ...figures })),
      changes_at,
    }),
  }),
  "/v1/districts/{district_id}/version": read({
    id: "getDistrictVersion",
    summary: "Whether anything changed at the schools of a district: cheap, and names nobody",
    path: { district_id: z.string() },
    query: { changes_at: named_moment },
    is: z.object({ district_id: z.string(), version }),
  }),
  "/v1/schools/{school_id}/version": read({
    id: "getSchoolVersion",
    summary: "Whether anything of a school changed: cheap, and names nobody",
    path: school,
    query: { changes_at: named_moment },
    is: z.object({ ...school, version }),
  }),
  "/v1/schools/{school_id}/settings": read({
    id: "getSettings",
    summary: "Thresholds, calendar and programs in force at a school; contacts for who may see students",
    path: school,
    is: z.object({
      ...named,
      time_zone: z.string(),
      calendar: z.looseObject({ closures: z.array(z.looseObject({ from: day, to: day })) }),
      rules: z.array(z.looseObject({ rule: z.string(), fires: z.string(), off: z.boolean() })),
      programs: z.array(z.looseObject({ program_id: z.string() })),
      providers: z.array(z.looseObject({ provider_id: z.string() })),
      contacts: z.array(z.looseObject({ contact_id: z.string() })).optional(),
    }),
  }),
  "/v1/schools/{school_id}/days/{date}": read({
    id: "getDay",
    summary: "A school's day; its student-sessions for who may see students",
    path: { ...school, date: day },
    is: z.object({
      ...school,
      date: day,
      version: count,
      ...figures,
      sessions_to_come: count.meta({ description: "Scheduled, not over yet" }),
      missing: z.array(Missing).optional().meta({ description: "Ended without a final report" }),
      student_sessions: z.array(StudentSession).optional(),
      changes_at,
    }),
  }),
  "/v1/schools/{school_id}/weeks/{week}": read({
    id: "getWeek",
    summary: "A school's ISO week, by day; a row per student for who may see students",
    path: { ...school, week: z.string().meta({ example: "2026-W48" }) },
    is: z.object({
      ...school,
      week: z.string(),
      from: day,
      to: day,
      ...figures,
      days: z.array(z.object({ date: day, ...figures })),
      students: z.array(z.object(dosage)).optional(),
    }),
  }),
  "/v1/schools/{school_id}/weeks": read({
    id: "getWeeks",
    summary: "A school's year so far: a row per student, a cell per week",
    path: school,
    is: z.object({
      ...school,
      weeks: z.array(z.object({ week: z.string(), from: day, school_days: count })),
      students: z.array(
        z.object({
          student_id: z.string(),
          grade: z.string().optional(),
          program_ids: z.array(z.string()),
          provider_ids: z.array(z.string()),
          due_minutes: z.array(count.nullable()).meta({
            description: "Asked for by the school days that are over; null where no enrolment says",
          }),
          minutes: z.array(count.nullable()).meta({ description: "null where nothing was reported" }),
          minutes_over: z.array(count.nullable()).meta({
            description: "Those of days that are over, to be compared with due_minutes",
          }),
          attended: weekly,
          held: weekly.meta({ description: "Sessions that took place; attendance is attended of held" }),
          scheduled: weekly,
          unreported: weekly,
        }),
      ),
      changes_at,
    }),
  }),
  "/v1/schools/{school_id}/students": read({
    id: "getStudents",
    summary: "A school's roster with what each got this school year",
    path: school,
    query: { program_id: z.string().optional(), ...paging },
    is: z.object({ ...school, items: z.array(z.object({ ...period, ...dosage })), next }),
  }),
  "/v1/schools/{school_id}/students/{student_id}": read({
    id: "getStudent",
    summary: "A student: dosage, attendance, history and alerts, over the schools that the caller may see",
    path: { ...school, student_id: z.string() },
    is: z.object({
      ...dosage,
      ...school,
      hours_elsewhere: z.number().meta({ description: "Hours at schools that the caller may not see" }),
      schools: z.array(z.object({ ...school, ...period, minutes: count })),
      enrolments: z.array(z.looseObject({ program_id: z.string() })),
      progress: z.array(Progress),
      history: z.array(StudentSession.extend(school)),
      missing: z.array(Missing).meta({ description: "Ended without a final report" }),
      alerts: z.array(Alert),
      changes_at,
    }),
  }),
  "/v1/schools/{school_id}/alerts": read({
    id: "getAlerts",
    summary: "A school's alerts",
    path: school,
    query: {
      standing: z.enum(["open", "acknowledged", "snoozed", "resolved"]).optional(),
      rule: z.enum(RULE_IDS).optional(),
      ...paging,
    },
    is: z.object({ ...school, items: z.array(Alert), next }),
  }),
  "/v1/schools/{school_id}/alerts/{alert_id}/acknowledge": answering(
    "acknowledgeAlert",
    "Take an alert on; the id is percent-encoded",
    {},
  ),
  "/v1/schools/{school_id}/alerts/{alert_id}/snooze": answering(
    "snoozeAlert",
    "Leave an alert out of the digests until a day ahead",
    { until: day },
  ),
  "/v1/schools/{school_id}/alerts/{alert_id}/reopen": answering(
    "reopenAlert",
    "Take back an acknowledgement or a snooze: the alert stands open again",
    {},
  ),
  "/v1/providers/{provider_id}/quality": read({
    id: "getQuality",
    summary: "How well a provider reports, by day, with the items to mend",
    path: { provider_id: z.string() },
    query: { from: day.optional(), to: day.optional() },
    is: z.object({
      provider_id: z.string(),
      name: z.string().optional(),
      from: day,
      to: day,
      schools: z.array(z.object({ ...named, time_zone: z.string() })),
      waiting_for_a_school: count.optional(),
      days: z.array(
        z.object({
          date: day,
          sessions_held: count,
          sessions_not_held: count,
          sessions_unreported: count,
          not_held: z.array(z.object({ reason: z.enum(NOT_HELD_REASONS), sessions: count })),
          completeness: rate,
          reporting_lag_minutes: figures.reporting_lag_minutes,
          missing: z.array(z.object({ ...school, session_id: z.string(), scheduled_end: instant })),
          unmatched: count.optional().meta({
            description: "Students whom the school's roster does not name; for who sees students",
          }),
          overlapping: count.optional().meta({
            description:
              "Student-sessions of a student who was reported in another session at the same time; for who sees students",
          }),
          overlapping_sessions: z
            .array(z.object({ ...school, student_id: z.string(), start: instant }))
            .optional(),
          unmatched_students: z.array(z.object({ ...school, student_id: z.string() })).optional(),
        }),
      ),
      refused: z
        .array(Refused)
        .optional()
        .meta({ description: "Requests of which something was not taken, 30 days back" }),
      changes_at,
    }),
  }),
  "/v1/providers/{provider_id}/version": read({
    id: "getProviderVersion",
    summary: "Whether anything of a provider's reports changed: cheap, and names nobody",
    path: { provider_id: z.string() },
    query: { changes_at: named_moment },
    is: z.object({ provider_id: z.string(), version }),
  }),
  "/v1/reports/dosage": read({
    id: "getDosage",
    summary: "Who got how much tutoring, on both denominators",
    query: {
      school_id: z.string().optional(),
      district_id: z.string().optional().meta({
        description: "Needed by who sees several districts and not all of their students",
      }),
      from: day.optional().meta({ description: "The first day of the school year where nothing is said" }),
      to: day.optional().meta({ description: "Today where nothing is said" }),
      target_hours: z.string().optional().meta({
        description:
          "Without it each student is measured by her program's target, else by 60; for who sees students",
      }),
    },
    is: group.extend({
      target_hours: z.number().nullable().meta({ description: "null where students have different targets" }),
      target_from: z.enum(["asked", "program", "default", "mixed"]),
      by_school: z.array(group.extend({ school_id: z.string() })),
      by_district: z.array(group.extend({ district_id: z.string() })),
      export: z.string().meta({ description: "A link to the rows by school as CSV, for 15 minutes" }),
    }),
  }),
  "/v1/exports/{token}": {
    get: {
      operationId: "getExport",
      summary: "A report as CSV: the signed token, 15 minutes old at most, is the permission",
      requestParams: { path: z.object({ token: z.string() }) },
      responses: {
        "200": { description: "Rows by school", content: { "text/csv": { schema: z.string() } } },
        "401": failures["401"],
        "404": failures["404"],
        "410": failure("The link is altered or expired"),
      },
    },
  },
  "/v1/audit": read({
    id: "getAudit",
    summary: "Who read or changed what on a day; reads are in it a quarter of an hour later",
    query: { day: day.optional(), ...paging },
    is: z.object({
      day,
      items: z.array(
        z.object({
          block: count,
          hash: z.string(),
          place: count,
          at: instant,
          who: z.string(),
          what: z.string(),
          school_id: z.string().optional(),
          student: z.string().optional().meta({ description: "Pseudonym" }),
          why: z.string().optional(),
          count: count,
        }),
      ),
      next,
    }),
  }),
};
