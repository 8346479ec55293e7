import { PACE } from "../dashboard/rhythm.ts";
import { PRICES } from "../domain/prices.ts";
import type { DayFigures, weighOthers, weighRecords } from "./storage.ts";

type Measured = {
  records: Awaited<ReturnType<typeof weighRecords>>;
  others: Awaited<ReturnType<typeof weighOthers>>;
  day: DayFigures;
};
type Posting = {
  name: string;
  /** Sessions in one request, all of one school's day. */ batch: number;
  /** Also posted as scheduled before. */ scheduled: boolean;
};

/** Assumed, because only AWS can tell: billed milliseconds and memory of a call, and log lines in bytes. */
const CALLS = {
  /** A post of one event waits for one write; of twenty, for four rounds of writes side by side. */
  ingest: { milliseconds: (batch: number) => 12 + batch * 0.6, gigabytes: 0.5, log_bytes: 300 },
  summarize: { milliseconds: () => 25, gigabytes: 0.5, log_bytes: 0 },
  read: { milliseconds: () => 20, gigabytes: 1, log_bytes: 300 },
  authorize: { milliseconds: () => 6, gigabytes: 0.25, log_bytes: 0 },
} as const;
const ACCESS_LOG_BYTES = 170;
/** The authorizer's answer is kept for 30 s; a provider that posts every second asks it once in thirty posts. */
const AUTHORIZED_OF_POSTS = 1 / 30;
const STUDENTS = 3;
const ABSENT = 1 / 20;
/** Share of sessions after which an alert is opened, changed or resolved. */
const ALERTS = 0.05;

const unit = ({ reads, writes }: { reads: number; writes: number }) =>
  reads * PRICES.read_unit + writes * PRICES.write_unit;

function callOf(name: keyof typeof CALLS, batch: number): number {
  const { milliseconds, gigabytes, log_bytes } = CALLS[name];
  const compute = (milliseconds(batch) / 1000) * gigabytes * PRICES.lambda_gb_second;
  return PRICES.lambda_request + compute + log_bytes * PRICES.log_byte;
}

/** Dollars per million attendances, by part. Weeks are not stored: they are folds of days. */
export function dollarsPerMillion({ records, others, day }: Measured, { name, batch, scheduled }: Posting) {
  const sessions = 1_000_000 / STUDENTS;
  const posts = (sessions / batch) * (scheduled ? 2 : 1);
  const record = scheduled
    ? unit(records.scheduled) + unit(records.completed_after_scheduled)
    : unit(records.completed);
  const withAbsence = 1 - (1 - ABSENT) ** (STUDENTS * batch);
  const rules = unit(others.read_alerts) + withAbsence * unit(day.rules);
  const parts = {
    gateway: posts * (PRICES.gateway_request + ACCESS_LOG_BYTES * PRICES.log_byte),
    authorizer: posts * AUTHORIZED_OF_POSTS * (callOf("authorize", 1) + unit(others.authorize)),
    quota: posts * unit(others.quota),
    refusals: posts * unit(others.refusals),
    ingest: posts * callOf("ingest", batch),
    record: sessions * record,
    recompute: posts * (unit(day.recompute) + callOf("summarize", batch)),
    stored_weeks: 0,
    rules_reads: posts * rules,
    alert_writes: sessions * ALERTS * unit(others.write_alert),
  };
  return { name, ...parts, total: Object.values(parts).reduce((sum, part) => sum + part, 0) };
}

const HOUR_MS = 3_600_000;
const LOOKS_AN_HOUR = { touched: HOUR_MS / PACE.active_ms, left_alone: HOUR_MS / PACE.idle_ms };
/** The authorizer's answer is kept for 30 s. */
const AUTHORIZED_AN_HOUR = 3600 / 30;

/** Of a school day: the hours in which its sessions are reported. */
const REPORTED_HOURS = 7;
/** Headers of a 304; and of an answer with a day or its alerts, beside its gzipped body. */
const HEADER_BYTES = 700;

/**
 * Dollars for an hour of a school's open day through CloudFront, touched all the time and left alone: looks, most of
 * them answered with 304, and the day and its alerts again after every change, which nobody sees more often than he
 * looks. The day is given, and noted with one write; its alerts mostly are what they were, and answered with 304.
 */
export function dollarsPerPageHour({ others, day }: Pick<Measured, "others" | "day">) {
  const request = (bytes: number) =>
    PRICES.cdn_request +
    (HEADER_BYTES + bytes) * PRICES.cdn_byte +
    PRICES.gateway_request +
    ACCESS_LOG_BYTES * PRICES.log_byte +
    callOf("read", 1);
  const look = request(0) + unit(day.look);
  const again = request(day.packed_bytes) + request(0) + unit(day.page) + PRICES.write_unit;
  const authorized = AUTHORIZED_AN_HOUR * (callOf("authorize", 1) + unit(others.authorize));
  const hour = (looks: number) => {
    const changes = Math.min(looks, day.sessions / REPORTED_HOURS);
    return { looks: looks * look + authorized, again: changes * again };
  };
  const [touched, left] = [hour(LOOKS_AN_HOUR.touched), hour(LOOKS_AN_HOUR.left_alone)];
  return {
    looks: touched.looks,
    after_changes: touched.again,
    touched: touched.looks + touched.again,
    left_alone: left.looks + left.again,
  };
}
