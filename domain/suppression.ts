import type { Dosage, DosageReport } from "./dosage-report.ts";
import { sum } from "./numbers.ts";

/** Groups of fewer students are not shown to who may see no student: a figure of few is a figure of somebody. */
const SMALL_GROUP = 10;

type Suppressed = { suppressed: true };
const FIGURES = ["full_dosage_rate", "buckets"] as const;
/** Figures that are left out of a group that is shown. */
type Figure = (typeof FIGURES)[number];
/**
 * A group without the figures that would tell of few of its students, and their names. Median, quartiles and Gini
 * coefficient are never in it: each is made of the hours of one or two students.
 */
type Partly<Group extends Dosage> = Omit<Group, Figure | "hours" | "gini"> &
  Partial<Pick<Dosage, Figure>> & { hours: Pick<Dosage["hours"], "mean">; suppressed_figures?: Figure[] };

type School = DosageReport["by_school"][number];
type District = DosageReport["by_district"][number];
export type SuppressedReport = Omit<DosageReport, keyof Dosage | "unmatched" | "by_school" | "by_district"> &
  (Partly<Dosage> | Suppressed) & {
    unmatched: Pick<DosageReport["unmatched"], "students"> | Suppressed;
    by_school: (Partly<School> | (Pick<School, "school_id" | "district_id"> & Suppressed))[];
    by_district: (Partly<District> | (Pick<District, "district_id"> & Suppressed))[];
  };

const HIDDEN: Suppressed = { suppressed: true };
/** Nobody at all tells of nobody. */
const isSmall = (count: number) => 0 < count && count < SMALL_GROUP;

/**
 * The counts that a group's figures tell of, each with what is left of the group: 13 tutored of 14 are a figure of the
 * one who is not. Each of few sessions is one of few students.
 */
const COUNTS = {
  /** All that is said of the group. */
  group: ({ students_enrolled: enrolled, students_tutored: tutored, sessions }: Dosage) => [
    enrolled,
    tutored,
    enrolled - tutored,
    sessions,
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

/** Where something that is told of groups is hidden: of the whole district, and of schools, by their ids. */
type Places = { whole: boolean; schools: ReadonlySet<string> };
const NOWHERE: Places = { whole: false, schools: new Set() };

/**
 * Which schools are hidden beside a total that is shown. What is hidden could be had by subtraction, so the smallest of
 * the others are hidden with it, until the rest is a crowd.
 */
function hiddenSchools(schools: readonly School[], told: Told, also: Places["schools"]): School[] {
  const isHidden = (school: School) => also.has(school.school_id) || isTelling(school, told);
  const hidden = schools.filter(isHidden);
  if (hidden.length === 0) return hidden;
  const others = schools
    .filter((school) => !isHidden(school) && school.students_enrolled > 0)
    .sort((a, b) => a.students_enrolled - b.students_enrolled);
  for (const next of others) {
    if (hidden.length > 1 && isCrowd(hidden, told)) break;
    hidden.push(next);
  }
  return hidden;
}

function placesOf(report: DosageReport, told: Told, also: Places = NOWHERE): Places {
  const whole = also.whole || isTelling(report, told);
  const schools = whole ? report.by_school : hiddenSchools(report.by_school, told, also.schools);
  return { whole, schools: new Set(schools.map(({ school_id }) => school_id)) };
}

const together = (places: readonly Places[]): Places => ({
  whole: places.some(({ whole }) => whole),
  schools: new Set(places.flatMap(({ schools }) => [...schools])),
});

/** Where each of the figures is hidden that may be hidden alone. */
function figurePlaces(report: DosageReport, groups: Places): Record<Figure, Places> {
  // the last bucket is who got the full dosage: where that is hidden, the buckets are
  const full_dosage_rate = placesOf(report, "full_dosage_rate", groups);
  return { full_dosage_rate, buckets: placesOf(report, "buckets", full_dosage_rate) };
}

/**
 * The report of one district as somebody reads it who may not see all of its students. `unseen` is the same without
 * those of whom the reader can learn otherwise, once for each way: without the schools whose students the reader sees,
 * and without each student who is known there. What can be known can be subtracted, so whatever is few in any of them
 * is hidden. Throws on a report of several districts: whoever has it and those of each could subtract one from the other.
 */
export function suppressSmallGroups(
  report: DosageReport,
  unseen: readonly DosageReport[] = [],
): SuppressedReport {
  if (report.by_district.length > 1) throw new RangeError("Small groups are hidden one district at a time.");
  const { target_hours, target_from, unmatched, by_school, by_district, ...total } = report;
  const views = (unseen.length === 0 ? [report] : unseen).map((view) => {
    const groups = placesOf(view, "group");
    return { groups, ...figurePlaces(view, groups) };
  });
  const groups = together(views.map((view) => view.groups));
  const figures = (isHidden: (place: Places) => boolean) =>
    FIGURES.filter((name) => views.some((view) => isHidden(view[name])));
  const ofWhole = figures(({ whole }) => whole);
  return {
    target_hours,
    target_from,
    ...(groups.whole ? HIDDEN : partly(total, ofWhole)),
    // what they had is not shown, and those at schools that the reader sees are known by name
    unmatched: isSmall(unmatched.students) || unseen.length > 0 ? HIDDEN : { students: unmatched.students },
    by_school: by_school.map((school) => {
      const { school_id, district_id } = school;
      if (groups.schools.has(school_id)) return { school_id, district_id, ...HIDDEN };
      return partly(
        school,
        figures(({ schools }) => schools.has(school_id)),
      );
    }),
    by_district: by_district.map((district) =>
      groups.whole ? { district_id: district.district_id, ...HIDDEN } : partly(district, ofWhole),
    ),
  };
}

function partly<Group extends Dosage>(
  { full_dosage_rate, buckets, gini: _, hours, ...rest }: Group,
  hidden: Figure[],
): Partly<Group> {
  const isShown = (figure: Figure) => !hidden.includes(figure);
  return {
    ...rest,
    hours: { mean: hours.mean },
    ...(isShown("full_dosage_rate") && { full_dosage_rate }),
    ...(isShown("buckets") && { buckets }),
    ...(hidden.length > 0 && { suppressed_figures: hidden }),
  };
}
