import { EACH, MONTHLY, PRICES } from "./prices.ts";

/**
 * What a deployment costs a month, from how many students it has. Units a session as `npm run bench` measures them for
 * a school of 60 sessions a day; billed milliseconds are assumed. Everything is rounded up by what it rounds up to.
 */
export type CostInput = {
  students: number;
  sessions_per_week: number;
  /** Sessions in one request: 1 is the dearest. */
  batch: number;
  /** Texts are opt-in; leads who took them get few. */
  texts_per_month: number;
};

/** Students in a group, and students of a school who are tutored. */
const GROUP = 3;
const SCHOOL = 100;
const WEEKS_A_MONTH = 52 / 12;
const SCHOOL_DAYS_A_MONTH = 180 / 12;
/** A session is scheduled and completed. */
const POSTS = 2;
/** Of the template with every switch. */
export const ALARMS = 44;
/** Who signs in: the leads of a school and their stand-ins, and a district's office. */
const PEOPLE = { school: 2, district: 10 } as const;

/** Measured: write units of both snapshots, units of a recompute, of the quota, of what was refused and of the rules; bytes of a year's session. */
const UNITS = {
  record_writes: 4,
  recompute_reads: 5.5,
  recompute_writes: 3,
  quota_writes: 1,
  refusal_reads: 1,
  rules_reads: 12,
  bytes: 700,
} as const;
const MILLISECONDS = { ingest: 13, summarize: 25 } as const;
const LAMBDA_GIGABYTES = 0.5;
const LOG_BYTES = 700;

export type Cost = { parts: Record<string, number>; total: number; per_student: number };

/** Dollars a month, by what they are paid for. */
export function costOf({ students, sessions_per_week, batch, texts_per_month }: CostInput): Cost {
  const sessions = (students * sessions_per_week * WEEKS_A_MONTH) / GROUP;
  const requests = (sessions * POSTS) / batch;
  const schools = Math.ceil(students / SCHOOL);
  const compute = (milliseconds: number) =>
    PRICES.lambda_request + (milliseconds / 1000) * LAMBDA_GIGABYTES * PRICES.lambda_gb_second;
  const gigabytes = (sessions * 12 * UNITS.bytes) / 1e9;
  const parts = {
    "API requests": requests * PRICES.gateway_request,
    functions: requests * (compute(MILLISECONDS.ingest) + compute(MILLISECONDS.summarize)),
    "session records": sessions * UNITS.record_writes * PRICES.write_unit,
    "quotas and refusals":
      requests * (UNITS.quota_writes * PRICES.write_unit + UNITS.refusal_reads * PRICES.read_unit),
    summaries:
      requests * (UNITS.recompute_writes * PRICES.write_unit + UNITS.recompute_reads * PRICES.read_unit),
    "rules and alerts": requests * UNITS.rules_reads * PRICES.read_unit,
    logs: requests * LOG_BYTES * PRICES.log_byte,
    "storage and recovery": gigabytes * MONTHLY.stored_gigabyte,
    mails: schools * SCHOOL_DAYS_A_MONTH * EACH.mail,
    texts: texts_per_month * EACH.text,
    "sign-in": (schools * PEOPLE.school + PEOPLE.district) * EACH.person,
    key: MONTHLY.key + requests * EACH.key_call,
    "alarms and dashboard": ALARMS * MONTHLY.alarm + MONTHLY.dashboard,
  };
  const total = Object.values(parts).reduce((sum, part) => sum + part, 0);
  return { parts, total, per_student: students === 0 ? 0 : total / students };
}
