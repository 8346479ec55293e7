import { standingOf } from "../../domain/alert.ts";
import { mergeAll } from "../../domain/day-summary.ts";
import { byText } from "../../domain/ids.ts";
import { changesAt, figuresOf, weekOf } from "../../domain/read-model.ts";
import { addDays, mondayOf, mondaysBetween } from "../../domain/school-day.ts";
import type { School } from "../../domain/setup.ts";
import { unpack } from "../../domain/summary-packing.ts";
import { concurrently } from "../../adapters/concurrently.ts";
import { note, notFound, todayOf, wallOf, withheldOr, type Ask } from "./ask.ts";
import { readingOf, yearOf } from "./schools.ts";
import type { SchoolStores, Wall } from "./wall.ts";

const WIDTH = 8;

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
  const days = parts.flatMap((part) => part.days).sort((a, b) => byText(a.day, b.day));
  const weeks = Map.groupBy(days, ({ day }) => mondayOf(day));
  const [first, last] = [days[0], days.at(-1)];
  // a week in which nothing was reported is there, and unknown
  const mondays = first === undefined || last === undefined ? [] : mondaysBetween(first.day, last.day);
  return {
    district_id,
    schools: parts.map(({ row }) => row).sort((a, b) => byText(a.school_id, b.school_id)),
    weeks: mondays.map((from) => ({
      week: weekOf(from),
      from,
      ...figuresOf(mergeAll((weeks.get(from) ?? []).map(({ summary }) => summary)), readingOf(ask, level)),
    })),
    ...changesAt(
      days.flatMap(({ summary }) => summary.pending),
      ask.now.getTime() / 1000,
    ),
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
  note(ask, { school_id });
  return {
    open_alerts: Object.fromEntries([...counts].map(([rule, all]) => [rule, all.length])),
    off_pace: open
      .filter(({ rule }) => rule === "off-pace")
      .map(({ subject, facts }) => ({ student_id: subject, percent: Number(facts["percent"]) }))
      .sort((a, b) => a.percent - b.percent || byText(a.student_id, b.student_id)),
  };
}
