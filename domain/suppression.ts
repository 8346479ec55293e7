import type { Dosage, DosageReport } from "./dosage-report.ts";

/** Groups of fewer students are not shown to who may see no student: a figure of few is a figure of somebody. */
export const SMALL_GROUP = 10;

export type Suppressed = { suppressed: true };
type School = DosageReport["by_school"][number];
type District = DosageReport["by_district"][number];
export type SuppressedReport = Omit<DosageReport, keyof Dosage | "unmatched" | "by_school" | "by_district"> &
  (Dosage | Suppressed) & {
    unmatched: DosageReport["unmatched"] | Suppressed;
    by_school: (School | (Pick<School, "school_id" | "district_id"> & Suppressed))[];
    by_district: (District | (Pick<District, "district_id"> & Suppressed))[];
  };

const HIDDEN: Suppressed = { suppressed: true };
/** Nobody at all tells of nobody. */
const isSmall = (count: number) => 0 < count && count < SMALL_GROUP;
const isSmallGroup = ({ students_enrolled, students_tutored }: Dosage) =>
  isSmall(students_enrolled) || isSmall(students_tutored);

/**
 * Which groups are hidden beside a total that is shown. One hidden group alone could be had by subtraction, so the
 * smallest of the others is hidden with it.
 */
export function hiddenOf<Group extends Dosage>(groups: readonly Group[]): Set<Group> {
  const hidden = new Set(groups.filter(isSmallGroup));
  if (hidden.size !== 1) return hidden;
  const [next] = groups
    .filter((group) => !hidden.has(group) && group.students_enrolled > 0)
    .sort((a, b) => a.students_enrolled - b.students_enrolled);
  return next === undefined ? hidden : hidden.add(next);
}

/** The report as somebody without access to students may read it. */
export function suppressSmallGroups(report: DosageReport): SuppressedReport {
  const { target_hours, unmatched, by_school, by_district, ...total } = report;
  const schools = hiddenOf(by_school);
  // a district of which one school is hidden could be had by adding up the others
  const districts = hiddenOf(by_district);
  const lone = by_school.filter((school) => schools.has(school)).length === 1 && by_school.length === 1;
  return {
    target_hours,
    ...(isSmallGroup(total) || lone ? HIDDEN : total),
    unmatched: isSmall(unmatched.students) ? HIDDEN : unmatched,
    by_school: by_school.map((school) => {
      const { school_id, district_id } = school;
      return schools.has(school) ? { school_id, district_id, ...HIDDEN } : school;
    }),
    by_district: by_district.map((district) =>
      districts.has(district) ? { district_id: district.district_id, ...HIDDEN } : district,
    ),
  };
}
