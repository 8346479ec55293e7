import type { Summary } from "./day-summary.ts";
import type { Enrolment, Program, School } from "./setup.ts";

/**
 * Thresholds. Defaults: two missed in a row or three in ten school days is where NSSA's programs begin to call home;
 * a feed that says nothing for one whole school day is looked into the same day.
 */
export const DEFAULT_SETTINGS = {
  missed_in_a_row: 2,
  missed_sessions: 3,
  missed_window_days: 10,
  /** Weeks back that tell on which weekdays a provider reports. */
  habit_weeks: 4,
  /** School days that an alert stays the same episode after it was resolved. */
  clean_days: 10,
} as const;
export type Settings = { [Name in keyof typeof DEFAULT_SETTINGS]: number };

export type DaySummary = { day: string; summary: Summary };
export type RuleInput = {
  school: School;
  /** School-local date. */
  today: string;
  /** Seconds since 1970. */
  now: number;
  days: readonly DaySummary[];
  enrolments: readonly Enrolment[];
  programs: readonly Program[];
  /** Providers known to post schedules: a completed report removes the schedule that told it, so sweep remembers. */
  scheduling: readonly string[];
  settings: Settings;
};

export const RULE_IDS = ["provider-feed-silent", "student-missed-sessions"] as const;
export type RuleId = (typeof RULE_IDS)[number];

/** What a rule found: about whom, since which school day, and the numbers behind it. */
export type Firing = {
  rule: RuleId;
  /** A student or a provider, by id. */
  subject: string;
  since: string;
  /** Whose sessions it is about: a silent feed of one of them holds it back. */
  provider_ids: readonly string[];
  facts: Readonly<Record<string, number | string>>;
};

/** A rule is data: what it says of itself, what it reads, what silences it, and what it finds. */
export type Rule = {
  id: RuleId;
  /** What fires, in a sentence for people who did not write it. */
  describe: (settings: Settings) => string;
  /** Rules that say why there is nothing to see here: while one of them is open for a provider, this one stays silent. */
  heldBackBy: readonly RuleId[];
  /** Days before and after today that it reads. */
  reads: (input: Pick<RuleInput, "school" | "today" | "settings">) => { from: string; to: string };
  evaluate: (input: RuleInput) => Firing[];
};
