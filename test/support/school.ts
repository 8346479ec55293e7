import { empty, LAG_BOUNDS, type StudentSession, type Summary } from "../../domain/day-summary.ts";
import type { Alert } from "../../domain/alert.ts";
import { ruleOf } from "../../domain/rules/index.ts";
import type { RuleId } from "../../domain/words.ts";
import type { DaySummary, RuleInput } from "../../domain/rule.ts";
import { DEFAULT_SETTINGS } from "../../domain/settings.ts";
import type { School } from "../../domain/setup.ts";

export const SCHOOL: School = { school_id: "A", district_id: "D", time_zone: "America/Denver" };

/** A held or not held session of one student at ten o'clock. */
export function row(
  day: string,
  status: StudentSession["status"],
  more: Partial<StudentSession> = {},
): StudentSession {
  return {
    student_id: "1",
    at: Date.parse(`${day}T17:00:00Z`) / 60_000,
    provider_id: "north-star",
    program_id: "math",
    session_topic: "math",
    tutor_id: "T1",
    group_size: 1,
    status,
    minutes: status === "present" ? 30 : 0,
    scheduled_minutes: 30,
    ...more,
  };
}

/** A day with these student-sessions, and a report of their provider for each. */
export function dayOf(day: string, rows: StudentSession[], more: Partial<Summary> = {}): DaySummary {
  const providers = [...new Set(rows.map(({ provider_id }) => provider_id))].map((provider_id) => ({
    provider_id,
    sessions_held: rows.filter((one) => one.provider_id === provider_id).length,
    not_held: [],
    lag: LAG_BOUNDS.map(() => 0),
  }));
  return { day, summary: { ...empty(), student_sessions: rows, providers, ...more } };
}

export const pending = (day: string, provider_id = "north-star") => ({
  provider_id,
  session_id: `S-${day}`,
  program_id: "math",
  scheduled_end: Date.parse(`${day}T17:30:00Z`) / 1000,
  scheduled_minutes: 30,
  students: ["1"],
});

export function ruleInput(days: DaySummary[], more: Partial<RuleInput> = {}): RuleInput {
  const today = more.today ?? "2026-03-13";
  const now = Date.parse(`${today}T20:00:00Z`) / 1000;
  return {
    school: SCHOOL,
    today,
    now,
    days,
    enrolments: [],
    roster: [],
    programs: [],
    scheduling: [],
    settings: () => DEFAULT_SETTINGS,
    ...more,
  };
}

/** An alert as its rule opens it, of the provider or the student of these rows. */
export function alert(rule: RuleId, more: Partial<Alert> = {}): Alert {
  const subject = ruleOf(rule).about === "provider" ? "north-star" : "0016740395";
  return {
    school_id: "A",
    id: `${rule}#${subject}#2026-03-12`,
    rule,
    subject,
    provider_ids: ["north-star"],
    first_day: "2026-03-12",
    state: "open",
    history: [{ at: "2026-03-13T20:00:00.000Z", step: "opened" }],
    facts: {},
    version: 1,
    ...more,
  };
}
