import { describe, expect, it } from "vitest";
import { dosageReport } from "../../domain/dosage-report.ts";
import { Program } from "../../domain/setup.ts";
import { row } from "../support/school.ts";

const schools = [{ school_id: "A", district_id: "D", time_zone: "America/Denver" }];
const roster = ["1", "2"].map((student_id) => ({ student_id, school_id: "A" }));
const programs = [
  Program.parse({ program_id: "math", target_hours: 1 }),
  Program.parse({ program_id: "ela", target_hours: 2 }),
];
/** So many sessions of half an hour. */
const sessions = (student_id: string, program_id: string, count: number) =>
  Array.from({ length: count }, () => row("2026-03-02", "present", { student_id, program_id, minutes: 30 }));
const reportOf = (student_sessions: ReturnType<typeof sessions>, target_hours?: number) =>
  dosageReport({ roster, schools, programs, student_sessions, target_hours });

describe("the target of a report", () => {
  it("is the program's of each student", () => {
    const report = reportOf([...sessions("1", "math", 2), ...sessions("2", "ela", 3)]);
    expect(report).toMatchObject({ target_hours: null, target_from: "program" });
    expect([report.full_dosage_rate.of_tutored, report.buckets["75-99"]]).toEqual([0.5, 0.5]);
    expect(reportOf(sessions("1", "math", 2))).toMatchObject({ target_hours: 1, target_from: "program" });
  });

  it("is of the program with the most minutes", () => {
    const rows = [...sessions("1", "math", 2), ...sessions("1", "ela", 3)];
    expect(reportOf(rows)).toMatchObject({ target_hours: 2, full_dosage_rate: { of_tutored: 1 } });
  });

  it("is the default's where no program says one, and says so", () => {
    expect(reportOf(sessions("1", "art", 2))).toMatchObject({ target_hours: 60, target_from: "default" });
    expect(reportOf([...sessions("1", "art", 2), ...sessions("2", "math", 2)])).toMatchObject({
      ...{ target_hours: null, target_from: "mixed" },
    });
    expect(reportOf([])).toMatchObject({ target_hours: 60, target_from: "default" });
  });

  it("is what was asked for, whatever programs say", () => {
    expect(reportOf(sessions("1", "math", 2), 30)).toMatchObject({ target_hours: 30, target_from: "asked" });
  });
});
