import { describe, expect, it } from "vitest";
import { dosageReport, type Dosage, type DosageReport } from "../../domain/dosage-report.ts";
import { suppressSmallGroups, type SuppressedReport } from "../../domain/suppression.ts";
import { announceSeed, seeded, type Random } from "../support/random.ts";
import { row } from "../support/school.ts";
import { solver, type Equation } from "../support/solve.ts";

const seed = announceSeed("small groups", 1010);
const TARGET_HOURS = 4;

/** Of a school: how many got nothing, and how many got 12, 36, 60, 90 and 120 % of the target. */
type Mix = readonly [none: number, ...steps: number[]];
const SHARES = [0.12, 0.36, 0.6, 0.9, 1.2];
type Sizes = Record<string, Record<string, Mix>>;

/** A report over districts and their schools. */
function reportOf(sizes: Sizes) {
  const all = Object.entries(sizes).flatMap(([district_id, own]) =>
    Object.entries(own).map(([school_id, mix]) => ({ district_id, school_id, mix })),
  );
  const roster = all.flatMap(({ school_id, mix }) =>
    mix.flatMap((count, step) =>
      Array.from({ length: count }, (_, number) => ({
        school_id,
        step,
        student_id: `${school_id}-${step}-${number}`,
      })),
    ),
  );
  const student_sessions = roster
    .filter(({ step }) => step > 0)
    .map(({ student_id, step }, number) => ({
      ...row("2026-03-02", "present", { student_id }),
      // no two of a step alike, so that a child's minutes would be hers
      minutes: Math.round((SHARES[step - 1] ?? 0) * TARGET_HOURS * 60) + (number % 7),
    }));
  const schools = all.map(({ school_id, district_id }) => ({
    school_id,
    district_id,
    time_zone: "America/Denver",
  }));
  return dosageReport({ roster, schools, programs: [], student_sessions, target_hours: TARGET_HOURS });
}

const isHidden = (group: object) => "suppressed" in group;

describe("small groups", () => {
  const half = (count: number): Mix => [count / 2, 0, count / 2, 0, 0, 0];
  it("are hidden, with the smallest beside them, until what is hidden is a crowd", () => {
    const told = suppressSmallGroups(
      reportOf({
        D1: { A: half(300), B: half(4), C: half(60), E: half(40) },
        D2: { F: half(200), G: half(100) },
      }),
    );
    const hidden = told.by_school.filter(isHidden).map(({ school_id }) => school_id);
    expect(hidden).toEqual(["B", "E"]);
    expect(isHidden(told)).toBe(false);
  });

  it.each<[string, Mix, object]>([
    ["9 enrolled", [0, 0, 9, 0, 0, 0], { suppressed: true }],
    ["10 enrolled, all alike", [0, 0, 10, 0, 0, 0], { students_tutored: 10 }],
    ["13 of 14 tutored", [1, 0, 13, 0, 0, 0], { suppressed: true }],
    ["9 of 19 tutored", [10, 0, 9, 0, 0, 0], { suppressed: true }],
    ["10 of 20 tutored", [10, 0, 10, 0, 0, 0], { students_tutored: 10 }],
    ["1 of 12 at full dosage", [0, 0, 11, 0, 0, 1], { suppressed_figures: ["full_dosage_rate", "buckets"] }],
    ["11 of 12 at full dosage", [0, 0, 1, 0, 0, 11], { suppressed_figures: ["full_dosage_rate", "buckets"] }],
    ["1 of 12 below a quarter", [0, 1, 11, 0, 0, 0], { suppressed_figures: ["buckets"] }],
    [
      "12 of 24 at full dosage",
      [0, 12, 0, 0, 0, 12],
      { full_dosage_rate: { of_tutored: 0.5, of_enrolled: 0.5 } },
    ],
  ])("of %s are shown as far as each count and what is left of it are none or 10", (_, mix, shows) => {
    const told = suppressSmallGroups(reportOf({ D: { A: mix } }));
    for (const group of [told, told.by_district[0], told.by_school[0]]) expect(group).toMatchObject(shows);
    const { suppressed_figures: left = [] } = "suppressed_figures" in told ? told : {};
    for (const figure of left) expect(told).not.toHaveProperty(figure);
  });

  it("cannot be had by subtraction, within a district or between districts", () => {
    // B of D1 and D of D2 are hidden together, but not by what is left of their districts
    const told = suppressSmallGroups(
      reportOf({ D1: { A: half(300), B: half(4) }, D2: { C: half(200), D: [0, 0, 3, 0, 0, 0] } }),
    );
    for (const district of told.by_district.filter((one) => !isHidden(one))) {
      const own = told.by_school.filter(({ district_id }) => district_id === district.district_id);
      expect(own.filter(isHidden).length).not.toBe(1);
    }
  });
});

/** A group as an attacker reads it: what is not there is hidden. */
type Seen = Partial<Dosage> & { suppressed?: true };
type Whose = {
  total: Seen;
  districts: (Seen & { district_id: string })[];
  schools: (Seen & { school_id: string })[];
};

/** Per school: the untutored, the tutored by step, sessions and minutes. */
const UNKNOWNS = 8;
const [SESSIONS, MINUTES] = [6, 7];

/** All that a report says, as equations of what it does not say. */
function attack(truth: DosageReport, { total, districts, schools }: Whose) {
  const ids = truth.by_school.map(({ school_id }) => school_id);
  const of = (members: readonly string[], parts: readonly number[]) =>
    members.flatMap((id) => parts.map((part) => [ids.indexOf(id) * UNKNOWNS + part, 1] as const));
  const told = (members: readonly string[], seen: Seen): Equation[] => {
    const { students_enrolled, students_tutored, sessions, total_minutes, hours, full_dosage_rate, buckets } =
      seen;
    const steps = Object.values(buckets ?? {}).map(
      (share, at) => [[at + 1], share, students_tutored] as const,
    );
    const facts: (readonly [parts: readonly number[], value: number | undefined])[] = [
      [[0, 1, 2, 3, 4, 5], students_enrolled],
      [[1, 2, 3, 4, 5], students_tutored],
      [[SESSIONS], sessions],
      [[MINUTES], total_minutes],
      [
        [MINUTES],
        hours?.mean == null || students_tutored === undefined
          ? undefined
          : hours.mean * 60 * students_tutored,
      ],
      ...[
        [[5], full_dosage_rate?.of_tutored, students_tutored] as const,
        [[5], full_dosage_rate?.of_enrolled, students_enrolled] as const,
        ...steps,
      ].map(
        ([parts, share, whole]) =>
          [parts, share == null || whole === undefined ? undefined : share * whole] as const,
      ),
    ];
    return facts.flatMap(([parts, value]) =>
      value === undefined ? [] : [{ terms: of(members, parts), value }],
    );
  };
  const within = (district_id: string) =>
    truth.by_school.filter((one) => one.district_id === district_id).map(({ school_id }) => school_id);
  const equations = [
    ...told(ids, total),
    ...districts.flatMap((one) => told(within(one.district_id), one)),
    ...schools.flatMap((one) => told([one.school_id], one)),
  ];
  const solve = solver(equations, ids.length * UNKNOWNS);
  const groups = [ids, ...districts.map((one) => within(one.district_id)), ...ids.map((id) => [id])];
  return groups.flatMap((members) => leaksOf(members, (parts) => solve(of(members, parts))));
}

/** Which counts of a group are solved that tell of fewer than 10, and the minutes of so few. */
function leaksOf(
  members: readonly string[],
  solved: (parts: readonly number[]) => number | undefined,
): string[] {
  const small = (count: number | undefined) => count !== undefined && count > 0.5 && count < 9.5;
  const steps = [1, 2, 3, 4, 5];
  const cells = [
    [0, ...steps],
    steps,
    [0],
    ...steps.map((step) => [step]),
    ...steps.map((step) => steps.filter((one) => one !== step)),
  ];
  const counts = cells
    .filter((parts) => small(solved(parts)))
    .map((parts) => `${members.join("+")}: ${parts.join()}`);
  const few = small(solved(steps)) || small(solved([0, ...steps]));
  return few && solved([MINUTES]) !== undefined ? [...counts, `${members.join("+")}: minutes`] : counts;
}

const openly = (report: DosageReport): Whose => ({
  total: report,
  districts: report.by_district,
  schools: report.by_school,
});
const hidingly = (report: SuppressedReport): Whose => ({
  total: report,
  districts: report.by_district,
  schools: report.by_school,
});

describe("somebody who solves for every cell", () => {
  const mixOf = (random: Random): Mix => {
    const few = random.chance(0.4);
    const part = () => (random.chance(0.35) ? 0 : random.below(few ? 8 : 90));
    return [part(), part(), part(), part(), part(), part()];
  };
  function sizesOf(random: Random): Sizes {
    return Object.fromEntries(
      Array.from({ length: 1 + random.below(4) }, (_, district) => [
        `D${district}`,
        Object.fromEntries(
          Array.from({ length: 1 + random.below(5) }, (__, at) => [`${district}-${at}`, mixOf(random)]),
        ),
      ]),
    );
  }

  it("learns of no fewer than 10 in any of 600 random districts, and something of many", () => {
    const random = seeded(seed);
    let [hidden, shown, figures, leaks] = [0, 0, 0, 0];
    for (let round = 0; round < 600; round += 1) {
      const report = reportOf(sizesOf(random));
      const told = suppressSmallGroups(report);
      hidden += told.by_school.filter(isHidden).length;
      shown += told.by_school.filter((one) => !isHidden(one)).length;
      figures += told.by_school.filter((one) => "buckets" in one).length;
      expect([round, attack(report, hidingly(told))]).toEqual([round, []]);
      if (attack(report, openly(report)).length > 0) leaks += 1;
    }
    console.log(`small groups: ${hidden} schools hidden, ${shown} shown, ${figures} with their steps`);
    expect(Math.min(hidden, shown, figures)).toBeGreaterThan(50);
    // the same attack on what is not suppressed (control)
    expect(leaks).toBeGreaterThan(500);
  });

  it("would learn of few if only sizes were looked at (control)", () => {
    const mix: Mix = [0, 0, 11, 0, 0, 1];
    const report = reportOf({ D: { A: mix, B: [20, 20, 20, 20, 20, 20] } });
    const told = suppressSmallGroups(report);
    const { full_dosage_rate, buckets } = report.by_school[0] ?? {};
    const schools = told.by_school.map((one) =>
      one.school_id === "A" ? { ...one, ...{ full_dosage_rate, buckets } } : one,
    );
    expect(attack(report, { ...hidingly(told), schools })).not.toEqual([]);
  });
});
