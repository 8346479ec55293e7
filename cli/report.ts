import type { StudentSession } from "../domain/day-summary.ts";
import { mergeAll, type Summary } from "../domain/day-summary.ts";
import {
  dosageReport,
  groupByStudent,
  latestEntries,
  minimumMinutesOf,
  type DosageReport,
} from "../domain/dosage-report.ts";
import { byText } from "../domain/ids.ts";
import {
  attendanceRates,
  ratioCompliance,
  totalMinutes,
  tutorConsistency,
  wasAttended,
} from "../domain/metrics.ts";
import { targetOf } from "../domain/dosage-target.ts";
import { dayOf } from "../domain/school-day.ts";
import { type RosterEntry, type Setup } from "../domain/setup.ts";
import { unpack } from "../domain/summary-packing.ts";
import { writeTable } from "./csv.ts";
import { UsageError } from "./fail.ts";
import type { Target } from "./target.ts";

export type ReportOptions = {
  school?: string | undefined;
  district?: string | undefined;
  /** What was asked for; else the program's target counts. */
  targetHours?: number | undefined;
  from: string;
  to: string;
  now: Date;
};

type Facts = { setup: Setup; roster: RosterEntry[]; summary: Summary };

/** Everything a report needs, for the schools that are asked for; students who changed school keep their hours. */
export async function readFacts(
  target: Pick<Target, "setup" | "summaries">,
  { school, district, from, to, now }: ReportOptions,
): Promise<Facts> {
  const setup = await target.setup.all();
  const wanted = setup.schools.filter(
    ({ school_id, district_id }) =>
      (school ?? school_id) === school_id && (district ?? district_id) === district_id,
  );
  if (wanted.length === 0 && (school ?? district) !== undefined)
    throw new UsageError("No school that is set up matches.");
  const everywhere = await Promise.all(setup.schools.map(({ school_id }) => target.setup.roster(school_id)));
  const current = latestEntries(everywhere.flat());
  const ids = new Set(wanted.map(({ school_id }) => school_id));
  // on the roster at some time of what is reported
  const overlaps = (entry: RosterEntry) => (entry.from ?? from) <= to && (entry.to ?? to) >= from;
  const roster = [...current.values()].filter((entry) => ids.has(entry.school_id) && overlaps(entry));
  // no later than the school's own day, as the API reports: what lies after it has not happened
  const untilToday = (zone: string) => [to, dayOf(now.getTime() / 1000, zone)].toSorted(byText)[0] ?? to;
  const stored = await Promise.all(
    setup.schools.map(({ school_id, time_zone }) =>
      target.summaries.read({ school_id, from, to: untilToday(time_zone) }),
    ),
  );
  const summaries = stored.map((days) => mergeAll(days.map(({ packed }) => unpack(packed))));
  const keep = (row: StudentSession, at: string) =>
    current.has(row.student_id) ? ids.has(current.get(row.student_id)?.school_id ?? "") : ids.has(at);
  const parts = summaries.map((summary, index) => {
    const at = setup.schools[index]?.school_id ?? "";
    return { ...summary, student_sessions: summary.student_sessions.filter((row) => keep(row, at)) };
  });
  return { setup, roster, summary: mergeAll(parts) };
}

export function reportOf({ setup, roster, summary }: Facts, target_hours?: number): DosageReport {
  const { schools, programs } = setup;
  return dosageReport({
    roster,
    schools,
    programs,
    student_sessions: summary.student_sessions,
    target_hours,
  });
}

const STUDENT_COLUMNS = [
  "student_id",
  "school_id",
  "district_id",
  "program_id",
  "sessions",
  "minutes",
  "hours",
  "target_hours",
  "pct_full_dosage",
  "attendance_rate_scheduled",
  "attendance_rate_held",
  "tutor_consistency",
  "ratio_compliance",
  "minutes_unknown_group",
  "unmatched",
] as const;

/** A row per student and program, ready to be joined by student_id. */
export function writeStudents(file: string, facts: Facts, options: ReportOptions): number {
  const groups = groupByStudent(facts.summary.student_sessions);
  const latest = latestEntries(facts.roster);
  const ids = [...new Set([...latest.keys(), ...groups.keys()])].sort(byText);
  const rows = ids.flatMap((student_id) => {
    const own = groups.get(student_id) ?? [];
    const programs = [...new Set(own.map((row) => row.program_id))].sort(byText);
    const entry = latest.get(student_id);
    return (programs.length === 0 ? [""] : programs).map((program_id) => ({
      student_id,
      school_id: entry?.school_id,
      district_id: entry?.district_id,
      program_id,
      ...studentMetrics(
        own.filter((row) => row.program_id === program_id),
        { program_id, facts, options },
      ),
      unmatched: entry === undefined,
    }));
  });
  writeTable(file, STUDENT_COLUMNS, rows);
  return rows.length;
}

type Reading = { program_id: string; facts: Facts; options: ReportOptions };

function studentMetrics(rows: StudentSession[], { program_id, facts, options }: Reading) {
  const program = facts.setup.programs.find((candidate) => candidate.program_id === program_id);
  const minimum_minutes = minimumMinutesOf(facts.setup.programs)(program_id);
  const rules = {
    minimum_minutes,
    group_limit: program?.group_limit ?? 4,
    now: options.now.getTime() / 1000,
  };
  const minutes = totalMinutes(rows);
  const target_hours = targetOf(facts.setup.programs, options.targetHours)(rows).hours;
  const missing = facts.summary.pending.filter(
    (session) =>
      session.program_id === program_id &&
      session.scheduled_end <= rules.now &&
      session.students.includes(rows[0]?.student_id ?? ""),
  );
  return {
    sessions: rows.filter((row) => wasAttended(row, rules)).length,
    minutes,
    hours: minutes / 60,
    target_hours,
    pct_full_dosage: minutes / 60 / target_hours,
    ...attendanceRates(rows, missing.length, rules),
    tutor_consistency: tutorConsistency(rows, rules),
    ratio_compliance: ratioCompliance(rows, rules),
    minutes_unknown_group: totalMinutes(rows.filter(({ group_size }) => group_size === null)),
  };
}
