import type { Dosage, DosageReport } from "./dosage-report.ts";
import { sum } from "./numbers.ts";

/** Groups of fewer students are not shown to who may see no student: a figure of few is a figure of somebody. */
export const SMALL_GROUP = 10;

export type Suppressed = { suppressed: true };
/** Figures that are left out of a group that is shown. */
type Figure = "full_dosage_rate" | "buckets";
/** A group without the figures that would tell of few of its students, and their names. */
export type Partly<Group extends Dosage> = Omit<Group, Figure> &
  Partial<Pick<Dosage, Figure>> & { suppressed_figures?: Figure[] };

type School = DosageReport["by_school"][number];
type District = DosageReport["by_district"][number];
export type SuppressedReport = Omit<DosageReport, keyof Dosage | "unmatched" | "by_school" | "by_district"> &
  (Partly<Dosage> | Suppressed) & {
    unmatched: DosageReport["unmatched"] | Suppressed;
    by_school: (Partly<School> | (Pick<School, "school_id" | "district_id"> & Suppressed))[];
    by_district: (Partly<District> | (Pick<District, "district_id"> & Suppressed))[];
  };

const HIDDEN: Suppressed = { suppressed: true };
/** Nobody at all tells of nobody. */
const isSmall = (count: number) => 0 < count && count < SMALL_GROUP;

/**
 * The counts that a group's figures tell of, each with what is left of the group: 13 tutored of 14 are a figure of the
 * one who is not.
 */
const COUNTS = {
  /** All that is said of the group. */
  group: ({ students_enrolled: enrolled, students_tutored: tutored }: Dosage) => [
    enrolled,
    tutored,
    enrolled - tutored,
  ],
  full_dosage_rate: ({ full_dosage_rate: { of_tutored }, students_tutored }: Dosage) =>
    withRest([of_tutored], students_tutored),
  buckets: ({ buckets, students_tutored }: Dosage) => withRest(Object.values(buckets), students_tutored),
} as const;
type Told = keyof typeof COUNTS;

function withRest(shares: readonly (number | null)[], whole: number): number[] {
  const counts = shares.map((share) => Math.round((share ?? 0) * whole));
  return [...counts, ...counts.map((count) => whole - count)];
}

const isTelling = (group: Dosage, told: Told) => COUNTS[told](group).some(isSmall);

/** Whether groups that are hidden together are enough that their sum tells of nobody. */
function isCrowd(groups: readonly Dosage[], told: Told): boolean {
  const counts = groups.map((group) => COUNTS[told](group));
  const sums = (counts[0] ?? []).map((_, at) => sum(counts.map((own) => own[at] ?? 0)));
  return sum(groups.map((group) => group.students_enrolled)) >= SMALL_GROUP && !sums.some(isSmall);
}

type Hiding<Group> = {
  told: Told;
  /** What is hidden already, for another reason. */
  also?: ReadonlySet<Group>;
};

/**
 * Which groups are hidden beside a total that is shown. What is hidden could be had by subtraction, so the smallest of
 * the others are hidden with it, until the rest is a crowd.
 */
export function hiddenOf<Group extends Dosage>(
  groups: readonly Group[],
  { told, also = new Set() }: Hiding<Group>,
): Set<Group> {
  const hidden = new Set(groups.filter((group) => also.has(group) || isTelling(group, told)));
  if (hidden.size === 0) return hidden;
  const others = groups
    .filter((group) => !hidden.has(group) && group.students_enrolled > 0)
    .sort((a, b) => a.students_enrolled - b.students_enrolled);
  for (const next of others) {
    if (hidden.size > 1 && isCrowd([...hidden], told)) break;
    hidden.add(next);
  }
  return hidden;
}

type Parts = { total: boolean; districts: ReadonlySet<District>; schools: ReadonlySet<School> };
const NOTHING: Parts = { total: false, districts: new Set(), schools: new Set() };

/** Where something that is told of groups is hidden: of all of them, of districts, of schools. */
function hiddenParts(report: DosageReport, told: Told, also: Parts = NOTHING): Parts {
  const { by_district, by_school } = report;
  const districts = hiddenOf(by_district, { told, also: also.districts });
  // within a district that is shown its schools must not add up to a hidden one
  const schools = by_district.flatMap((district) => {
    const own = by_school.filter(({ district_id }) => district_id === district.district_id);
    return districts.has(district) ? own : [...hiddenOf(own, { told, also: also.schools })];
  });
  // all of them hidden, and a total that is theirs
  const bare = isTelling(report, told) || by_district.length === districts.size;
  return { total: also.total || (bare && districts.size > 0), districts, schools: new Set(schools) };
}

/** The report as somebody without access to students may read it. */
export function suppressSmallGroups(report: DosageReport): SuppressedReport {
  const { target_hours, target_from, unmatched, by_school, by_district, ...total } = report;
  const groups = hiddenParts(report, "group");
  // the last bucket is who got the full dosage: where that is hidden, the buckets are
  const full = hiddenParts(report, "full_dosage_rate", groups);
  const figures = [
    ["full_dosage_rate", full],
    ["buckets", hiddenParts(report, "buckets", full)],
  ] as const;
  const hiddenFigures = (isHidden: (parts: Parts) => boolean) =>
    figures.filter(([, parts]) => isHidden(parts)).map(([figure]) => figure);
  return {
    target_hours,
    target_from,
    ...(groups.total
      ? HIDDEN
      : partly(
          total,
          hiddenFigures((parts) => parts.total),
        )),
    unmatched: isSmall(unmatched.students) ? HIDDEN : unmatched,
    by_school: by_school.map((school) => {
      const { school_id, district_id } = school;
      if (groups.schools.has(school)) return { school_id, district_id, ...HIDDEN };
      return partly(
        school,
        hiddenFigures(({ schools }) => schools.has(school)),
      );
    }),
    by_district: by_district.map((district) => {
      if (groups.districts.has(district)) return { district_id: district.district_id, ...HIDDEN };
      return partly(
        district,
        hiddenFigures(({ districts }) => districts.has(district)),
      );
    }),
  };
}

function partly<Group extends Dosage>(
  { full_dosage_rate, buckets, ...rest }: Group,
  hidden: Figure[],
): Partly<Group> {
  return {
    ...rest,
    ...(!hidden.includes("full_dosage_rate") && { full_dosage_rate }),
    ...(!hidden.includes("buckets") && { buckets }),
    ...(hidden.length > 0 && { suppressed_figures: hidden }),
  };
}
