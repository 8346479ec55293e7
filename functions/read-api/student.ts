import { empty, mergeAll } from "../../domain/day-summary.ts";
import { Id } from "../../domain/ids.ts";
import { totalMinutes } from "../../domain/metrics.ts";
import { alertView, changesAt, missingReports, sessionView, studentView } from "../../domain/read-model.ts";
import { isOffPace, lastFeasibleDay, planOf, requiredPace } from "../../domain/pace.ts";
import { termStart } from "../../domain/rules/reading.ts";
import { dayOf, isCurrent } from "../../domain/school-day.ts";
import { settingsOf } from "../../domain/settings.ts";
import { layersOf, type Enrolment, type RosterEntry, type School } from "../../domain/setup.ts";
import { concurrently } from "../../adapters/concurrently.ts";
import { note, notFound, schoolAsked, todayOf, wallOf, type Ask } from "./ask.ts";
import { foldOf, periodOf, readingOf, yearOf } from "./schools.ts";
import type { SchoolStores } from "./wall.ts";

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
  const seconds = ask.now.getTime() / 1000;
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
    missing: missingReports(mergeAll(visible.map(({ summary }) => summary)), seconds),
    ...(await alertsAbout(ask, { school, student_id, stores: here, own })),
    ...changesAt(
      visible.flatMap(({ summary }) => summary.pending),
      seconds,
    ),
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
  note(ask, { school_id: school.school_id, student_id });
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
    off_pace:
      isCurrent(enrolment, today) &&
      isOffPace(plan, minutes, settingsOf(layersOf(ask.setup, school, program.program_id))),
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
