import * as z from "zod";
import { Person } from "./person.ts";
import { Contact } from "./contact.ts";
import { Contract } from "./contract.ts";
import { Day, Id, ProviderId } from "./ids.ts";
import { RETENTION } from "./retention.ts";
import { idPatternOf } from "./opaque-ids.ts";
import { isZone, type Calendar } from "./school-day.ts";
import { Overrides, ProgramOverrides, type Layer } from "./settings.ts";

const orderly = ({ from, to }: { from: string; to: string }) => from <= to;
const Closure = z
  .strictObject({ from: Day, to: Day, reason: z.string().max(200).optional() })
  .refine(orderly, { path: ["to"], error: "lies before `from`" });

export const District = z.strictObject({
  district_id: Id,
  name: z.string().max(200).optional(),
  /** Where the district's student system shows a student: an address with `{student_id}` in it. */
  student_link: z
    .url({ protocol: /^https$/, error: "must be an https address" })
    .max(500)
    .refine((text) => text.includes("{student_id}"), { error: "must hold {student_id}" })
    .optional(),
  settings: Overrides.optional(),
});
export type District = z.infer<typeof District>;

export const School = z.strictObject({
  school_id: Id,
  district_id: Id,
  name: z.string().max(200).optional(),
  time_zone: z.string().refine(isZone, { error: "must be an IANA time zone such as America/Denver" }),
  calendar: z
    .strictObject({
      first_day: Day.optional(),
      last_day: Day.optional(),
      closures: z.array(Closure).default([]),
      /** School days that end early: nothing is expected on them but what was scheduled. */
      half_days: z.array(Day).optional(),
    })
    .refine(({ first_day = "", last_day = "~" }) => first_day <= last_day, {
      path: ["last_day"],
      error: "lies before first_day",
    })
    .optional(),
  settings: Overrides.optional(),
});
export type School = z.infer<typeof School>;

const NO_CALENDAR: Calendar = { closures: [] };
/** Without a calendar every weekday is a school day. */
export const calendarOf = (school: School): Calendar => school.calendar ?? NO_CALENDAR;

/**
 * What a program promises. Defaults: 3 sessions a week of 30 minutes for 10 weeks (NSSA, Louisiana, Colorado), groups
 * of at most 4. Without `target_hours` full dosage is what the plan comes to.
 */
export const Program = z.strictObject({
  program_id: Id,
  name: z.string().max(200).optional(),
  target_hours: z.number().positive().max(2000).optional(),
  sessions_per_week: z.int().min(1).max(20).default(3),
  minutes_per_session: z.int().min(1).max(1440).default(30),
  weeks: z.int().min(1).max(60).default(10),
  minimum_minutes: z.int().min(0).max(1440).default(15),
  group_limit: z.int().min(1).max(200).default(4),
  settings: ProgramOverrides.optional(),
});
export type Program = z.infer<typeof Program>;

/** Full dosage in hours: as stated, else sessions a week × minutes × weeks. */
export const targetHours = (program: Program) =>
  program.target_hours ?? (program.sessions_per_week * program.minutes_per_session * program.weeks) / 60;

/** Design: a school's partition takes 500 sessions a second. */
export const DEFAULT_EVENTS_PER_MINUTE = 30_000;

/** Who reports sessions. Without a contract nothing of a provider is taken. */
export const Provider = z.strictObject({
  provider_id: ProviderId,
  name: z.string().max(200).optional(),
  contracts: z.array(Contract).optional(),
  /** Events that are taken of it in a minute; one request may bring 500. */
  events_per_minute: z.int().min(500).max(1_000_000).optional(),
});
export type Provider = z.infer<typeof Provider>;

function isPattern(text: string): boolean {
  try {
    return idPatternOf(text) !== undefined;
  } catch {
    return false;
  }
}

/** The whole of setup.yaml. Absent lists change nothing. */
export const Setup = z.strictObject({
  districts: z.array(District).default([]),
  schools: z.array(School).default([]),
  programs: z.array(Program).default([]),
  providers: z.array(Provider).default([]),
  contacts: z.array(Contact).default([]),
  /** Who may sign in, and what each may see. */
  people: z.array(Person).optional(),
  /** The contact who gets what nobody else is named for, so that no alert is without an owner. */
  default_owner: Id.optional(),
  /**
   * The form of ids of students and tutors, as a regular expression for the whole id, such as `\d{10}`. Without it an id
   * holds no white space and does not look like a name or an e-mail address.
   */
  id_pattern: z
    .string()
    .min(1)
    .max(200)
    .refine(isPattern, { error: "is no regular expression, such as \\d{10}" })
    .optional(),
  /** How old a session may be when it is reported or corrected, in days; as long as sessions are kept where it is not said. */
  session_age_days: z.int().min(1).max(RETENTION.sessions).optional(),
  /** Thresholds of the whole deployment. */
  settings: Overrides.optional(),
});
export type Setup = z.infer<typeof Setup>;

export const nothingSetUp = (): Setup => ({
  districts: [],
  schools: [],
  programs: [],
  providers: [],
  contacts: [],
});

/** What sets thresholds at a school, from afar to near; for a program too where one is named. */
export function layersOf(
  { settings, districts, programs }: Setup,
  school: School,
  program_id?: string,
): Layer[] {
  const district = districts.find(({ district_id }) => district_id === school.district_id);
  const program = programs.find((candidate) => candidate.program_id === program_id);
  return [
    { level: "deployment", settings },
    { level: "district", settings: district?.settings },
    { level: "school", settings: school.settings },
    { level: "program", settings: program?.settings },
  ];
}

/** Who belongs to a school, from when to when; open ends where nothing is said. */
export const RosterEntry = z.strictObject({
  student_id: Id,
  school_id: Id,
  district_id: Id.optional(),
  grade: z.string().max(20).optional(),
  from: Day.optional(),
  to: Day.optional(),
});
export type RosterEntry = z.infer<typeof RosterEntry>;

export const Enrolment = z.strictObject({
  student_id: Id,
  school_id: Id,
  program_id: Id,
  provider_id: ProviderId.optional(),
  from: Day.optional(),
  to: Day.optional(),
});
export type Enrolment = z.infer<typeof Enrolment>;

/** A provider's key as it is stored: never the key itself. Dates are ISO instants. */
export const ProviderKey = z.strictObject({
  key_id: z.string(),
  provider_id: ProviderId,
  created_at: z.string(),
  expires_at: z.string().optional(),
  revoked_at: z.string().optional(),
  /** To the hour. */
  last_used_at: z.string().optional(),
});
export type ProviderKey = z.infer<typeof ProviderKey>;

export function isLive(key: ProviderKey, now: Date): boolean {
  const instant = now.toISOString();
  return key.revoked_at === undefined && (key.expires_at === undefined || instant < key.expires_at);
}
