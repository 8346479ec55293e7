import { sum } from "../metrics.ts";
import type { Firing, Range, Rule, RuleInput } from "../rule.ts";
import { addDays, isHalfDay, schoolDaysBetween, isCurrent } from "../school-day.ts";
import { calendarOf, targetHours, type Enrolment, type Program } from "../setup.ts";
import {
  asPercent,
  attendanceByStudent,
  percent,
  schoolDaysOnly,
  termStart,
  type Attendance,
} from "./reading.ts";

const WEEK_DAYS = 5;

export const offPace: Rule = {
  id: "off-pace",
  describe: ({ pace_share, pace_days }) =>
    `A student has under ${asPercent(pace_share)} of the minutes that the program's target asks for by now, ${pace_days} instructional days or more after the enrolment began.`,
  source:
    "design: target prorated by instructional days; 80 % is NSSA's share of scheduled sessions; by three weeks one missed session is borne",
  thresholds: ["pace_share", "pace_days"],
  about: "student",
  heldBackBy: [
    "provider-feed-silent",
    "site-under-delivery",
    "student-missed-sessions",
    "assigned-never-started",
    "under-dosed",
  ],
  goesTo: ["site_lead"],
  digest: "weekly",
  sameDay: false,
  text: false,
  onReport: "never",
  reads: (input) => ({ from: termStart(input), to: input.today }),
  evaluate: (input) => {
    const sessions = attendanceByStudent(schoolDaysOnly(input));
    const dayCounts = new Map<string, number>();
    const found = new Map<string, Firing & { share: number }>();
    for (const enrolment of input.enrolments) {
      const pace = paceOf(input, { enrolment, own: sessions.get(enrolment.student_id) ?? [], dayCounts });
      // of several programs the one that is furthest behind
      if (pace !== undefined && pace.share < (found.get(pace.subject)?.share ?? 1))
        found.set(pace.subject, pace);
    }
    return [...found.values()].map(({ share: _, ...firing }) => firing);
  },
};

/** Instructional days from one to another, a half day counting half. Remembered, because many enrolments share them. */
function instruction({ school }: RuleInput, { from, to }: Range, known: Map<string, number>): number {
  const name = `${from} ${to}`;
  const calendar = calendarOf(school);
  const count =
    known.get(name) ??
    sum(schoolDaysBetween(from, to, calendar).map((day) => (isHalfDay(day, calendar) ? 0.5 : 1)));
  known.set(name, count);
  return count;
}

type Planned = { program: Program; start: string };

/** The last day of an enrolment: its own, else the term's, else as many weeks as the program runs. */
function endOf({ school }: RuleInput, { to }: Enrolment, { program, start }: Planned): string {
  return to ?? calendarOf(school).last_day ?? addDays(start, 7 * program.weeks - 1);
}

type Pace = { enrolment: Enrolment; own: readonly Attendance[]; dayCounts: Map<string, number> };

function paceOf(
  input: RuleInput,
  { enrolment, own, dayCounts }: Pace,
): (Firing & { share: number }) | undefined {
  const { programs, today, settings, school } = input;
  const program = programs.find(({ program_id }) => program_id === enrolment.program_id);
  const begin = enrolment.from ?? calendarOf(school).first_day;
  if (program === undefined || begin === undefined || !isCurrent(enrolment, today)) return undefined;
  const start = begin < termStart(input) ? termStart(input) : begin;
  const end = endOf(input, enrolment, { program, start });
  const { pace_share, pace_days } = settings(program.program_id);
  const yesterday = addDays(today, -1);
  const elapsed = instruction(input, { from: start, to: yesterday < end ? yesterday : end }, dayCounts);
  const whole = instruction(input, { from: start, to: end }, dayCounts);
  if (elapsed < pace_days || whole === 0) return undefined;
  const counted = own.filter(
    ({ day, row }) => day >= start && [program.program_id, ""].includes(row.program_id),
  );
  const minutes = sum(counted.map(({ row }) => row.minutes));
  const target_minutes = Math.round(targetHours(program) * 60);
  const expected_minutes = Math.round((target_minutes * elapsed) / whole);
  if (minutes >= pace_share * expected_minutes) return undefined;
  const left = instruction(input, { from: today, to: end }, dayCounts);
  const facts = {
    program_id: program.program_id,
    minutes,
    expected_minutes,
    target_minutes,
    percent: percent(minutes, expected_minutes),
    required_pace: requiredPace(target_minutes - minutes, left),
    last_feasible_day: lastFeasibleDay(input, { program, missing: target_minutes - minutes, end }),
  };
  const provider_ids = enrolment.provider_id === undefined ? [] : [enrolment.provider_id];
  const share = minutes / expected_minutes;
  return { rule: "off-pace", subject: enrolment.student_id, since: today, provider_ids, facts, share };
}

/** (target − actual) / instructional weeks left, in minutes a week; 0 where no week is left. */
const requiredPace = (missing: number, daysLeft: number) =>
  daysLeft === 0 ? 0 : Math.ceil((missing * WEEK_DAYS) / daysLeft);

type Missing = { program: Program; missing: number; end: string };

/** The last day on which one session on every school day from then on still reaches the target; empty when it is past. */
function lastFeasibleDay({ today, school }: RuleInput, { program, missing, end }: Missing): string {
  const needed = Math.ceil(missing / program.minutes_per_session);
  return schoolDaysBetween(today, end, calendarOf(school)).at(-needed) ?? "";
}
