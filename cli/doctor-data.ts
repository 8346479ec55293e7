import { spawnSync } from "node:child_process";
import { subscriptionsOf, warmWrites } from "../adapters/deployment.ts";
import { idsOf, unnamedText } from "../domain/setup-prune.ts";
import { addDays, dayOf, schoolDaysBetween } from "../domain/school-day.ts";
import { calendarOf, isLive, type School, type Setup } from "../domain/setup.ts";
import { verifyAudit } from "./audit.ts";
import { contractCheck } from "./doctor-contracts.ts";
import { asking } from "./doctor-sending.ts";
import { few, type Check } from "./doctor-check.ts";
import type { Target } from "./target.ts";

const ok = (check: string, says: string): Check => ({ check, result: "ok", says });

/** Whether what is stored can be relied on, and who may write it. */
export async function checkData(target: Target, now: Date): Promise<Check[]> {
  const setup = await target.setup.all();
  return [
    calendarCheck(setup, now),
    zoneCheck(setup),
    contractCheck(setup, now),
    await leftOverCheck(target, setup),
    await keyCheck(target, now),
    await quotaCheck(target, setup, now),
    await driftCheck(target, now),
    await auditCheck(target, now),
    await throughputCheck(target),
    await alarmCheck(target),
    nodeCheck(),
    ...(target.sending === undefined ? [javaCheck()] : []),
  ];
}

function calendarCheck({ schools }: Setup, now: Date): Check {
  const check = "calendars";
  const today = dayOf(now.getTime() / 1000, "UTC");
  const wrong = schools.filter((school) => isOdd(school, today)).map(({ school_id }) => school_id);
  if (wrong.length === 0) return ok(check, "every school has school days");
  const says = `schools ${few(wrong)} have no calendar, or none that reaches today, or hardly a school day in it: correct first_day, last_day and closures in setup.yaml`;
  return { check, result: "warn", says };
}

/** A school year has about 180 days; a calendar with fewer than 30 is a slip of the pen. */
const FEW_DAYS = 30;

function isOdd(school: School, today: string): boolean {
  const { first_day, last_day } = school.calendar ?? {};
  if (first_day === undefined || last_day === undefined) return true;
  if (addDays(last_day, 90) < today) return true;
  return schoolDaysBetween(first_day, last_day, calendarOf(school)).length < FEW_DAYS;
}

function zoneCheck({ schools, districts }: Setup): Check {
  const check = "time zones";
  const mixed = districts
    .filter(({ district_id }) => {
      const zones = schools
        .filter((one) => one.district_id === district_id)
        .map(({ time_zone }) => time_zone);
      return new Set(zones).size > 1;
    })
    .map(({ district_id }) => district_id);
  if (mixed.length === 0) return ok(check, "the schools of each district share one");
  const says = `districts ${few(mixed)} lie in several: if that is not meant, apply the right one with --rezone`;
  return { check, result: "warn", says };
}

/** Somebody who left is in no file any more, and still gets in or is written to. */
async function leftOverCheck({ setup: store }: Target, setup: Setup): Promise<Check> {
  const check = "people who left";
  const named = await store.lastNamed();
  const there = idsOf(setup);
  const left = (["people", "contacts"] as const).flatMap((list) =>
    there[list].filter((id) => named[list]?.includes(id) === false).map((id) => unnamedText({ list, id })),
  );
  if (left.length === 0) return ok(check, "everybody who is set up stands in the file that was applied last");
  const says = `${few(left)}: set up, but not in the file that was applied last; apply it with --prune, or name them again`;
  return { check, result: "warn", says };
}

const OLD_DAYS = 365;

async function keyCheck({ providerKeys }: Target, now: Date): Promise<Check> {
  const check = "keys";
  const before = new Date(now.getTime() - OLD_DAYS * 86_400_000).toISOString();
  const live = (await providerKeys.list()).filter((key) => isLive(key, now));
  const old = live.filter(({ created_at }) => created_at < before);
  if (old.length === 0) return ok(check, `${live.length} live, none older than a year`);
  const says = `${few(old.map(({ key_id }) => key_id))} are older than a year: \`rollcall provider rotate\``;
  return { check, result: "warn", says };
}

async function quotaCheck({ refusals }: Target, { providers }: Setup, now: Date): Promise<Check> {
  const check = "refused events";
  const today = now.toISOString().slice(0, 10);
  const found: string[] = [];
  for (const { provider_id } of providers) {
    const kept = await refusals.between(provider_id, addDays(today, -1), today);
    const count = kept.reduce((sum, one) => sum + one.open, 0);
    if (count > 0) found.push(`${provider_id} ${count}`);
  }
  if (found.length === 0)
    return ok(check, "none since yesterday, or all of them were posted again and taken");
  const says = `since yesterday: ${few(found)}; the provider finds them at GET /v1/providers/{id}/quality`;
  return { check, result: "warn", says };
}

const LATE_HOURS = 36;

async function driftCheck({ drift }: Target, now: Date): Promise<Check> {
  const check = "drift";
  const last = await drift.last();
  if (last === undefined) return { check, result: "warn", says: "the nightly look has not run yet" };
  if (now.getTime() - Date.parse(last.at) > LATE_HOURS * 3_600_000)
    return {
      check,
      result: "fail",
      says: `the nightly look ran last at ${last.at}: see the log of check-drift`,
    };
  const { length } = last.drift;
  if (length > 0)
    return {
      check,
      result: "fail",
      says: `${length} days were not what their facts say: see docs/runbooks.md, "drift"`,
    };
  if (last.counted_twice.length > 0) {
    const says = `${few(last.counted_twice)} count in two schools: ask the provider to void the wrong one`;
    return { check, result: "warn", says };
  }
  return ok(check, `${last.days} days are what their facts say`);
}

async function auditCheck(target: Target, now: Date): Promise<Check> {
  const { faults, lines } = await verifyAudit(target, now);
  if (faults.length === 0) return ok("audit log", `${lines} lines, whole`);
  return {
    check: "audit log",
    result: "fail",
    says: `${faults.length} faults: \`rollcall audit verify\` names them`,
  };
}

const WARM_WRITES = 4000;

async function throughputCheck({ table, sending }: Target): Promise<Check> {
  const check = "warm throughput";
  if (sending === undefined) return { check, result: "skip", says: "local" };
  return asking(check, async () => {
    const writes = await warmWrites(table);
    if (writes >= WARM_WRITES) return { result: "ok", says: `${writes} writes a second at once` };
    const says = `${writes} writes a second at once: write stage: prod into rollcall.config.yaml and deploy before the first morning of a large district`;
    return { result: "warn", says };
  });
}

async function alarmCheck({ alarmTopic }: Target): Promise<Check> {
  const check = "alarms";
  if (alarmTopic === undefined) return { check, result: "skip", says: "local" };
  return asking(check, async () => {
    const heard = await subscriptionsOf(alarmTopic);
    if (heard > 0) return { result: "ok", says: `${heard} hear them` };
    const says =
      "nobody hears them: write alarmEmail into rollcall.config.yaml, deploy, and confirm the mail that AWS sends";
    return { result: "fail", says };
  });
}

function nodeCheck(): Check {
  const { node } = process.versions;
  if (node.startsWith("24.")) return ok("node", `${node}, as in Lambda`);
  return { check: "node", result: "warn", says: `${node}: Lambda runs 24; start commands with npm run` };
}

function javaCheck(): Check {
  const { error, stderr } = spawnSync("java", ["-version"], { encoding: "utf8" });
  const [, version = ""] = /version "(\d+)/.exec(stderr ?? "") ?? [];
  if (error === undefined && Number(version) >= 17) return ok("java", `${version}, for DynamoDB Local`);
  return { check: "java", result: "fail", says: "Java 17 is missing, which DynamoDB Local needs" };
}
