import { csvCell } from "../../domain/csv-cell.ts";
import { mergeAll } from "../../domain/day-summary.ts";
import { dosageReport, latestEntries } from "../../domain/dosage-report.ts";
import type { RosterEntry, School } from "../../domain/setup.ts";
import { suppressSmallGroups } from "../../domain/suppression.ts";
import { concurrently } from "../../adapters/concurrently.ts";
import { endOfNextQuarter, sign } from "../framework/links.ts";
import { dayAsked, note, notFound, Refused, todayOf, wallOf, withheldOr, type Ask } from "./ask.ts";
import { districtAsked } from "./districts.ts";
import { foldOf, yearOf } from "./schools.ts";

const WIDTH = 8;

/** The schools of a report, and those of them whose students the caller may not see. */
type Wanted = { schools: School[]; unseen: School[] };

/**
 * The schools of a report: one, those of a district, or all that the caller reaches. Who may not see all of their
 * students has whole districts alone, one at a time, so that there is one answer and no other to compare it with.
 */
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
  const unseen = schools.filter((school) => !deps.checks.students(scope, school.school_id));
  if (unseen.length > 0) refuseNarrowing(ask, schools);
  return { schools, unseen };
}

/**
 * Two reports that differ by a day, a school, a district or an hour of the target differ by a student; and so do two of
 * one reader who sees more students with a second factor.
 */
function refuseNarrowing(ask: Ask, schools: readonly School[]): void {
  if (ask.caller.withheld.length > 0) throw withheldOr(ask, notFound("There is no such report."));
  const narrowed = ["school_id", "from", "to", "target_hours"].find((name) => ask.query(name) !== undefined);
  const districts = [...new Set(schools.map(({ district_id }) => district_id))];
  if (narrowed === undefined && districts.length > 1)
    throw new Refused(
      "invalid-parameter",
      `Your role sees one district at a time, or one school whose students you see: name district_id (${[...ask.scope.districts].sort().join(", ")}) or school_id.`,
    );
  if (narrowed === undefined) return;
  throw new Refused(
    "not-allowed",
    `Your role sees whole districts and school years, measured by the programs' own targets: leave out ${narrowed}.`,
  );
}

/** Who got how much tutoring, on both denominators; small groups are hidden from who may not see all students. */
export async function getDosage(ask: Ask) {
  return { ...(await dosageOf(ask)), export: await exportLink(ask) };
}

const CSV = [
  "school_id",
  "district_id",
  "students_enrolled",
  "students_tutored",
  "sessions",
  "total_minutes",
];

/** The report's rows by school, for a spreadsheet. */
export async function getExport(ask: Ask): Promise<string> {
  const { by_school } = await dosageOf(ask);
  const lines = by_school.map((row) => {
    const fields = new Map<string, unknown>(Object.entries(row));
    const cells = CSV.map((name) => csvCell(fields.get(name)));
    return [...cells, "suppressed" in row ? "hidden: it would tell of fewer than 10 students" : ""].join(",");
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

/** What is asked for; without it the school year so far, as every other figure beside the report. */
function rangeOf(ask: Ask, school: School) {
  const year = yearOf(school, todayOf(ask, school));
  return { ...year, from: dayAsked(ask, "from", year.from), to: dayAsked(ask, "to", year.to) };
}

async function dosageOf(ask: Ask) {
  const { schools, unseen } = reportAsked(ask);
  const target_hours = targetAsked(ask);
  const own = unseen.length === 0 ? [] : ownSchools(ask);
  const facts = await factsOf(ask, [...new Set([...schools, ...own])]);
  const of = (some: readonly School[]) => facts.filter(({ school }) => some.includes(school));
  const ranges = new Map(facts.map(({ range }) => [range.school_id, range]));
  if (unseen.length === 0) for (const { school_id } of schools) note(ask, { school_id });
  // on the roster at some time of what is reported
  const roster = [...latestEntries(of(schools).flatMap(({ roster: all }) => all)).values()].filter(
    (entry) => {
      const { from, to } = ranges.get(entry.school_id) ?? { from: "", to: "" };
      return (entry.from ?? from) <= to && (entry.to ?? to) >= from;
    },
  );
  const { student_sessions } = mergeAll(of(schools).map(({ summary }) => summary));
  const { programs } = ask.setup;
  const reportOf = (entries: readonly RosterEntry[]) =>
    dosageReport({ roster: entries, schools, programs, student_sessions, target_hours });
  const report = reportOf(roster);
  if (unseen.length === 0) return report;
  if (own.length === 0) return suppressSmallGroups(report);
  const known = knownStudents(of(own));
  const others = roster.filter(({ school_id }) => unseen.some((one) => one.school_id === school_id));
  const strangers = others.filter(({ student_id }) => !known.has(student_id));
  return suppressSmallGroups(report, [others, strangers].map(reportOf));
}

/** The schools whose students the caller sees, in whatever district. */
const ownSchools = ({ setup, deps, scope }: Ask) =>
  setup.schools.filter(({ school_id }) => deps.checks.students(scope, school_id));

/** What is read of each school, once: its roster, and its summary over the days that are asked for. */
async function factsOf(ask: Ask, schools: readonly School[]) {
  const wall = await wallOf(ask, { schools: schools.map(({ school_id }) => school_id) });
  return concurrently(schools, WIDTH, async (school) => {
    const range = rangeOf(ask, school);
    const stores = wall.school(school.school_id);
    const roster = await stores.setup.roster(school.school_id);
    return { school, range, roster, summary: await foldOf(stores, range) };
  });
}
type Facts = Awaited<ReturnType<typeof factsOf>>[number];

/** Of whom the caller can learn, student by student, what they had: also at other schools, as a number of hours. */
function knownStudents(own: readonly Facts[]): Set<string> {
  return new Set(
    own.flatMap(({ roster, summary: { student_sessions, pending } }) => {
      const named = [...roster, ...student_sessions].map(({ student_id }) => student_id);
      return [...named, ...pending.flatMap(({ students }) => students)];
    }),
  );
}

function targetAsked(ask: Ask): number | undefined {
  const asked = ask.query("target_hours");
  if (asked === undefined) return undefined;
  const hours = Number(asked);
  if (hours > 0 && hours <= 2000) return hours;
  throw new Refused("invalid-parameter", "target_hours is no number above 0 and up to 2000.");
}
