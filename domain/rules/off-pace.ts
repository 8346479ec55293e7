import { sum } from "../numbers.ts";
import { isOffPace, lastFeasibleDay, planOf, requiredPace } from "../pace.ts";
import type { Firing, Rule, RuleInput } from "../rule.ts";
import { isCurrent } from "../school-day.ts";
import type { Enrolment } from "../setup.ts";
import {
  asPercent,
  attendanceByStudent,
  percent,
  schoolDaysOnly,
  termStart,
  type Attendance,
} from "./reading.ts";

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
    const known = new Map<string, number>();
    const found = new Map<string, Firing & { share: number }>();
    for (const enrolment of input.enrolments) {
      const pace = paceOf(input, { enrolment, own: sessions.get(enrolment.student_id) ?? [], known });
      // of several programs the one that is furthest behind
      if (pace !== undefined && pace.share < (found.get(pace.subject)?.share ?? 1))
        found.set(pace.subject, pace);
    }
    return [...found.values()].map(({ share: _, ...firing }) => firing);
  },
};

type Pace = { enrolment: Enrolment; own: readonly Attendance[]; known: Map<string, number> };

function paceOf(input: RuleInput, { enrolment, own, known }: Pace): (Firing & { share: number }) | undefined {
  const { programs, today, settings, school } = input;
  const program = programs.find(({ program_id }) => program_id === enrolment.program_id);
  const at = { school, today, first_day: termStart(input), known };
  const plan = program && planOf(at, enrolment, program);
  if (program === undefined || plan === undefined || !isCurrent(enrolment, today)) return undefined;
  const counted = own.filter(
    ({ day, row }) => day >= plan.start && [program.program_id, ""].includes(row.program_id),
  );
  const minutes = sum(counted.map(({ row }) => row.minutes));
  if (!isOffPace(plan, minutes, settings(program.program_id))) return undefined;
  const { target_minutes, expected_minutes } = plan;
  const facts = {
    program_id: program.program_id,
    minutes,
    expected_minutes,
    target_minutes,
    percent: percent(minutes, expected_minutes),
    required_pace: requiredPace(at, plan, minutes),
    last_feasible_day: lastFeasibleDay(at, plan, { program, minutes }),
  };
  const provider_ids = enrolment.provider_id === undefined ? [] : [enrolment.provider_id];
  const share = minutes / expected_minutes;
  return { rule: "off-pace", subject: enrolment.student_id, since: today, provider_ids, facts, share };
}
