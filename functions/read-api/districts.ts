import { standingOf } from "../../domain/alert.ts";
import { isAtSchool } from "../../domain/contract.ts";
import { mergeAll } from "../../domain/day-summary.ts";
import { DEFAULT_TARGET_HOURS, dosageReport, latestEntries } from "../../domain/dosage-report.ts";
import { byText } from "../../domain/ids.ts";
import { figuresOf, weekOf } from "../../domain/read-model.ts";
import { addDays, mondayOf } from "../../domain/school-day.ts";
import type { School } from "../../domain/setup.ts";
import { unpack } from "../../domain/summary-packing.ts";
import { suppressSmallGroups } from "../../domain/suppression.ts";
import { concurrently } from "../../adapters/concurrently.ts";
import { endOfNextQuarter, sign } from "../framework/links.ts";
import { dayAsked, note, notFound, Refused, todayOf, wallOf, withheldOr, type Ask } from "./ask.ts";
import { foldOf, readingOf, yearOf } from "./schools.ts";
import type { SchoolStores, Wall } from "./wall.ts";

const WIDTH = 8;

/** What is shown instead of ids, of what the caller may see. */
function namesOf({ scope, setup }: Ask, schools: readonly School[]) {
  const districts = new Set([...scope.districts, ...schools.map(({ district_id }) => district_id)]);
  const named = <Row extends { name?: string | undefined }>(
    rows: readonly Row[],
    idOf: (row: Row) => string,
  ) => Object.fromEntries(rows.flatMap((row) => (row.name === undefined ? [] : [[idOf(row), row.name]])));
  const known = setup.districts.filter(({ district_id }) => districts.has(district_id));
  // who works at her schools is no secret to a site lead
  const told = setup.providers.filter(
    ({ provider_id, contracts = [] }) =>
      scope.providers.has(provider_id) ||
      contracts.some((contract) => schools.some(({ school_id }) => isAtSchool(contract, school_id))),
  );
  return {
    names: {
      districts: named(known, ({ district_id }) => district_id),
      providers: named(told, ({ provider_id }) => provider_id),
      programs: named(setup.programs, ({ program_id }) => program_id),
    },
    student_links: Object.fromEntries(
      known.flatMap(({ district_id, student_link }) =>
        student_link === undefined ? [] : [[district_id, student_link]],
      ),
    ),
  };
}

export async function getMe(ask: Ask) {
  const { caller, scope, setup } = ask;
  const places = new Map(setup.schools.map((school) => [school.school_id, school]));
  const schools = [...scope.schools.keys()].flatMap((school_id) => places.get(school_id) ?? []);
  return {
    id: caller.id,
    grants: caller.grants,
    ...(caller.withheld.length > 0 && { second_factor_needed_for: caller.withheld }),
    districts: [...scope.districts].sort(byText),
    schools: [...scope.schools]
      .sort(([a], [b]) => byText(a, b))
      .flatMap(([school_id, level]) => {
        const school = places.get(school_id);
        if (school === undefined) return [];
        const { name, district_id, time_zone } = school;
        return {
          school_id,
          ...(name !== undefined && { name }),
          district_id,
          time_zone,
          students: level === "students",
        };
      }),
    providers: [...scope.providers].sort(byText),
    audit: scope.audit,
    ...namesOf(ask, schools),
  };
}

export function districtAsked(ask: Ask, district_id: string): School[] {
  const { deps, scope, setup } = ask;
  if (!deps.checks.district(scope, district_id))
    throw withheldOr(ask, notFound("There is no such district, or you may not see it."));
  return setup.schools.filter((school) => school.district_id === district_id);
}

/** This week and the year so far, school by school, and all of them week by week. */
export async function getOverview(ask: Ask) {
  const district_id = ask.params("district_id");
  const schools = districtAsked(ask, district_id);
  const wall = await wallOf(ask, { schools: schools.map(({ school_id }) => school_id) });
  const parts = await concurrently(schools, WIDTH, (school) => overviewOf(ask, school, wall));
  const level = parts.every((part) => part.level === "students") ? "students" : "totals";
  const weeks = Map.groupBy(
    parts.flatMap(({ days }) => days),
    ({ day }) => mondayOf(day),
  );
  return {
    district_id,
    schools: parts.map(({ row }) => row).sort((a, b) => byText(a.school_id, b.school_id)),
    weeks: [...weeks]
      .sort(([a], [b]) => byText(a, b))
      .map(([from, days]) => ({
        week: weekOf(from),
        from,
        ...figuresOf(mergeAll(days.map(({ summary }) => summary)), readingOf(ask, level)),
      })),
  };
}

async function overviewOf(ask: Ask, school: School, wall: Wall) {
  const { school_id, name } = school;
  const stores = wall.school(school_id);
  const level = ask.deps.checks.students(ask.scope, school_id) ? ("students" as const) : ("totals" as const);
  const today = todayOf(ask, school);
  const monday = mondayOf(today);
  const { from } = yearOf(school, today);
  const range = { school_id, from: from < monday ? from : monday, to: addDays(monday, 6) };
  const days = (await stores.summaries.read(range)).map(({ day, packed }) => ({
    day,
    summary: unpack(packed),
  }));
  const fold = (wanted: (day: string) => boolean) =>
    mergeAll(days.filter(({ day }) => wanted(day)).map(({ summary }) => summary));
  const reading = readingOf(ask, level);
  const [week, year] = [fold((day) => day >= monday), fold((day) => from <= day && day <= today)];
  const row = {
    school_id,
    ...(name !== undefined && { name }),
    week: { week: weekOf(today), ...figuresOf(week, reading) },
    year: figuresOf(year, reading),
    ...(level === "students" && (await openAlerts(ask, school, stores))),
  };
  return { row, level, days: days.filter(({ day }) => from <= day && day <= today) };
}

/** How many alerts of each rule are open, and who is off pace, the furthest behind first. */
async function openAlerts(ask: Ask, school: School, { alerts }: SchoolStores) {
  const { school_id } = school;
  const today = todayOf(ask, school);
  const open = (await alerts.current(school_id)).filter((alert) => standingOf(alert, today) !== "resolved");
  const counts = Map.groupBy(open, ({ rule }) => rule);
  await note(ask, { school_id });
  return {
    open_alerts: Object.fromEntries([...counts].map(([rule, all]) => [rule, all.length])),
    off_pace: open
      .filter(({ rule }) => rule === "off-pace")
      .map(({ subject, facts }) => ({ student_id: subject, percent: Number(facts["percent"]) }))
      .sort((a, b) => a.percent - b.percent || byText(a.student_id, b.student_id)),
  };
}

type Wanted = { schools: School[]; students: boolean };

/** The schools of a report: one, those of a district, or all that the caller reaches. */
function reportAsked(ask: Ask): Wanted {
  const { deps, scope, setup } = ask;
  const [school_id, district_id] = [ask.query("school_id"), ask.query("district_id")];
  if (school_id !== undefined && !deps.checks.school(scope, school_id))
    throw withheldOr(ask, notFound("There is no such school, or you may not see it."));
  if (district_id !== undefined) districtAsked(ask, district_id);
  const named = setup.schools.filter(
    (school) =>
      (school_id ?? school.school_id) === school.school_id &&
      (district_id ?? school.district_id) === school.district_id,
  );
  const schools = named.filter((school) => deps.checks.school(scope, school.school_id));
  if (schools.length === 0) throw withheldOr(ask, notFound("There is no school that you may see."));
  const students = schools.every((school) => deps.checks.students(scope, school.school_id));
  if (!students) refuseNarrowing(ask);
  return { schools, students };
}

/** DATAS reports these targets. */
const PRESETS = ["15", "30", "60"];

/** Two reports that differ by a day, a school or an hour of the target differ by a student. */
function refuseNarrowing(ask: Ask): void {
  const narrowed = ["school_id", "from", "to"].find((name) => ask.query(name) !== undefined);
  const target = ask.query("target_hours");
  if (narrowed === undefined && (target === undefined || PRESETS.includes(target))) return;
  throw new Refused(
    "not-allowed",
    `Your role sees whole districts and school years, with a target of ${PRESETS.join(", ")} hours: leave out ${narrowed ?? "target_hours"}.`,
  );
}

/** Who got how much tutoring, on both denominators; small groups are hidden from who may see no student. */
export async function getDosage(ask: Ask) {
  const { report, students } = await dosageOf(ask);
  return { ...(students ? report : suppressSmallGroups(report)), export: await exportLink(ask) };
}

const CSV = [
  "school_id",
  "district_id",
  "students_enrolled",
  "students_tutored",
  "sessions",
  "total_minutes",
];
const cell = (value: unknown) => {
  const text = typeof value === "string" || typeof value === "number" ? String(value) : "";
  // a spreadsheet runs what begins like a formula
  const safe = /^[=+\-@\t\r]/.test(text) ? `'${text}` : text;
  return /[",\r\n]/.test(safe) ? `"${safe.replaceAll('"', '""')}"` : safe;
};

/** The report's rows by school, for a spreadsheet. */
export async function getExport(ask: Ask): Promise<string> {
  const { report, students } = await dosageOf(ask);
  const { by_school } = students ? report : suppressSmallGroups(report);
  const lines = by_school.map((row) => {
    const fields = new Map<string, unknown>(Object.entries(row));
    const cells = CSV.map((name) => cell(fields.get(name)));
    return [...cells, "suppressed" in row ? "fewer than 10 students" : ""].join(",");
  });
  return [[...CSV, "note"].join(","), ...lines, ""].join("\n");
}

async function exportLink(ask: Ask): Promise<string> {
  const { caller, identity, now, deps } = ask;
  const asked = ["school_id", "district_id", "from", "to", "target_hours"].flatMap(
    (name): [string, string][] => {
      const value = ask.query(name);
      return value === undefined ? [] : [[name, value]];
    },
  );
  const question = new URLSearchParams(asked).toString();
  // long enough to press a button, too short to pass on
  const until = endOfNextQuarter(now);
  const token = sign({ kind: "export", caller: caller.id, question, identity, until }, await deps.secret());
  return `${ask.apiUrl}/v1/exports/${token}`;
}

async function dosageOf(ask: Ask) {
  const { schools, students } = reportAsked(ask);
  const target_hours = targetAsked(ask);
  const [from, to] = [dayAsked(ask, "from", "0000-00-00"), dayAsked(ask, "to", "9999-12-31")];
  const wall = await wallOf(ask, { schools: schools.map(({ school_id }) => school_id) });
  const rosters = await concurrently(schools, WIDTH, ({ school_id }) =>
    wall.school(school_id).setup.roster(school_id),
  );
  const summaries = await concurrently(schools, WIDTH, ({ school_id }) =>
    foldOf(wall.school(school_id), { school_id, from, to }),
  );
  if (students) for (const { school_id } of schools) await note(ask, { school_id });
  // on the roster at some time of what is reported
  const roster = [...latestEntries(rosters.flat()).values()].filter(
    (entry) => (entry.from ?? from) <= to && (entry.to ?? to) >= from,
  );
  const { student_sessions } = mergeAll(summaries);
  const { programs } = ask.setup;
  return { report: dosageReport({ roster, schools, programs, student_sessions, target_hours }), students };
}

function targetAsked(ask: Ask): number {
  const hours = Number(ask.query("target_hours") ?? DEFAULT_TARGET_HOURS);
  if (hours > 0 && hours <= 2000) return hours;
  throw new Refused("invalid-parameter", "target_hours is no number above 0 and up to 2000.");
}
