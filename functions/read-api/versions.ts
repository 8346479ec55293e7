import { createHash } from "node:crypto";
import { concurrently } from "../../adapters/concurrently.ts";
import { addDays, mondayOf } from "../../domain/school-day.ts";
import type { School } from "../../domain/setup.ts";
import { dayAsked, Refused, schoolAsked, todayOf, wallOf, type Ask } from "./ask.ts";
import { districtAsked } from "./districts.ts";
import type { Wall } from "./wall.ts";

/** What an open page asks again and again: whether anything of it changed. It names nobody, so no read is noted. */

const WIDTH = 8;
const MOST_DAYS = 14;
const hashOf = (parts: unknown) =>
  createHash("sha256").update(JSON.stringify(parts)).digest("base64url").slice(0, 16);

type Range = { from: string; to: string };

/** Versions of the days, and of the alerts for who sees them. */
async function versionsOf(ask: Ask, { school_id }: School, { wall, from, to }: Range & { wall: Wall }) {
  const { summaries, alerts } = wall.school(school_id);
  const days = await summaries.read({ school_id, from, to });
  const seen = ask.deps.checks.students(ask.scope, school_id) ? await alerts.current(school_id) : [];
  return [days.map(({ day, version }) => [day, version]), seen.map(({ id, version }) => [id, version])];
}

/** Of this week, or of the days that are named. */
export async function getSchoolVersion(ask: Ask) {
  const school = schoolAsked(ask, "totals");
  const { school_id } = school;
  const monday = mondayOf(todayOf(ask, school));
  const [from, to] = [dayAsked(ask, "from", monday), dayAsked(ask, "to", addDays(monday, 6))];
  if (to > addDays(from, MOST_DAYS))
    throw new Refused("invalid-parameter", `Ask for ${MOST_DAYS} days at most.`);
  const wall = await wallOf(ask, { schools: [school_id] });
  return { school_id, version: hashOf(await versionsOf(ask, school, { wall, from, to })) };
}

/** Of today, at all schools of the district. */
export async function getDistrictVersion(ask: Ask) {
  const district_id = ask.params("district_id");
  const schools = districtAsked(ask, district_id);
  const wall = await wallOf(ask, { schools: schools.map(({ school_id }) => school_id) });
  const versions = await concurrently(schools, WIDTH, (school) => {
    const today = todayOf(ask, school);
    return versionsOf(ask, school, { wall, from: today, to: today });
  });
  return { district_id, version: hashOf(versions) };
}
