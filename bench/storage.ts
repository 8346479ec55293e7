import { dynamoAlertStore } from "../adapters/alert-store.ts";
import { dynamoProviderKeyStore } from "../adapters/provider-key-store.ts";
import { dynamoQuotaStore } from "../adapters/quota-store.ts";
import { dynamoRefusalStore } from "../adapters/refusal-store.ts";
import { dynamoSessionStore } from "../adapters/session-store.ts";
import { dynamoSetupStore } from "../adapters/setup-store.ts";
import { dynamoSummaryStore } from "../adapters/summary-store.ts";
import { SessionEvent } from "../domain/session-event.ts";
import { arrivalOf, snapshotOf } from "../domain/session-record.ts";
import { dynamoStampStore } from "../adapters/stamp-store.ts";
import { dynamoSweepStore } from "../adapters/sweep-store.ts";
import { nothingSetUp } from "../domain/setup.ts";
import { pack } from "../domain/summary-packing.ts";
import { concurrently } from "../adapters/concurrently.ts";
import { alertSchool } from "../functions/summarize-school/alert-school.ts";
import { summarizeDay } from "../adapters/summarize-day.ts";
import { deflateRawSync } from "node:zlib";
import { meteredTable, type Units } from "./capacity.ts";

const DAY = "2026-03-02";
const NOW = new Date(`${DAY}T23:00:00Z`);
const two = (number: number) => String(number).padStart(2, "0");

/** Session `number` of a school's day, with three students of its own: one in twenty attendances is an absence. */
export function sessionEvent(number: number, { day = DAY, type = "completed" } = {}) {
  const student = (place: number) => {
    const student_id = String(16_740_395 + (number * 3 + place) * 7919).padStart(10, "0");
    if (type !== "completed") return { student_id };
    const absent = (number * 3 + place) % 20 === 0;
    return absent
      ? { student_id, attendance_status: "absent_unexcused" }
      : { student_id, attendance_status: "present", minutes_present: 20 + (number % 11) };
  };
  return {
    specversion: "1.0",
    id: `event-${number}`,
    source: "/bench",
    type: `tutoring.session.${type}`,
    data: {
      session_id: `session-${100_000 + number}`,
      school_id: "631930",
      program_id: "math-boost",
      session_topic: "math",
      session_delivery_type: "in-person",
      scheduled_start: `${day}T${two(8 + (number % 8))}:${two((number * 7) % 60)}:00-07:00`,
      scheduled_duration: 30,
      ...(type === "completed" && { tutor_id: `T-${number % 40}` }),
      students: [student(0), student(1), student(2)],
    },
  };
}

type Metered = Awaited<ReturnType<typeof meteredTable>>;

/** How many sessions a school has a day, from a small school to a whole district in one. */
export const SIZES = [60, 600, 3000, 5000];

export function arrival(number: number, options?: Parameters<typeof sessionEvent>[1]) {
  return arrivalOf(
    snapshotOf(SessionEvent.parse(sessionEvent(number, options)), "north-star"),
    options?.day ?? DAY,
    NOW,
  );
}

export async function weighRecords({ table, weigh }: Metered) {
  const sessions = dynamoSessionStore(table);
  const completed = await weigh(() => sessions.put(arrival(0)));
  const duplicate = await weigh(() => sessions.put(arrival(0)));
  const scheduled = await weigh(() => sessions.put(arrival(1, { type: "scheduled" })));
  const after = await weigh(() => sessions.put(arrival(1)));
  return { completed, duplicate, scheduled, completed_after_scheduled: after };
}

export type DayFigures = {
  sessions: number;
  recompute: Units;
  rules: Units;
  /** What an open page reads to know whether anything changed. */
  look: Units;
  /** What it reads when something did: the day and its alerts. */
  page: Units;
  packed_bytes: number;
};

/** What the recompute of a full day of this size takes, and the rules' reads with ten full days behind it. */
export async function weighDay(endpoint: string, assembly: string, count: number): Promise<DayFigures> {
  const { table, weigh } = await meteredTable(endpoint, assembly);
  const sessions = dynamoSessionStore(table);
  const summaries = dynamoSummaryStore(table);
  await concurrently(
    Array.from({ length: count }, (_, number) => number),
    32,
    (number) => sessions.put(arrival(number)),
  );
  const day = { school_id: "631930", day: DAY };
  const { after } = await summarizeDay({ sessions, summaries }, day);
  const packed = pack(after);
  for (const back of [
    "2026-02-16",
    "2026-02-17",
    "2026-02-18",
    "2026-02-19",
    "2026-02-20",
    "2026-02-23",
    "2026-02-24",
    "2026-02-25",
    "2026-02-26",
    "2026-02-27",
  ]) {
    await summaries.write({ ...day, day: back }, 0, packed);
  }
  const recompute = await weigh(() => summarizeDay({ sessions, summaries }, day));
  const school = { school_id: "631930", district_id: "D", time_zone: "America/Denver" };
  const alerts = dynamoAlertStore(table);
  const deps = {
    summaries,
    alerts,
    clock: () => NOW,
    known: async () => ({ ...nothingSetUp(), schools: [school] }),
    setup: dynamoSetupStore(table),
    sweeps: dynamoSweepStore(table),
  };
  // the first run opens what there is to open
  await alertSchool(deps, [{ ...day, before: packed, after }]);
  const rules = await weigh(() => alertSchool(deps, [{ ...day, before: packed, after }]));
  const stamps = dynamoStampStore(table);
  const look = await weigh(() => stamps.read([{ kind: "school", id: "631930" }]));
  const page = await weigh(async () => {
    await summaries.read({ school_id: "631930", from: DAY, to: DAY });
    return alerts.current("631930");
  });
  return {
    sessions: count,
    recompute,
    rules,
    look,
    page,
    packed_bytes: deflateRawSync(packed, { level: 9 }).length,
  };
}

/** Other calls of a request: the authorizer's read of a key, and the write of an alert. */
export async function weighOthers({ table, weigh }: Metered) {
  const keys = dynamoProviderKeyStore(table);
  const alerts = dynamoAlertStore(table);
  await keys.put("key", { key_id: "k", provider_id: "north-star", created_at: NOW.toISOString() });
  const authorize = await weigh(() => keys.byKey("key"));
  const alert = await weigh(() =>
    alerts.write({
      school_id: "631930",
      id: "student-missed-sessions#0016740395#2026-03-02",
      rule: "student-missed-sessions",
      subject: "0016740395",
      provider_ids: ["north-star"],
      first_day: DAY,
      state: "open",
      history: [{ at: NOW.toISOString(), step: "opened" }],
      facts: { missed: 2, in_a_row: 2, last_missed: DAY },
      version: 1,
    }),
  );
  const quotas = dynamoQuotaStore(table);
  await quotas.add("north-star", 1, NOW);
  const quota = await weigh(() => quotas.add("north-star", 1, NOW));
  const taken = { names: ["a session"], outcome: "accepted", order: 5 } as const;
  const refusals = await weigh(() => dynamoRefusalStore(table).settle("north-star", [taken]));
  const read_alerts = await weigh(() => alerts.current("631930"));
  return { authorize, quota, refusals, read_alerts, write_alert: alert };
}
