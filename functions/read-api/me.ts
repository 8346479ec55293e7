import { isAtSchool } from "../../domain/contract.ts";
import { byText } from "../../domain/ids.ts";
import type { School } from "../../domain/setup.ts";
import { type Ask } from "./ask.ts";

/** What is shown instead of ids, of what the caller may see. */
function namesOf({ scope, setup }: Ask, schools: readonly School[]) {
  const districts = new Set([...scope.districts, ...schools.map(({ district_id }) => district_id)]);
  const named = <Row extends { name?: string | undefined }>(
    rows: readonly Row[],
    idOf: (row: Row) => string,
  ) => Object.fromEntries(rows.flatMap((row) => (row.name === undefined ? [] : [[idOf(row), row.name]])));
  const known = setup.districts.filter(({ district_id }) => districts.has(district_id));
  // who works at her schools is no secret to a site lead
  const told = setup.providers.filter(
    ({ provider_id, contracts = [] }) =>
      scope.providers.has(provider_id) ||
      contracts.some((contract) => schools.some(({ school_id }) => isAtSchool(contract, school_id))),
  );
  return {
    names: {
      districts: named(known, ({ district_id }) => district_id),
      providers: named(told, ({ provider_id }) => provider_id),
      programs: named(setup.programs, ({ program_id }) => program_id),
    },
    student_links: Object.fromEntries(
      known.flatMap(({ district_id, student_link }) =>
        student_link === undefined ? [] : [[district_id, student_link]],
      ),
    ),
  };
}

export async function getMe(ask: Ask) {
  const { caller, scope, setup } = ask;
  const places = new Map(setup.schools.map((school) => [school.school_id, school]));
  const schools = [...scope.schools.keys()].flatMap((school_id) => places.get(school_id) ?? []);
  return {
    id: caller.id,
    grants: caller.grants,
    ...(caller.withheld.length > 0 && { second_factor_needed_for: caller.withheld }),
    districts: [...scope.districts].sort(byText),
    schools: [...scope.schools]
      .sort(([a], [b]) => byText(a, b))
      .flatMap(([school_id, level]) => {
        const school = places.get(school_id);
        if (school === undefined) return [];
        const { name, district_id, time_zone } = school;
        return {
          school_id,
          ...(name !== undefined && { name }),
          district_id,
          time_zone,
          students: level === "students",
        };
      }),
    providers: [...scope.providers].sort(byText),
    audit: scope.audit.size > 0,
    ...namesOf(ask, schools),
  };
}
