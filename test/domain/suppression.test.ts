import { describe, expect, it } from "vitest";
import { dosageReport, type Dosage, type DosageReport } from "../../domain/dosage-report.ts";
import { suppressSmallGroups, type SuppressedReport } from "../../domain/suppression.ts";
import { announceSeed, seeded, type Random } from "../support/random.ts";
import { row } from "../support/school.ts";
import { solver, type Equation } from "../support/solve.ts";

const seed = announceSeed("small groups", 1010);
const TARGET_HOURS = 4;

/** Of a school: how many got nothing, and how many got 5 (some of them no session that counts), 36, 60, 90 and 120 % of the target. */
type Mix = readonly [none: number, ...steps: number[]];
const SHARES = [0.05, 0.36, 0.6, 0.9, 1.2];
type Schools = Record<string, Mix>;
type Sizes = Record<string, Schools>;

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
        number,
        student_id: `${school_id}-${step}-${number}`,
      })),
    ),
  );
  const student_sessions = roster
    .filter(({ step }) => step > 0)
    .map(({ student_id, step, number }) => ({
      // the least is partial: some of it is a session that counts, some is not
      ...row("2026-03-02", step === 1 ? "partial" : "present", { student_id }),
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
      reportOf({ D: { A: half(300), B: half(4), C: half(60), E: half(40), F: half(200), G: half(100) } }),
    );
    const hidden = told.by_school.filter(isHidden).map(({ school_id }) => school_id);
    expect(hidden).toEqual(["B", "E"]);
    expect([isHidden(told), isHidden(told.by_district[0] ?? {})]).toEqual([false, false]);
  });

  it("and large ones are shown without what is made of one or two students' hours", () => {
    const told = suppressSmallGroups(reportOf({ D: { A: half(300) } }));
    for (const group of [told, told.by_district[0], told.by_school[0]])
      expect(group).toMatchObject({ hours: { mean: expect.any(Number) as number } });
    expect(JSON.stringify(told)).not.toMatch(/median|q25|q75|gini/);
  });

  it("of students on no roster are hidden, and what larger ones had", () => {
    const report = reportOf({ D: { A: half(300) } });
    const toldOf = (students: number) =>
      suppressSmallGroups({ ...report, unmatched: { students, sessions: 1, total_minutes: 45 } }).unmatched;
    expect([0, 9, 10].map(toldOf)).toEqual([{ students: 0 }, { suppressed: true }, { students: 10 }]);
    // those at a school whose students the reader sees are known by name
    const unmatched = { students: 12, sessions: 1, total_minutes: 45 };
    expect(suppressSmallGroups({ ...report, unmatched }, [report]).unmatched).toEqual({ suppressed: true });
  });

  it("are hidden one district at a time", () => {
    const two = reportOf({ D1: { A: half(300), B: half(4) }, D2: { C: half(200) } });
    expect(() => suppressSmallGroups(two)).toThrow("one district at a time");
  });

  it("are not hidden beside a school whose students the reader sees: she would subtract it", () => {
    const schools = { A: half(40), B: half(4), C: half(60), E: half(300) };
    const hiddenBeside = (own: string[]) => {
      const { told } = toldBeside({ D: schools }, own);
      return told.by_school.filter(isHidden).map(({ school_id }) => school_id);
    };
    expect(hiddenBeside([])).toEqual(["A", "B"]);
    expect(hiddenBeside(["A"])).toEqual(["B", "C"]);
    // nothing is left beside B but what she sees: the district's total would tell of it
    const { told } = toldBeside({ D: { A: half(40), B: half(4) } }, ["A"]);
    expect([isHidden(told), ...told.by_school.map(isHidden)]).toEqual([true, false, true]);
  });

  it.each<[string, Mix, object]>([
    ["9 enrolled", [0, 0, 9, 0, 0, 0], { suppressed: true }],
    ["10 enrolled, all alike", [0, 0, 10, 0, 0, 0], { students_tutored: 10 }],
    ["10 of whom 4 had a session that counts", [0, 10, 0, 0, 0, 0], { suppressed: true }],
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
});

const keepBut = (schools: Schools, own: readonly string[]): Schools =>
  Object.fromEntries(Object.entries(schools).filter(([school_id]) => !own.includes(school_id)));

/** What somebody reads who sees the students of some schools. */
function toldBeside(sizes: Sizes, own: readonly string[]) {
  const report = reportOf(sizes);
  const rest = Object.entries(sizes).map(([district_id, schools]): [string, Schools] => [
    district_id,
    keepBut(schools, own),
  ]);
  const unseen = own.length === 0 ? [] : [reportOf(Object.fromEntries(rest))];
  return { report, told: suppressSmallGroups(report, unseen) };
}

/** A group as an attacker reads it: what is not there is hidden. */
type Seen = Partial<Omit<Dosage, "hours">> & { hours?: Partial<Dosage["hours"]>; suppressed?: true };
type Whose = {
  total: Seen;
  districts: (Seen & { district_id: string })[];
  schools: (Seen & { school_id: string })[];
};

/** Per school: the untutored, the tutored by step, sessions and minutes. */
const UNKNOWNS = 8;
const [SESSIONS, MINUTES] = [6, 7];
const STEPS = [1, 2, 3, 4, 5];
/** Counts of students that could be of few: of all, of the tutored, of each step and of the rest beside it. */
const CELLS = [
  [0, ...STEPS],
  STEPS,
  [0],
  ...STEPS.map((step) => [step]),
  ...STEPS.map((step) => STEPS.filter((one) => one !== step)),
];

type Fact = readonly [parts: readonly number[], value: number | undefined];

/** What a group's figures say of its parts. */
function factsOf(seen: Seen): Fact[] {
  const { students_enrolled, students_tutored, sessions, total_minutes, hours, full_dosage_rate, buckets } =
    seen;
  const share = (parts: readonly number[], of: number | null | undefined, whole?: number): Fact => [
    parts,
    of == null || whole === undefined ? undefined : of * whole,
  ];
  return [
    [[0, ...STEPS], students_enrolled],
    [STEPS, students_tutored],
    [[SESSIONS], sessions],
    [[MINUTES], total_minutes],
    share([MINUTES], hours?.mean, students_tutored === undefined ? undefined : students_tutored * 60),
    share([5], full_dosage_rate?.of_tutored, students_tutored),
    share([5], full_dosage_rate?.of_enrolled, students_enrolled),
    ...Object.values(buckets ?? {}).map((of, at) => share([at + 1], of, students_tutored)),
  ];
}

/**
 * All that a report says, as equations of what it does not say, to somebody who knows all of some schools; where parts
 * add up to nothing each is nothing, because no count is below zero.
 */
function attack(truth: DosageReport, { total, districts, schools }: Whose, own: readonly string[] = []) {
  const ids = truth.by_school.map(({ school_id }) => school_id);
  const of = (members: readonly string[], parts: readonly number[]) =>
    members.flatMap((id) => parts.map((part) => [ids.indexOf(id) * UNKNOWNS + part, 1] as const));
  const told = (members: readonly string[], seen: Seen): Equation[] =>
    factsOf(seen).flatMap(([parts, value]) =>
      value === undefined ? [] : [{ terms: of(members, parts), value }],
    );
  const within = (district_id: string) =>
    truth.by_school.filter((one) => one.district_id === district_id).map(({ school_id }) => school_id);
  const equations = [
    ...told(ids, total),
    ...districts.flatMap((one) => told(within(one.district_id), one)),
    ...schools.flatMap((one) => told([one.school_id], one)),
    ...truth.by_school
      .filter((one) => own.includes(one.school_id))
      .flatMap((one) => told([one.school_id], one)),
  ];
  const strange = ids.filter((id) => !own.includes(id));
  const hidden = strange.filter((id) => schools.some((one) => one.school_id === id && "suppressed" in one));
  const groups = [strange, hidden, ...strange.map((id) => [id])];
  const first = solver(equations, ids.length * UNKNOWNS);
  const nothing = groups
    .flatMap((members) => [...CELLS, [SESSIONS]].map((parts) => of(members, parts)))
    .filter((terms) => terms.length > 0 && Math.abs(first(terms) ?? 1) < 1e-6)
    .flatMap((terms) => terms.map((term) => ({ terms: [term], value: 0 })));
  const solve = solver([...equations, ...nothing], ids.length * UNKNOWNS);
  return groups.flatMap((members) => leaksOf(members, (parts) => solve(of(members, parts))));
}

/** Which counts of a group are solved that tell of fewer than 10, and the minutes of so few. */
function leaksOf(
  members: readonly string[],
  solved: (parts: readonly number[]) => number | undefined,
): string[] {
  const small = (count: number | undefined) => count !== undefined && count > 0.5 && count < 9.5;
  const counts = [...CELLS, [SESSIONS]]
    .filter((parts) => small(solved(parts)))
    .map((parts) => `${members.join("+")}: ${parts.join()}`);
  const few = small(solved(STEPS)) || small(solved([0, ...STEPS]));
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
      Array.from({ length: 1 }, (_, district) => [
        `D${district}`,
        Object.fromEntries(
          Array.from({ length: 1 + random.below(12) }, (__, at) => [`${district}-${at}`, mixOf(random)]),
        ),
      ]),
    );
  }

  it("learns of no fewer than 10 in any of 600 random districts, and something of many", () => {
    const random = seeded(seed);
    let [hidden, shown, figures, leaks] = [0, 0, 0, 0];
    for (let round = 0; round < 600; round += 1) {
      const sizes = sizesOf(random);
      const ids = Object.values(sizes).flatMap((schools) => Object.keys(schools));
      // every other reader sees the students of some schools
      const own = round % 2 === 0 ? [] : ids.slice(1).filter(() => random.chance(0.3));
      const { report, told } = toldBeside(sizes, own);
      hidden += told.by_school.filter(isHidden).length;
      shown += told.by_school.filter((one) => !isHidden(one)).length;
      figures += told.by_school.filter((one) => "buckets" in one).length;
      expect([round, attack(report, hidingly(told), own)]).toEqual([round, []]);
      if (attack(report, openly(report), own).length > 0) leaks += 1;
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
