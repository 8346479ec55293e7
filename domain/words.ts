/**
 * The closed vocabularies of the field. Sources: DATAS 1.0 and its July 2024 provider draft (Accelerate),
 * NSSA's recommended metrics, Ed-Fi's AttendanceEventCategory descriptors.
 */
export const SESSION_STATUSES = ["scheduled", "completed", "canceled", "voided"] as const;
export type SessionStatus = (typeof SESSION_STATUSES)[number];

export const SESSION_TOPICS = ["math", "ela", "other"] as const;
export type SessionTopic = (typeof SESSION_TOPICS)[number];

export const DELIVERY_TYPES = ["in-person", "online"] as const;
export type DeliveryType = (typeof DELIVERY_TYPES)[number];

export const ATTENDANCE_STATUSES = [
  "present",
  "late",
  "left_early",
  "partial",
  "absent_excused",
  "absent_unexcused",
  "not_expected",
] as const;
export type AttendanceStatus = (typeof ATTENDANCE_STATUSES)[number];

export const ABSENCE_REASONS = [
  "absent_from_school",
  "testing",
  "school_event",
  "pulled_by_teacher",
  "suspended",
  "refused",
  "transport",
  "schedule_conflict",
  "student_tech_failure",
  "opted_out",
  "unknown",
] as const;
export type AbsenceReason = (typeof ABSENCE_REASONS)[number];

export type Attribution = "provider" | "calendar" | "school" | "student";

/** Why a session was not held, and to whom that is attributed. */
export const NOT_HELD_ATTRIBUTION = {
  tutor_absent: "provider",
  no_substitute: "provider",
  provider_canceled: "provider",
  provider_tech_failure: "provider",
  school_closed: "calendar",
  weather: "calendar",
  holiday: "calendar",
  early_dismissal: "calendar",
  school_event: "school",
  testing_day: "school",
  no_space: "school",
  school_tech_failure: "school",
  all_students_absent: "student",
} as const satisfies Record<string, Attribution>;
export type NotHeldReason = keyof typeof NOT_HELD_ATTRIBUTION;

export const NOT_HELD_REASONS = [
  "tutor_absent",
  "no_substitute",
  "provider_canceled",
  "provider_tech_failure",
  "school_closed",
  "weather",
  "holiday",
  "early_dismissal",
  "school_event",
  "testing_day",
  "no_space",
  "school_tech_failure",
  "all_students_absent",
] as const satisfies readonly NotHeldReason[];

const TOPIC_ALIASES = new Map<string, SessionTopic>([
  ["math", "math"],
  ["maths", "math"],
  ["mathematics", "math"],
  ["algebra", "math"],
  ["geometry", "math"],
  ["ela", "ela"],
  ["reading", "ela"],
  ["literacy", "ela"],
  ["english", "ela"],
  ["writing", "ela"],
  ["english language arts", "ela"],
  ["language arts", "ela"],
  ["other", "other"],
]);

/** `math`, `ela` or `other` for a topic or one of its usual aliases; undefined when it is none of them. */
export function topicOf(text: string): SessionTopic | undefined {
  return TOPIC_ALIASES.get(
    text
      .trim()
      .toLowerCase()
      .replaceAll(/[\s_]+/g, " "),
  );
}

/** The rules, in the order in which a digest tells what they found. */
export const RULE_IDS = [
  "provider-feed-silent",
  "site-under-delivery",
  "student-missed-sessions",
  "assigned-never-started",
  "under-dosed",
  "off-pace",
  "tutor-changed-too-often",
  "ratio-over-limit",
  "reports-late",
  "unknown-students",
  "unknown-programs",
  "overlapping-sessions",
] as const;
export type RuleId = (typeof RULE_IDS)[number];

/** What a line of a mail can be about: what a rule found, alerts nobody answered, people whom no mail reaches. */
export const TOPICS = ["unreachable", "unacknowledged", ...RULE_IDS] as const;
export type Topic = (typeof TOPICS)[number];

export const ROLES = ["site_lead", "provider", "district"] as const;
export type Role = (typeof ROLES)[number];

export const CHANNELS = ["mail", "text"] as const;
export type Channel = (typeof CHANNELS)[number];

export const LANGUAGES = ["en", "es"] as const;
export type Language = (typeof LANGUAGES)[number];

/** What happens to an alert, in its audit trail: rules open and resolve, people acknowledge, snooze and reopen, time escalates. */
export const STEPS = ["opened", "acknowledged", "snoozed", "reopened", "escalated", "resolved"] as const;
export type Step = (typeof STEPS)[number];
