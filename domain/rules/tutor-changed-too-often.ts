import { wasHeld } from "../metrics.ts";
import type { Firing, Rule, RuleInput } from "../rule.ts";
import {
  attendanceByStudent,
  daysAmong,
  pastSchoolDays,
  providersIn,
  readsBack,
  type Attendance,
} from "./reading.ts";

export const tutorChangedTooOften: Rule = {
  id: "tutor-changed-too-often",
  describe: ({ tutors, tutor_days }) =>
    `A student was taught by ${tutors} or more tutors of one program and topic within ${tutor_days} school days.`,
  source: "NSSA: the same tutor for months; one change and one substitute are borne",
  thresholds: ["tutors", "tutor_days"],
  about: "student",
  heldBackBy: ["provider-feed-silent"],
  goesTo: ["site_lead"],
  digest: "weekly",
  sameDay: false,
  text: false,
  onReport: "never",
  reads: (input) => readsBack(input.settings.tutor_days)(input),
  evaluate: (input) => {
    const days = daysAmong(input, pastSchoolDays(input, input.settings().tutor_days));
    return [...attendanceByStudent(days)].flatMap(([student_id, own]) =>
      groupsOf(own)
        .flatMap((group) => changedOf(input, student_id, group) ?? [])
        .slice(0, 1),
    );
  },
};

/** Maths and reading are taught by two tutors without anybody having changed. */
function groupsOf(own: readonly Attendance[]): Attendance[][] {
  const groups = new Map<string, Attendance[]>();
  for (const one of own.filter(({ row }) => wasHeld(row) && row.minutes > 0 && row.tutor_id !== "")) {
    const name = `${one.row.program_id}#${one.row.session_topic}`;
    groups.set(name, [...(groups.get(name) ?? []), one]);
  }
  return [...groups.values()];
}

function changedOf(input: RuleInput, subject: string, taught: readonly Attendance[]): Firing | undefined {
  const first = new Map<string, string>();
  for (const { day, row } of taught) {
    const tutor = `${row.provider_id}/${row.tutor_id}`;
    if (!first.has(tutor)) first.set(tutor, day);
  }
  const limit = input.settings(taught.at(-1)?.row.program_id).tutors;
  const since = [...first.values()][limit - 1];
  if (since === undefined) return undefined;
  const facts = {
    program_id: taught.at(-1)?.row.program_id ?? "",
    tutors: first.size,
    sessions: taught.length,
  };
  return { rule: "tutor-changed-too-often", subject, since, provider_ids: providersIn(taught), facts };
}
