import { describe, expect, it } from "vitest";
import { dosageReport } from "../../domain/dosage-report.ts";
import { suppressSmallGroups } from "../../domain/suppression.ts";
import { announceSeed, seeded } from "../support/random.ts";
import { row } from "../support/school.ts";

const seed = announceSeed("small groups", 1010);
type Sizes = Record<string, Record<string, number>>;

/** A report over districts and their schools, each with so many students, of whom half are tutored. */
function reportOf(sizes: Sizes) {
  const schools = Object.entries(sizes).flatMap(([district_id, own]) =>
    Object.keys(own).map((school_id) => ({ school_id, district_id, time_zone: "America/Denver" })),
  );
  const roster = Object.values(sizes).flatMap((own) =>
    Object.entries(own).flatMap(([school_id, count]) =>
      Array.from({ length: count }, (_, number) => ({ school_id, student_id: `${school_id}-${number}` })),
    ),
  );
  const student_sessions = roster
    .filter((_, number) => number % 2 === 0)
    .map(({ student_id }) => row("2026-03-02", "present", { student_id }));
  return dosageReport({ roster, schools, programs: [], student_sessions, target_hours: 30 });
}

const isHidden = (group: object) => "suppressed" in group;

describe("small groups", () => {
  it("are hidden, with the smallest beside them, until what is hidden is a crowd", () => {
    const told = suppressSmallGroups(
      reportOf({ D1: { A: 300, B: 4, C: 60, E: 40 }, D2: { F: 200, G: 100 } }),
    );
    const hidden = told.by_school.filter(isHidden).map(({ school_id }) => school_id);
    expect(hidden).toEqual(["B", "E"]);
    expect(isHidden(told)).toBe(false);
  });

  it("cannot be had by subtraction, within a district or between districts", () => {
    // B of D1 and D of D2 are hidden together, but not by what is left of their districts
    const told = suppressSmallGroups(reportOf({ D1: { A: 300, B: 4 }, D2: { C: 200, D: 3 } }));
    for (const district of told.by_district.filter((one) => !isHidden(one))) {
      const own = told.by_school.filter(({ district_id }) => district_id === district.district_id);
      expect(own.filter(isHidden).length).not.toBe(1);
    }
  });

  it("leave no remainder of fewer than 10 in any of 2,000 random districts", () => {
    const random = seeded(seed);
    let hiddenGroups = 0;
    for (let round = 0; round < 2000; round += 1) {
      const sizes: Sizes = {};
      for (let district = 0; district <= random.below(4); district += 1)
        sizes[`D${district}`] = Object.fromEntries(
          Array.from({ length: 1 + random.below(5) }, (_, at) => [
            `${district}-${at}`,
            random.below(random.chance(0.4) ? 12 : 200),
          ]),
        );
      const report = reportOf(sizes);
      const told = suppressSmallGroups(report);
      for (const district of told.by_district.filter((one) => !isHidden(one))) {
        const hidden = told.by_school.filter(
          (one) => one.district_id === district.district_id && isHidden(one),
        );
        hiddenGroups += hidden.length;
        const truth = report.by_school.filter(({ school_id }) =>
          hidden.some((one) => one.school_id === school_id),
        );
        const [enrolled, tutored] = [
          truth.reduce((sum, one) => sum + one.students_enrolled, 0),
          truth.reduce((sum, one) => sum + one.students_tutored, 0),
        ];
        expect([enrolled === 0 || enrolled >= 10, tutored === 0 || tutored >= 10]).toEqual([true, true]);
      }
      for (const group of [...told.by_school, ...told.by_district])
        if ("students_enrolled" in group)
          expect([0, ...Array.from({ length: 400 }, (_, n) => n + 10)]).toContain(
            Math.min(group.students_enrolled, 409),
          );
    }
    expect(hiddenGroups).toBeGreaterThan(500);
  });
});
