import type { StudentSession } from "./day-summary.ts";
import { byText } from "./ids.ts";
import { totalMinutes, wasAttended } from "./metrics.ts";
import { commonTarget, targetOf, type DosageTarget } from "./dosage-target.ts";
import { gini, quantileOf, ratio, sum } from "./numbers.ts";
import type { Program, RosterEntry, School } from "./setup.ts";

/** Minutes from which a partial attendance counts, where a program says nothing else. */
const DEFAULT_MINIMUM_MINUTES = 15;

export type ReportInput = {
  roster: readonly RosterEntry[];
  schools: readonly School[];
  programs: readonly Program[];
  /** Of all days that count, in any order. */
  student_sessions: readonly StudentSession[];
  /** Hours that were asked for; else each student is measured by her program's target. */
  target_hours?: number | undefined;
};

/** Shares of tutored students by percent of the target, each from its lower bound up to, not including, the next. */
const BUCKETS = [
  ["<25", 0],
  ["25-50", 25],
  ["50-75", 50],
  ["75-99", 75],
  ["100+", 100],
] as const;
type BucketName = (typeof BUCKETS)[number][0];

export type Dosage = {
  students_enrolled: number;
  students_tutored: number;
  sessions: number;
  total_minutes: number;
  hours: Record<"mean" | "median" | "q25" | "q75", number | null>;
  full_dosage_rate: { of_tutored: number | null; of_enrolled: number | null };
  buckets: Record<BucketName, number | null>;
  gini: number | null;
};
export type DosageReport = Dosage & {
  /** null where students have different targets. */
  target_hours: number | null;
  /** Whose target it is. */
  target_from: DosageTarget["from"] | "mixed";
  unmatched: { students: number; sessions: number; total_minutes: number };
  by_school: ({ school_id: string; district_id: string } & Dosage)[];
  by_district: ({ district_id: string } & Dosage)[];
};

type StudentDosage = {
  student_id: string;
  school_id: string;
  district_id: string;
  sessions: number;
  minutes: number;
  target: DosageTarget;
};

/** The latest roster entry of each student: by_school follows the roster, hours follow the student. */
export function latestEntries(roster: readonly RosterEntry[]): Map<string, RosterEntry> {
  const latest = new Map<string, RosterEntry>();
  const recency = (entry: RosterEntry) => `${entry.to ?? "~"} ${entry.from ?? ""} ${entry.school_id}`;
  for (const entry of roster) {
    const known = latest.get(entry.student_id);
    if (known === undefined || byText(recency(known), recency(entry)) < 0)
      latest.set(entry.student_id, entry);
  }
  return latest;
}

export function minimumMinutesOf(programs: readonly Program[]): (program_id: string) => number {
  const minimum = new Map(programs.map((program) => [program.program_id, program.minimum_minutes]));
  return (program_id) => minimum.get(program_id) ?? DEFAULT_MINIMUM_MINUTES;
}

export function groupByStudent(rows: readonly StudentSession[]): Map<string, StudentSession[]> {
  const groups = new Map<string, StudentSession[]>();
  for (const row of rows) {
    const group = groups.get(row.student_id);
    if (group === undefined) groups.set(row.student_id, [row]);
    else group.push(row);
  }
  return groups;
}

/** Who got how much tutoring. The same facts give the same report to the byte. */
export function dosageReport(input: ReportInput): DosageReport {
  const targetFor = targetOf(input.programs, input.target_hours);
  const rows = groupByStudent(input.student_sessions);
  const minimum = minimumMinutesOf(input.programs);
  const attendedOf = (own: readonly StudentSession[]) =>
    own.filter((row) => wasAttended(row, { minimum_minutes: minimum(row.program_id) })).length;
  const districts = new Map(input.schools.map((school) => [school.school_id, school.district_id]));
  const latest = latestEntries(input.roster);
  const students = [...latest.values()].map(({ student_id, school_id, district_id }): StudentDosage => {
    const own = rows.get(student_id) ?? [];
    const district = districts.get(school_id) ?? district_id ?? "";
    return {
      student_id,
      school_id,
      district_id: district,
      sessions: attendedOf(own),
      minutes: totalMinutes(own),
      target: targetFor(own),
    };
  });
  const strangers = [...rows].filter(([student_id]) => !latest.has(student_id)).map(([, own]) => own);
  return {
    ...commonTarget(
      students.filter(({ minutes }) => minutes > 0).map(({ target }) => target),
      input.target_hours,
    ),
    ...dosageOf(students),
    unmatched: {
      students: strangers.length,
      sessions: sum(strangers.map(attendedOf)),
      total_minutes: sum(strangers.map(totalMinutes)),
    },
    by_school: groupsOf(students, ({ school_id, district_id }) => ({ school_id, district_id })),
    by_district: groupsOf(students, ({ district_id }) => ({ district_id })),
  };
}

function groupsOf<Ids extends Record<string, string>>(
  students: readonly StudentDosage[],
  idsOf: (student: StudentDosage) => Ids,
): (Ids & Dosage)[] {
  const groups = new Map<string, { ids: Ids; members: StudentDosage[] }>();
  for (const student of students) {
    const ids = idsOf(student);
    const name = Object.values(ids).join("#");
    const group = groups.get(name) ?? { ids, members: [] };
    groups.set(name, group);
    group.members.push(student);
  }
  return [...groups]
    .sort(([a], [b]) => byText(a, b))
    .map(([, { ids, members }]) => ({ ...ids, ...dosageOf(members) }));
}

function dosageOf(students: readonly StudentDosage[]): Dosage {
  const tutored = students.filter((student) => student.minutes > 0);
  const hours = tutored.map((student) => student.minutes / 60).sort((a, b) => a - b);
  const full = tutored.filter((student) => student.minutes >= student.target.hours * 60).length;
  const total_minutes = sum(students.map((student) => student.minutes));
  return {
    students_enrolled: students.length,
    students_tutored: tutored.length,
    sessions: sum(students.map((student) => student.sessions)),
    total_minutes,
    hours: {
      mean: ratio(total_minutes / 60, tutored.length),
      median: quantileOf(hours, 0.5),
      q25: quantileOf(hours, 0.25),
      q75: quantileOf(hours, 0.75),
    },
    full_dosage_rate: { of_tutored: ratio(full, tutored.length), of_enrolled: ratio(full, students.length) },
    buckets: bucketsOf(tutored),
    gini: gini(hours),
  };
}

function bucketsOf(tutored: readonly StudentDosage[]): Dosage["buckets"] {
  const percents = tutored.map(({ minutes, target }) => (minutes / (target.hours * 60)) * 100);
  const share = (index: number) => {
    const from = BUCKETS[index]?.[1] ?? 0;
    const to = BUCKETS[index + 1]?.[1] ?? Infinity;
    return ratio(percents.filter((percent) => from <= percent && percent < to).length, tutored.length);
  };
  return { "<25": share(0), "25-50": share(1), "50-75": share(2), "75-99": share(3), "100+": share(4) };
}
