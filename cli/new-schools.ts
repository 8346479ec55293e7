import { isZone } from "../domain/school-day.ts";
import type { RosterEntry, School, Setup } from "../domain/setup.ts";
import type { Table } from "./csv.ts";
import { UsageError } from "./fail.ts";

type NewSetup = Pick<Setup, "districts" | "schools">;

type Named = { setup: Setup; table: Table; values: readonly RosterEntry[] };

/** Districts and schools that a roster names and the set-up lacks. */
export function newSchools(
  { setup, table, values }: Named,
  { timeZone }: { timeZone?: string | undefined },
): NewSetup {
  const names = new Map(
    table.rows.flatMap(({ cells }) => [
      ["s" + cells["school_id"], cells["school_name"]],
      ["d" + cells["district_id"], cells["district_name"]],
    ]),
  );
  const known = new Set([
    ...setup.schools.map((school) => "s" + school.school_id),
    ...setup.districts.map((district) => "d" + district.district_id),
  ]);
  const created: NewSetup = { districts: [], schools: [] };
  for (const { school_id, district_id = "unassigned" } of values) {
    if (!known.has("d" + district_id))
      created.districts.push({ district_id, ...named(names.get("d" + district_id)) });
    known.add("d" + district_id);
    if (!known.has("s" + school_id))
      created.schools.push(
        newSchool({ school_id, district_id, ...named(names.get("s" + school_id)) }, timeZone),
      );
    known.add("s" + school_id);
  }
  return created;
}

const named = (name: string | undefined) => (name ? { name: name.slice(0, 200) } : {});

function newSchool(school: Omit<School, "time_zone">, time_zone: string | undefined): School {
  if (time_zone === undefined) {
    throw new UsageError(
      `School ${school.school_id} is not set up: add it to setup.yaml, or say its zone, as in --time-zone America/Denver.`,
    );
  }
  if (!isZone(time_zone))
    throw new UsageError(`${time_zone} is no IANA time zone; an example is America/Denver.`);
  return { ...school, time_zone };
}
