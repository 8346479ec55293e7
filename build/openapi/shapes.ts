import * as z from "zod";
import { ACCESS_ROLES } from "../../domain/person.ts";
import { NOT_HELD_REASONS, RULE_IDS, STEPS } from "../../domain/words.ts";

/** The shapes of what is read, as the API's reference shows them. */

export const rate = z
  .number()
  .min(0)
  .nullable()
  .meta({ description: "Between 0 and 1; null where nothing was counted" });
export const count = z.int().min(0);
export const instant = z.string().meta({ description: "ISO instant" });
export const day = z.string().meta({ description: "School-local date, YYYY-MM-DD", example: "2026-11-25" });

export const figures = {
  sessions_held: count,
  sessions_not_held: count,
  sessions_unreported: count.meta({ description: "Ended without a final report" }),
  delivery_rate: rate,
  provider_fault_rate: rate,
  completeness: rate,
  reporting_lag_minutes: z.object({ p50: count.nullable(), p90: count.nullable() }),
  students: count.optional(),
  minutes: count.optional(),
  attendance_rate_scheduled: rate.optional(),
  attendance_rate_held: rate.optional(),
  suppressed: z
    .literal(true)
    .optional()
    .meta({ description: "Figures of students are shown to who may see students; see the dosage report" }),
  providers: z.array(
    z.object({
      provider_id: z.string(),
      sessions_held: count,
      not_held: z.array(z.object({ reason: z.enum(NOT_HELD_REASONS), sessions: count })),
    }),
  ),
  unreadable: count,
};
export const Figures = z.object(figures).meta({ id: "Figures" });

export const StudentSession = z
  .object({
    student_id: z.string(),
    at: instant,
    provider_id: z.string(),
    program_id: z.string(),
    session_topic: z.string(),
    tutor_id: z.string(),
    group_size: count.nullable().meta({ description: "null where nobody knows it" }),
    status: z.string(),
    minutes: count,
    scheduled_minutes: count,
  })
  .meta({ id: "StudentSession" });

export const dosage = {
  student_id: z.string(),
  sessions: count.meta({ description: "Sessions attended" }),
  minutes: count,
  hours: z.number(),
  target_hours: z.number().optional(),
  pct_full_dosage: z.number().optional().meta({ description: "actual / target, uncapped" }),
  attendance_rate_held: rate,
  attendance_rate_scheduled: rate,
  tutor_consistency: rate.meta({ description: "Sessions with the most frequent tutor / sessions attended" }),
  tutors: count,
  last_attended: instant.nullable(),
};
export const period = { grade: z.string().optional(), from: day.optional(), to: day.optional() };

export const Alert = z
  .object({
    id: z.string(),
    school_id: z.string(),
    rule: z.enum(RULE_IDS),
    subject: z.string(),
    about: z.enum(["student", "provider"]).meta({ description: "What the subject's id is of" }),
    provider_ids: z.array(z.string()),
    standing: z.enum(["open", "acknowledged", "snoozed", "resolved"]),
    first_day: day,
    resolved_day: day.optional(),
    facts: z.record(z.string(), z.union([z.number(), z.string()])),
    history: z.array(z.looseObject({ at: instant, step: z.enum(STEPS) })),
  })
  .meta({ id: "Alert" });

export const Refused = z.object({
  at: instant,
  rejected: count,
  conflicts: count,
  open: count.meta({ description: "Of these, how many were not posted again and taken since" }),
  items: z
    .array(
      z.object({
        event_id: z.string().optional(),
        school_id: z.string().optional(),
        session_id: z.string().optional(),
        resolved: z.literal(true).optional().meta({
          description: "What it was to say, or something later of the same session, was taken since",
        }),
        result: z.enum(["rejected", "conflict"]),
        errors: z.array(z.object({ pointer: z.string(), detail: z.string() })),
      }),
    )
    .optional(),
});

export const school = { school_id: z.string() };
export const version = z.string().meta({ description: "Another one as soon as anything changed" });
export const named = { ...school, name: z.string().optional() };
export const names = z.record(z.string(), z.string());
export const weekly = z.array(count).meta({ description: "In the order of `weeks`" });
export const Missing = z.object({
  session_id: z.string(),
  provider_id: z.string(),
  scheduled_end: instant,
  students: count,
});
export const changes_at = instant.optional().meta({
  description: "From then on the same is read otherwise though nothing is reported: a session's time ends",
});
export const Progress = z.object({
  program_id: z.string(),
  provider_id: z.string().optional(),
  from: day,
  to: day,
  minutes: count,
  expected_minutes: count.meta({ description: "The target, prorated by instructional days" }),
  target_minutes: count,
  off_pace: z
    .boolean()
    .meta({ description: "By the thresholds of the rule `off-pace`, while the enrolment runs" }),
  required_pace: count.meta({ description: "Minutes a week that still reach the target" }),
  last_feasible_day: z
    .string()
    .meta({ description: "Last day on which daily sessions still reach it; empty when past" }),
});
export const Grants = z.array(z.looseObject({ role: z.enum(ACCESS_ROLES) }));
export const group = z.looseObject({
  suppressed: z.literal(true).optional().meta({
    description:
      "Fewer than 10 students are enrolled, tutored or not tutored, or they had fewer than 10 sessions, or it stands beside such a group",
  }),
  suppressed_figures: z
    .array(z.enum(["full_dosage_rate", "buckets"]))
    .optional()
    .meta({
      description: "Left out, because they would tell of fewer than 10 students, here or by subtraction",
    }),
});
