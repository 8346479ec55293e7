import { empty, mergeAll, type Summary } from "../../domain/day-summary.ts";
import { byText } from "../../domain/ids.ts";
import {
  changesAt,
  figuresOf,
  missingReports,
  mondayOfWeek,
  sessionView,
  studentView,
  type Reading,
} from "../../domain/read-model.ts";
import { addDays, isCurrent, isDay } from "../../domain/school-day.ts";
import type { RosterEntry, School } from "../../domain/setup.ts";
import { termStart } from "../../domain/rules/reading.ts";
import { weekGrid } from "../../domain/week-grid.ts";
import { unpack } from "../../domain/summary-packing.ts";
import { note, pageOf, Refused, schoolAsked, todayOf, wallOf, type Ask } from "./ask.ts";
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

/** What is compared with what is due: minutes are read from the day from which they are asked for. */
const termOf = (school: School, today: string) => ({
  ...yearOf(school, today),
  from: termStart({ school, today }),
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
  if (level === "students") note(ask, { school_id });
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
    ...changesAt(summary.pending, seconds),
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
  if (level === "students") note(ask, { school_id });
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
    stores.summaries.read(termOf(school, today)),
  ]);
  note(ask, { school_id });
  const days = stored.map(({ day, packed }) => ({ day, summary: unpack(packed) }));
  const reading = readingOf(ask, "students");
  const here = roster.filter((entry) => isCurrent(entry, today));
  // who left owes nothing, whatever her enrolment says
  const left = new Set(roster.filter((entry) => !here.includes(entry)).map(({ student_id }) => student_id));
  const running = enrolments.filter(({ student_id }) => !left.has(student_id));
  return {
    school_id,
    ...weekGrid({ school, today, days, roster: here, enrolments: running, reading }),
    ...changesAt(
      days.flatMap(({ summary }) => summary.pending),
      reading.now,
    ),
  };
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
  note(ask, { school_id });
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

export const periodOf = ({ grade, from, to }: RosterEntry) => ({
  ...(grade !== undefined && { grade }),
  ...(from !== undefined && { from }),
  ...(to !== undefined && { to }),
});
