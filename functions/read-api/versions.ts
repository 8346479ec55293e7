import { createHash } from "node:crypto";
import { dayOf } from "../../domain/school-day.ts";
import type { School, Setup } from "../../domain/setup.ts";
import { reachFor, Refused, schoolAsked, todayOf, type Ask } from "./ask.ts";
import { districtAsked } from "./districts.ts";
import { providerAsked } from "./providers.ts";

/**
 * What an open page asks again and again: whether anything that it shows is another thing now. It names nobody, so no
 * read is noted, and no session of the database is opened for it.
 */

const hashOf = (text: string) => createHash("sha256").update(text).digest("base64url").slice(0, 16);

/** The set-up is kept for a minute, and hashed once. */
const SETUPS = new WeakMap<Setup, string>();
function setupHash(setup: Setup): string {
  const known = SETUPS.get(setup) ?? hashOf(JSON.stringify(setup));
  SETUPS.set(setup, known);
  return known;
}

/**
 * Whether the moment that the page's answer named has passed: from then on the clock alone makes it read otherwise. As
 * part of the version it costs no read, and the page's own clock does not matter.
 */
function hasPassed(ask: Ask): boolean {
  const moment = ask.query("changes_at");
  if (moment === undefined) return false;
  const at = Date.parse(moment);
  if (Number.isNaN(at))
    throw new Refused("invalid-parameter", "changes_at is no instant, such as 2026-11-25T15:30:00Z.");
  return at <= ask.now.getTime();
}

type Shown = { schools: readonly School[]; providers?: readonly string[] };

/** Of changes stored, of set-up, and of the clock: school-local dates, and the moment that was named. */
async function versionOf(ask: Ask, { schools, providers = [] }: Shown): Promise<string> {
  const passed = hasPassed(ask);
  const wanted = { schools: schools.map(({ school_id }) => school_id), providers };
  const reach = reachFor(ask, wanted);
  const counts = await ask.deps.stamps.read([
    ...reach.schools.map(({ school_id: id }) => ({ kind: "school" as const, id })),
    ...reach.providers.map((id) => ({ kind: "provider" as const, id })),
  ]);
  const days = [dayOf(ask.now.getTime() / 1000, "UTC"), ...schools.map((school) => todayOf(ask, school))];
  return hashOf(JSON.stringify([counts, setupHash(ask.setup), days, passed]));
}

export async function getSchoolVersion(ask: Ask) {
  const school = schoolAsked(ask, "totals");
  return { school_id: school.school_id, version: await versionOf(ask, { schools: [school] }) };
}

export async function getDistrictVersion(ask: Ask) {
  const district_id = ask.params("district_id");
  return { district_id, version: await versionOf(ask, { schools: districtAsked(ask, district_id) }) };
}

export async function getProviderVersion(ask: Ask) {
  const { provider, schools } = providerAsked(ask);
  const { provider_id } = provider;
  return { provider_id, version: await versionOf(ask, { schools, providers: [provider_id] }) };
}
