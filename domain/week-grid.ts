import type { StudentSession, Summary } from "./day-summary.ts";
import { minimumMinutesOf } from "./dosage-report.ts";
import { byText } from "./ids.ts";
import { wasAttended, wasHeld } from "./metrics.ts";
import { weekOf, type Reading } from "./read-model.ts";
import { instruction, planOf, type At } from "./pace.ts";
import { termStart } from "./rules/reading.ts";
import { addDays, mondayOf, mondaysBetween, schoolDaysBetween, WEEK_DAYS } from "./school-day.ts";
import { calendarOf, type Enrolment, type RosterEntry, type School } from "./setup.ts";

/** A school's weeks as a table: a row per student, a cell per week. Columns are arrays in the order of `weeks`. */
export type WeekGrid = {
  /** `school_days` are those that are over: in the current week the ones before today. */
  weeks: { week: string; from: string; school_days: number }[];
  students: WeekRow[];
};
type WeekRow = {
  student_id: string;
  grade?: string;
  program_ids: string[];
  provider_ids: string[];
  /**
   * What the programs ask for: their sessions and minutes in a week of five school days, by the school days of the week
   * that are over while the enrolment runs, a half day counting half. null where no enrolment says.
   */
  due_minutes: (number | null)[];
  /** Minutes of tutoring; null where nothing was reported of the student in the week: unknown is not zero. */
  minutes: (number | null)[];
  /** Of these, the minutes on days that are over: what `due_minutes` is compared with. */
  minutes_over: (number | null)[];
  attended: number[];
  /** Sessions that took place and that the student was expected in: attendance is attended of held. */
  held: number[];
  /** Sessions with a final report that the student was expected in, held or not. */
  scheduled: number[];
  /** Sessions that ended without a final report. */
  unreported: number[];
};

type Input = {
  school: School;
  today: string;
  days: readonly { day: string; summary: Summary }[];
  roster: readonly RosterEntry[];
  enrolments: readonly Enrolment[];
  reading: Reading;
};

export function weekGrid(input: Input): WeekGrid {
  const { school, days, today } = input;
  const first = [days[0]?.day ?? today, ...startsOf(input)].sort(byText)[0] ?? today;
  const weeks = mondaysBetween(first, today).map((from) => {
    const over = overIn(from, today);
    const school_days = over < from ? 0 : schoolDaysBetween(from, over, calendarOf(school)).length;
    return { week: weekOf(from), from, school_days };
  });
  const rows = rowsOf(input, weeks);
  return { weeks, students: [...rows.values()].sort((a, b) => byText(a.student_id, b.student_id)) };
}

/** When enrolments of this school year began, as far as something says so: from then on weeks are owed. */
function startsOf({ school, enrolments, today }: Input): string[] {
  const term = termStart({ school, today });
  const begun = enrolments.flatMap(({ from }) => from ?? calendarOf(school).first_day ?? []);
  return begun.filter((day) => day <= today).map((day) => (day < term ? term : day));
}

/** The last day of a week that is over: in the current week yesterday, which may lie before its Monday. */
function overIn(monday: string, today: string): string {
  const [sunday, yesterday] = [addDays(monday, 6), addDays(today, -1)];
  return sunday < yesterday ? sunday : yesterday;
}

type Rows = Map<string, WeekRow>;

/** Who is on the roster, is enrolled, or was in a session. */
function rowsOf(input: Input, weeks: WeekGrid["weeks"]): Rows {
  const { days, roster, enrolments, reading, school, today } = input;
  const at = { school, today, first_day: termStart({ school, today }), known: new Map<string, number>() };
  const columns = new Map(weeks.map(({ from }, index) => [from, index]));
  const rows: Rows = new Map();
  const rowOf = (student_id: string): WeekRow => {
    const row = rows.get(student_id) ?? emptyRow(student_id, weeks.length);
    rows.set(student_id, row);
    return row;
  };
  for (const { student_id, grade } of roster) Object.assign(rowOf(student_id), grade && { grade });
  for (const enrolment of enrolments) enrol(rowOf(enrolment.student_id), enrolment, { reading, at, weeks });
  for (const { day, summary } of days) {
    const week = columns.get(mondayOf(day));
    // days before the school year were not asked for
    if (week !== undefined) countDay(rowOf, summary, { week, reading, over: day < today });
  }
  return rows;
}

type Counting = { week: number; reading: Reading; over: boolean };

function countDay(
  rowOf: (student_id: string) => WeekRow,
  summary: Summary,
  { week, reading, over }: Counting,
) {
  const minimum = minimumMinutesOf(reading.programs);
  for (const session of summary.student_sessions)
    count(rowOf(session.student_id), session, { week, over, minimum_minutes: minimum(session.program_id) });
  const missing = summary.pending.filter(({ scheduled_end }) => scheduled_end <= reading.now);
  for (const student_id of missing.flatMap(({ students }) => students))
    add(rowOf(student_id).unreported, week, 1);
}

type Counted = { week: number; over: boolean; minimum_minutes: number };

function count(row: WeekRow, session: StudentSession, { week, over, minimum_minutes }: Counted): void {
  add(row.scheduled, week, 1);
  if (wasHeld(session)) add(row.held, week, 1);
  if (over) row.minutes_over[week] = (row.minutes_over[week] ?? 0) + session.minutes;
  row.minutes[week] = (row.minutes[week] ?? 0) + session.minutes;
  if (wasAttended(session, { minimum_minutes })) add(row.attended, week, 1);
  insert(row.program_ids, session.program_id);
  insert(row.provider_ids, session.provider_id);
}

const emptyRow = (student_id: string, weeks: number): WeekRow => {
  const zeros = () => Array.from({ length: weeks }, () => 0);
  return {
    student_id,
    program_ids: [],
    provider_ids: [],
    due_minutes: Array.from({ length: weeks }, () => null),
    minutes: Array.from({ length: weeks }, () => null),
    minutes_over: Array.from({ length: weeks }, () => null),
    attended: zeros(),
    held: zeros(),
    scheduled: zeros(),
    unreported: zeros(),
  };
};

const add = (numbers: number[], place: number, more: number) => {
  numbers[place] = (numbers[place] ?? 0) + more;
};

const insert = (ids: string[], id: string) => {
  if (id !== "" && !ids.includes(id)) ids.push(id);
};

type Enrolling = { reading: Reading; at: At; weeks: WeekGrid["weeks"] };

function enrol(row: WeekRow, enrolment: Enrolment, { reading, at, weeks }: Enrolling) {
  insert(row.program_ids, enrolment.program_id);
  if (enrolment.provider_id !== undefined) insert(row.provider_ids, enrolment.provider_id);
  const program = reading.programs.find(({ program_id }) => program_id === enrolment.program_id);
  if (program === undefined) return;
  // where nothing says when it began, it began with what is known
  const { start, end } = planOf(at, enrolment, program) ?? { start: "", end: enrolment.to ?? "~" };
  const daily = (program.sessions_per_week * program.minutes_per_session) / WEEK_DAYS;
  weeks.forEach(({ from }, week) => {
    const over = overIn(from, at.today);
    const [first, last] = [from < start ? start : from, over < end ? over : end];
    const due = last < first ? 0 : daily * instruction(at, first, last);
    row.due_minutes[week] = (row.due_minutes[week] ?? 0) + Math.round(due);
  });
}
