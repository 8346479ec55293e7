import { empty, mergeAll, type Summary } from "../../domain/day-summary.ts";
import { byText, Id } from "../../domain/ids.ts";
import { totalMinutes } from "../../domain/metrics.ts";
import {
  alertView,
  figuresOf,
  missingReports,
  mondayOfWeek,
  sessionView,
  studentView,
  type Reading,
} from "../../domain/read-model.ts";
import { lastFeasibleDay, planOf, requiredPace } from "../../domain/pace.ts";
import { termStart } from "../../domain/rules/reading.ts";
import { addDays, dayOf, isCurrent, isDay } from "../../domain/school-day.ts";
import type { Enrolment, RosterEntry, School } from "../../domain/setup.ts";
import { weekGrid } from "../../domain/week-grid.ts";
import { unpack } from "../../domain/summary-packing.ts";
import { concurrently } from "../../adapters/concurrently.ts";
import { note, notFound, pageOf, Refused, schoolAsked, todayOf, wallOf, type Ask } from "./ask.ts";
import type { SchoolStores } from "./wall.ts";

type Range = { school_id: string; from: string; to: string };

export const readingOf = (ask: Ask, level: Reading["level"]): Reading => ({
  programs: ask.setup.programs,
  now: ask.now.getTime() / 1000,
  level,
});

export async function foldOf({ summaries }: SchoolStores, range: Range): Promise<Summary> {
  return mergeAll((await summaries.read(range)).map(({ packed }) => unpack(packed)));
}

/** The school year so far: from the first day of the calendar, or a year back where there is none. */
export const yearOf = (school: School, today: string) => ({
  school_id: school.school_id,
  from: school.calendar?.first_day ?? addDays(today, -365),
  to: today,
});

const levelOf = ({ deps, scope }: Ask, school_id: string): Reading["level"] =>
  deps.checks.students(scope, school_id) ? "students" : "totals";

export async function getDay(ask: Ask) {
  const { school_id } = schoolAsked(ask, "totals");
  const date = ask.params("date");
  if (!isDay(date)) throw new Refused("invalid-parameter", "date is no date, such as 2026-11-25.");
  const level = levelOf(ask, school_id);
  const stores = (await wallOf(ask, { schools: [school_id] })).school(school_id);
  const [stored] = await stores.summaries.read({ school_id, from: date, to: date });
  const summary = stored === undefined ? empty() : unpack(stored.packed);
  const seconds = ask.now.getTime() / 1000;
  if (level === "students") await note(ask, { school_id });
  return {
    school_id,
    date,
    version: stored?.version ?? 0,
    ...figuresOf(summary, readingOf(ask, level)),
    sessions_to_come: summary.pending.filter(({ scheduled_end }) => scheduled_end > seconds).length,
    ...(level === "students" && {
      missing: missingReports(summary, seconds),
      student_sessions: summary.student_sessions.map(sessionView),
    }),
  };
}

export async function getWeek(ask: Ask) {
  const { school_id } = schoolAsked(ask, "totals");
  const week = ask.params("week");
  const from = mondayOfWeek(week);
  if (from === undefined) throw new Refused("invalid-parameter", "week is no ISO week, such as 2026-W48.");
  const level = levelOf(ask, school_id);
  const stores = (await wallOf(ask, { schools: [school_id] })).school(school_id);
  const days = await stores.summaries.read({ school_id, from, to: addDays(from, 6) });
  const parts = days.map(({ day, packed }) => ({ day, summary: unpack(packed) }));
  const whole = mergeAll(parts.map(({ summary }) => summary));
  const reading = readingOf(ask, level);
  const ids = [...new Set(whole.student_sessions.map(({ student_id }) => student_id))].sort(byText);
  if (level === "students") await note(ask, { school_id });
  return {
    school_id,
    week,
    from,
    to: addDays(from, 6),
    ...figuresOf(whole, reading),
    days: parts.map(({ day, summary }) => ({ date: day, ...figuresOf(summary, reading) })),
    ...(level === "students" && {
      students: ids.map((student_id) => studentView({ student_id }, whole, reading)),
    }),
  };
}

/** A row per student, a cell per week of the school year so far. */
export async function getWeeks(ask: Ask) {
  const school = schoolAsked(ask, "students");
  const { school_id } = school;
  const today = todayOf(ask, school);
  const stores = (await wallOf(ask, { schools: [school_id] })).school(school_id);
  const [roster, enrolments, stored] = await Promise.all([
    stores.setup.roster(school_id),
    stores.setup.enrolments(school_id),
    stores.summaries.read(yearOf(school, today)),
  ]);
  await note(ask, { school_id });
  const days = stored.map(({ day, packed }) => ({ day, summary: unpack(packed) }));
  const reading = readingOf(ask, "students");
  const here = roster.filter((entry) => isCurrent(entry, today));
  return { school_id, ...weekGrid({ school, today, days, roster: here, enrolments, reading }) };
}

export async function getStudents(ask: Ask) {
  const school = schoolAsked(ask, "students");
  const { school_id } = school;
  const today = todayOf(ask, school);
  const stores = (await wallOf(ask, { schools: [school_id] })).school(school_id);
  const [roster, enrolments, whole] = await Promise.all([
    stores.setup.roster(school_id),
    stores.setup.enrolments(school_id),
    foldOf(stores, yearOf(school, today)),
  ]);
  const program = ask.query("program_id");
  const enrolled = new Set(
    enrolments.filter(({ program_id }) => program_id === program).map(({ student_id }) => student_id),
  );
  const wanted = roster
    .filter(({ student_id }) => program === undefined || enrolled.has(student_id))
    .sort((a, b) => byText(a.student_id, b.student_id));
  const page = await pageOf(ask, wanted, ({ student_id }) => student_id);
  await note(ask, { school_id });
  const reading = readingOf(ask, "students");
  return {
    school_id,
    ...page,
    items: page.items.map((entry) => ({
      ...periodOf(entry),
      ...studentView(entry, whole, reading),
    })),
  };
}

const periodOf = ({ grade, from, to }: RosterEntry) => ({
  ...(grade !== undefined && { grade }),
  ...(from !== undefined && { from }),
  ...(to !== undefined && { to }),
});

/** One student: at the schools that the caller may see, with the minutes of the others as a bare number. */
export async function getStudent(ask: Ask) {
  const school = schoolAsked(ask, "students");
  const { school_id } = school;
  const { data: student_id } = Id.safeParse(ask.params("student_id"));
  if (student_id === undefined) throw notFound("This school knows no such student.");
  // whoever asks for somebody unknown here opens nothing else
  const here = (await wallOf(ask, { schools: [school_id] })).school(school_id);
  const own = await attended(ask, { school, student_id, stores: here });
  if (own === undefined) throw notFound("This school knows no such student.");
  const { visible, minutes_elsewhere } = await everywhere(ask, { school, student_id, own });
  return {
    ...studentView(
      { student_id },
      mergeAll(visible.map(({ summary }) => summary)),
      readingOf(ask, "students"),
    ),
    school_id,
    hours_elsewhere: minutes_elsewhere / 60,
    schools: visible.map(({ summary, entry, ...one }) => ({
      ...one,
      ...(entry && periodOf(entry)),
      minutes: totalMinutes(summary.student_sessions),
    })),
    history: visible.flatMap((one) =>
      one.summary.student_sessions.map((row) => ({ school_id: one.school_id, ...sessionView(row) })),
    ),
    ...(await alertsAbout(ask, { school, student_id, stores: here, own })),
  };
}

type Own = NonNullable<Awaited<ReturnType<typeof attended>>>;

/** What she had at all the schools of the caller, and the minutes of the others. */
async function everywhere(ask: Ask, about: { school: School; student_id: string; own: Own }) {
  const { school, student_id, own } = about;
  const seen = ask.setup.schools.filter((one) => ask.deps.checks.students(ask.scope, one.school_id));
  const others = ask.setup.schools.filter((one) => !seen.includes(one));
  const wall = await wallOf(ask, {
    schools: seen.map((one) => one.school_id),
    elsewhere: others.map((one) => one.school_id),
  });
  const at = async (one: School) => {
    if (one === school) return own;
    const stores = wall.school(one.school_id);
    // a year of summaries is read where a roster knows her, so that hundreds of schools cost a look each
    const entry = await stores.setup.rosterEntry(one.school_id, student_id);
    return entry && attended(ask, { school: one, student_id, stores, entry });
  };
  const visible = (await concurrently(seen, 8, at)).flatMap((one) => one ?? []);
  await note(ask, { school_id: school.school_id, student_id });
  const elsewhere = (await concurrently(others, 8, at)).flatMap((one) => one ?? []);
  const rows = elsewhere.flatMap(({ summary }) => summary.student_sessions);
  return { visible, minutes_elsewhere: totalMinutes(rows) };
}

async function alertsAbout(ask: Ask, { school, student_id, stores, own }: At & { own: Own }) {
  const { school_id } = school;
  const [enrolments, current, log] = await Promise.all([
    stores.setup.enrolments(school_id),
    stores.alerts.current(school_id),
    stores.alerts.log(school_id),
  ]);
  const hers = enrolments.filter((row) => row.student_id === student_id);
  return {
    enrolments: hers,
    progress: hers.flatMap((enrolment) => progressOf(ask, { school, enrolment, own }) ?? []),
    alerts: [...current, ...log]
      .filter((alert) => alert.subject === student_id)
      .map((alert) => alertView(alert, todayOf(ask, school))),
  };
}

type Enrolled = { school: School; enrolment: Enrolment; own: Own };

/** How far she is on the way to the target of an enrolment, as the rule `off-pace` counts it. */
function progressOf(ask: Ask, { school, enrolment, own }: Enrolled) {
  const program = ask.setup.programs.find(({ program_id }) => program_id === enrolment.program_id);
  const today = todayOf(ask, school);
  const at = { school, today, first_day: termStart({ school, today }), known: new Map<string, number>() };
  const plan = program && planOf(at, enrolment, program);
  if (program === undefined || plan === undefined) return undefined;
  const { start, end, target_minutes, expected_minutes } = plan;
  const counted = own.summary.student_sessions.filter(
    (row) =>
      dayOf(row.at * 60, school.time_zone) >= start && [program.program_id, ""].includes(row.program_id),
  );
  const minutes = totalMinutes(counted);
  return {
    program_id: program.program_id,
    ...(enrolment.provider_id !== undefined && { provider_id: enrolment.provider_id }),
    from: start,
    to: end,
    minutes,
    expected_minutes,
    target_minutes,
    required_pace: requiredPace(at, plan, minutes),
    last_feasible_day: lastFeasibleDay(at, plan, { program, minutes }),
  };
}

type At = { school: School; student_id: string; stores: SchoolStores };

/** What a student had at a school, if its roster or its sessions know her. */
async function attended(
  ask: Ask,
  { school, student_id, stores, entry: known }: At & { entry?: RosterEntry },
) {
  const { school_id } = school;
  const [entry, whole] = await Promise.all([
    known ?? stores.setup.rosterEntry(school_id, student_id),
    foldOf(stores, yearOf(school, todayOf(ask, school))),
  ]);
  const student_sessions = whole.student_sessions.filter((row) => row.student_id === student_id);
  const pending = whole.pending.filter(({ students }) => students.includes(student_id));
  if (entry === undefined && student_sessions.length === 0 && pending.length === 0) return undefined;
  return { school_id, entry, summary: { ...empty(), student_sessions, pending } };
}
