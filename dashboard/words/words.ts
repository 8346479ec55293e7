import type { ThresholdName } from "./thresholds.ts";
import type { Trouble } from "../api.ts";
import type { ACCESS_ROLES } from "../../domain/person.ts";
import type { AttendanceStatus, Attribution, NotHeldReason, Role, RuleId } from "../../domain/words.ts";

/** All that the pages say, in one language. A string that is missing in one of them does not compile. */
export type Words = {
  lang: string;
  other: { lang: string; name: string };
  nav: Record<"today" | "weeks" | "settings" | "names" | "leave" | "place" | "pages", string>;
  trouble: Record<Trouble, string>;
  again: string;
  signIn: string;
  signInOther: string;
  wait: string;
  asOf: (time: string) => string;
  lag: (minutes: number) => string;
  lagUnknown: string;
  lagLong: string;
  unknown: string;
  of: (part: number, whole: number) => string;
  table: string;
  more: (count: number) => string;
  moreThan: (count: number) => string;
  nowhere: string;
  noPlace: string;
  foreign: string;
  foreignHelp: string;
  home: string;
  /** A part of the pages did not come: a new version may have been published. */
  partMissing: string;
  skip: string;
  roles: Record<(typeof ACCESS_ROLES)[number], string>;
  today: Record<
    | "before"
    | "after"
    | "held"
    | "notHeld"
    | "missing"
    | "toCome"
    | "absent"
    | "nobodyAbsent"
    | "empty"
    | "emptyHelp"
    | "missingHelp"
    | "ended"
    | "students"
    | "totalsOnly"
    | "noAlerts"
    | "whose"
    | "why",
    string
  >;
  alerts: Record<
    | "title"
    | "acknowledge"
    | "snooze"
    | "note"
    | "noteHint"
    | "until"
    | "since"
    | "send"
    | "cancel"
    | "takenOn"
    | "waiting"
    | "reopen"
    | "retrying"
    | "noteRefused"
    | "saved",
    string
  >;
  standing: Record<"open" | "acknowledged" | "snoozed" | "resolved", string>;
  rules: Record<RuleId | "unacknowledged", string>;
  status: Record<AttendanceStatus | "not_held", string>;
  reasons: Record<NotHeldReason, string>;
  fault: Record<Attribution, string>;
  weeks: Record<
    | "title"
    | "student"
    | "grade"
    | "program"
    | "provider"
    | "all"
    | "find"
    | "sort"
    | "byShare"
    | "byAttendance"
    | "byId"
    | "total"
    | "legend"
    | "none"
    | "none2"
    | "key"
    | "minutes"
    | "grid"
    | "notKnown"
    | "reportMissing"
    | "notHeld",
    string
  >;
  student: Record<
    | "nearPace"
    | "newestFirst"
    | "hours"
    | "dosage"
    | "attendance"
    | "tutors"
    | "history"
    | "alerts"
    | "noSessions"
    | "elsewhere"
    | "day"
    | "time"
    | "what"
    | "tutor"
    | "back"
    | "noPlan"
    | "open"
    | "behind"
    | "onPace"
    | "consistency"
    | "reached",
    string
  > & {
    sofar: (minutes: number, expected: number, target: number) => string;
    needed: (minutes: number) => string;
    feasible: (day: string) => string;
    tooLate: string;
  };
  district: Record<
    | "schools"
    | "school"
    | "hours"
    | "attendance"
    | "delivery"
    | "completeness"
    | "alerts"
    | "trend"
    | "distribution"
    | "fullRate"
    | "programTarget"
    | "ofTutored"
    | "ofEnrolled"
    | "offPace"
    | "noOffPace"
    | "suppressed"
    | "notForRole"
    | "week"
    | "share"
    | "download"
    | "tutored"
    | "target"
    | "percentOfTarget"
    | "hidden"
    | "perStudent"
    | "empty",
    string
  >;
  provider: Record<
    | "days"
    | "date"
    | "held"
    | "notHeld"
    | "unreported"
    | "completeness"
    | "lag"
    | "refused"
    | "refusedOpen"
    | "noneRefused"
    | "resolved"
    | "unmatched"
    | "unmatchedHelp"
    | "overlapping"
    | "overlappingHelp"
    | "missing"
    | "waitingHelp"
    | "sessionOrEvent"
    | "session"
    | "began"
    | "fault"
    | "fix"
    | "when"
    | "byCause"
    | "empty"
    | "long",
    string
  > & { minutes: (minutes: number) => string; results: Record<"rejected" | "conflict", string> };
  settings: Record<
    | "title"
    | "thresholds"
    | "calendar"
    | "contacts"
    | "programs"
    | "closures"
    | "term"
    | "zone"
    | "off"
    | "readOnly"
    | "noCalendar"
    | "noContacts"
    | "halfDays"
    | "digestAt"
    | "onLeave"
    | "texts"
    | "yes"
    | "no"
    | "perWeek"
    | "name"
    | "role",
    string
  >;
  levels: Record<"default" | "deployment" | "district" | "school" | "program", string>;
  thresholds: Record<ThresholdName, string>;
  contactRoles: Record<Role, string>;
  names: Record<"title" | "what" | "choose" | "erase" | "none" | "wrong" | "saved" | "leaving", string> & {
    count: (count: number) => string;
  };
};
