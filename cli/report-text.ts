import type { DosageReport } from "../domain/dosage-report.ts";

const percent = (share: number | null) => (share === null ? "–" : `${(share * 100).toFixed(1)} %`);
const hours = (value: number | null) => (value === null ? "–" : value.toFixed(1));
const count = (value: number) => value.toLocaleString("en-US");

const FROM = {
  asked: "as asked",
  program: "the program's",
  default: "no program says; --target-hours says otherwise",
  mixed: "each program's, else 60 h",
} as const;

/** Whose target a share of full dosage is measured by. */
const targetText = ({ target_hours, target_from }: DosageReport) =>
  target_hours === null ? `by student: ${FROM[target_from]}` : `${target_hours} h, ${FROM[target_from]}`;

/** The report for a terminal. */
export function reportText(report: DosageReport): string {
  const { hours: h, full_dosage_rate: full, buckets, unmatched } = report;
  const head = [
    `Students enrolled   ${count(report.students_enrolled)}`,
    `Students tutored    ${count(report.students_tutored)}`,
    `Sessions            ${count(report.sessions)} (student-sessions attended)`,
    `Minutes             ${count(report.total_minutes)}`,
    `Hours per tutored   mean ${hours(h.mean)}, median ${hours(h.median)}, quartiles ${hours(h.q25)} to ${hours(h.q75)}`,
    `Full dosage (${targetText(report)})  ${percent(full.of_tutored)} of tutored, ${percent(full.of_enrolled)} of enrolled`,
    `Percent of target   ${Object.entries(buckets)
      .map(([name, share]) => `${name}: ${percent(share)}`)
      .join("   ")}`,
    `Gini of hours       ${report.gini === null ? "–" : report.gini.toFixed(3)}`,
  ];
  if (unmatched.students > 0) {
    head.push(
      `Not on any roster   students: ${count(unmatched.students)}, sessions: ${count(unmatched.sessions)}; load them with \`rollcall import students\``,
    );
  }
  return [...head, "", ...schoolTable(report)].join("\n");
}

function schoolTable({ by_school }: DosageReport): string[] {
  const rows = by_school.map((row) => [
    row.school_id,
    row.district_id,
    count(row.students_enrolled),
    count(row.students_tutored),
    count(row.sessions),
    count(row.total_minutes),
    hours(row.hours.mean),
    percent(row.full_dosage_rate.of_tutored),
    percent(row.full_dosage_rate.of_enrolled),
  ]);
  const header = [
    "School",
    "District",
    "Enrolled",
    "Tutored",
    "Sessions",
    "Minutes",
    "Mean h",
    "Full of tutored",
    "Full of enrolled",
  ];
  return alignColumns([header, ...rows]);
}

/** Pads columns to one width; the first two are texts, the others numbers. */
export function alignColumns(lines: readonly (readonly string[])[], textColumns = 2): string[] {
  const widths = (lines[0] ?? []).map((_, column) =>
    Math.max(...lines.map((line) => line[column]?.length ?? 0)),
  );
  const pad = (text: string, column: number) =>
    column < textColumns ? text.padEnd(widths[column] ?? 0) : text.padStart(widths[column] ?? 0);
  return lines.map((line) => line.map(pad).join("  ").trimEnd());
}
