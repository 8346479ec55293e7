import type { Summary } from "./day-summary.ts";
import type { Settings } from "./settings.ts";
import type { Enrolment, Program, RosterEntry, School } from "./setup.ts";
import type { Role, RuleId, Topic } from "./words.ts";

export type DaySummary = { day: string; summary: Summary };

/** All that a rule may look at. */
export type RuleInput = {
  school: School;
  /** School-local date. */
  today: string;
  /** Seconds since 1970. */
  now: number;
  days: readonly DaySummary[];
  enrolments: readonly Enrolment[];
  roster: readonly RosterEntry[];
  programs: readonly Program[];
  /** Providers known to post schedules: a completed report removes the schedule that told it, so sweep remembers. */
  scheduling: readonly string[];
  /** Thresholds at this school; for a program, where it sets others. */
  settings: (program_id?: string) => Settings;
};

/** What a rule found: about whom, since which school day, and the numbers behind it. */
export type Firing = {
  rule: RuleId;
  /** A student or a provider, by id. */
  subject: string;
  since: string;
  /** Whose sessions it is about. */
  provider_ids: readonly string[];
  facts: Readonly<Record<string, number | string>>;
};

export type Range = { from: string; to: string };

/** What a rule says of itself: who must know of it, when, and how. */
export type RuleText = {
  id: Topic;
  /** What fires, in a sentence for people who did not write it. */
  describe: (settings: Settings) => string;
  /** Where the default thresholds come from. */
  source: string;
  /** The thresholds that it reads. */
  thresholds: readonly (keyof Settings)[];
  /** While one of these is open about the same provider or student, this one opens nothing. */
  heldBackBy: readonly RuleId[];
  /** Whose digest it stands in. */
  goesTo: readonly Role[];
  /** Whether it stands in every digest, or in the first of a week. */
  digest: "daily" | "weekly";
  /** Told on the day it fires, also to those whose digest comes later. */
  sameDay: boolean;
  /** Whether it may be sent as a text to those who opted in. */
  text: boolean;
};

/** A rule is data: what it says of itself, what it reads, and what it finds. */
export type Rule = RuleText & {
  id: RuleId;
  about: "student" | "provider";
  /** When a report is recomputed: judge it anew, only see whether what is open is over, or leave it to the sweep. */
  onReport: "always" | "while-open" | "never";
  /** The days that it reads. */
  reads: (input: Pick<RuleInput, "school" | "today"> & { settings: Settings }) => Range;
  evaluate: (input: RuleInput) => Firing[];
};
