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

/** Whether groups that are hidden together are enough that their sum tells of nobody. */
function isCrowd(groups: readonly Dosage[]): boolean {
  const sum = (of: (group: Dosage) => number) => groups.reduce((total, group) => total + of(group), 0);
  const [enrolled, tutored] = [sum((one) => one.students_enrolled), sum((one) => one.students_tutored)];
  return enrolled >= SMALL_GROUP && !isSmall(tutored);
}

/**
 * Which groups are hidden beside a total that is shown. What is hidden could be had by subtraction, so the smallest of
 * the others are hidden with it, until the rest is a crowd.
 */
export function hiddenOf<Group extends Dosage>(groups: readonly Group[]): Set<Group> {
  const hidden = new Set(groups.filter(isSmallGroup));
  if (hidden.size === 0) return hidden;
  const others = groups
    .filter((group) => !hidden.has(group) && group.students_enrolled > 0)
    .sort((a, b) => a.students_enrolled - b.students_enrolled);
  for (const next of others) {
    if (hidden.size > 1 && isCrowd([...hidden])) break;
    hidden.add(next);
  }
  return hidden;
}

/** The report as somebody without access to students may read it. */
export function suppressSmallGroups(report: DosageReport): SuppressedReport {
  const { target_hours, target_from, unmatched, by_school, by_district, ...total } = report;
  const districts = hiddenOf(by_district);
  // within a district that is shown its schools must not add up to a hidden one
  const schools = new Set(
    by_district.flatMap((district) => {
      const own = by_school.filter(({ district_id }) => district_id === district.district_id);
      return districts.has(district) ? own : [...hiddenOf(own)];
    }),
  );
  // all schools hidden, and a total that is theirs
  const bare = isSmallGroup(total) || by_district.length === districts.size;
  return {
    target_hours,
    target_from,
    ...(bare && districts.size > 0 ? HIDDEN : total),
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
