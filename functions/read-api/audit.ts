import { byText } from "../../domain/ids.ts";
import { dayAsked, pageOf, Refused, type Ask } from "./ask.ts";

/** Who read or changed what, a day at a time; what was read in the last quarter of an hour is not yet in the chain. */
export async function getAudit(ask: Ask) {
  const { deps, scope, now } = ask;
  if (!deps.checks.audit(scope)) throw new Refused("not-allowed", "Your role does not see the audit log.");
  const day = dayAsked(ask, "day", now.toISOString().slice(0, 10));
  const blocks = await deps.audit.blocks(day);
  const sealed = blocks.flatMap(({ number, hash, lines }) =>
    lines.map((line, place) => ({ block: number, hash, place, ...line })),
  );
  const wanted = sealed.filter((line) => line.at.startsWith(day) && isOwn(ask, line.school_id));
  const keyed = wanted.map((line) => ({
    ...line,
    key: `${String(line.block).padStart(10, "0")}#${String(line.place).padStart(3, "0")}`,
  }));
  const page = await pageOf(
    ask,
    keyed.sort((a, b) => byText(a.key, b.key)),
    ({ key }) => key,
  );
  return { day, ...page, items: page.items.map(({ key: _, ...line }) => line) };
}

/**
 * Lines about schools of the districts whose log is hers, and no others that she may see for another reason; those of no
 * school, such as admin commands, for who audits every district.
 */
function isOwn({ scope, setup }: Ask, school_id: string | undefined): boolean {
  if (school_id === undefined)
    return setup.districts.every(({ district_id }) => scope.audit.has(district_id));
  const school = setup.schools.find((one) => one.school_id === school_id);
  return school !== undefined && scope.audit.has(school.district_id);
}
