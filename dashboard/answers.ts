import type { Alert } from "../domain/alert.ts";
import type { DosageReport, Dosage } from "../domain/dosage-report.ts";
import type {
  alertView,
  figuresOf,
  missingReports,
  qualityOf,
  sessionView,
  studentView,
} from "../domain/read-model.ts";
import type { RuleView } from "../domain/rules-view.ts";
import type { Contact } from "../domain/contact.ts";
import type { Enrolment, Program, School } from "../domain/setup.ts";
import type { WeekGrid } from "../domain/week-grid.ts";

/** What the API answers, as the pages read it. The API's reference says the same. */

/** The moment from which the clock alone makes an answer read otherwise. */
type Timed = { changes_at?: string };

type Made<F extends (...args: never[]) => unknown> = ReturnType<F>;

type Names = Readonly<Record<string, string>>;
export type MySchool = {
  school_id: string;
  name?: string;
  district_id: string;
  time_zone: string;
  students: boolean;
};
export type Me = {
  id: string;
  grants: { role: string }[];
  second_factor_needed_for?: unknown[];
  districts: string[];
  schools: MySchool[];
  providers: string[];
  names: { districts: Names; providers: Names; programs: Names };
  student_links: Names;
};

export type Figures = Made<typeof figuresOf>;
type SessionRow = Made<typeof sessionView>;
export type Missing = Made<typeof missingReports>[number];
export type Day = Figures &
  Timed & {
    school_id: string;
    date: string;
    version: number;
    sessions_to_come: number;
    missing?: Missing[];
    student_sessions?: SessionRow[];
  };
export type AlertView = Made<typeof alertView>;
export type Alerts = Timed & { items: AlertView[]; next?: string };
export type Weeks = WeekGrid & Timed & { school_id: string };
export type Progress = {
  program_id: string;
  provider_id?: string;
  from: string;
  to: string;
  minutes: number;
  expected_minutes: number;
  target_minutes: number;
  off_pace: boolean;
  required_pace: number;
  last_feasible_day: string;
};
export type Student = Made<typeof studentView> &
  Timed & {
    school_id: string;
    hours_elsewhere: number;
    schools: { school_id: string; minutes: number; grade?: string }[];
    history: (SessionRow & { school_id: string })[];
    enrolments: Enrolment[];
    progress: Progress[];
    missing: Missing[];
    alerts: AlertView[];
  };
export type OverviewSchool = {
  school_id: string;
  name?: string;
  week: Figures & { week: string };
  year: Figures;
  open_alerts?: Partial<Record<Alert["rule"], number>>;
  off_pace?: { student_id: string; percent: number }[];
};
export type Overview = Timed & {
  district_id: string;
  schools: OverviewSchool[];
  weeks: (Figures & { week: string; from: string })[];
};
/** Of a small group only that it is one. */
type Hidden = { suppressed?: true };
export type Report = Omit<DosageReport, "by_school" | keyof Dosage> &
  Hidden &
  Partial<Dosage> &
  Timed & {
    by_school: ({ school_id: string } & Hidden & Partial<Dosage>)[];
    export: string;
  };
export type Quality = Timed & {
  provider_id: string;
  name?: string;
  from: string;
  to: string;
  schools: { school_id: string; name?: string; time_zone: string }[];
  waiting_for_a_school?: number;
  days: (Made<typeof qualityOf> & { date: string })[];
  refused?: {
    at: string;
    rejected: number;
    conflicts: number;
    /** Not taken since. */
    open: number;
    items?: {
      event_id?: string;
      school_id?: string;
      session_id?: string;
      resolved?: true;
      result: "rejected" | "conflict";
      errors: { pointer: string; detail: string }[];
    }[];
  }[];
};
export type Settings = Timed & {
  school_id: string;
  name?: string;
  time_zone: string;
  calendar: NonNullable<School["calendar"]>;
  rules: RuleView[];
  programs: Program[];
  providers: { provider_id: string; name?: string }[];
  contacts?: (Pick<
    Contact,
    "contact_id" | "role" | "kind" | "email" | "language" | "digest_hour" | "on_leave"
  > & {
    texts: boolean;
  })[];
};
