import { isReadable, type Contract } from "./contract.ts";
import { grantsOfClaim, type Grant, type Person } from "./person.ts";
import { dayOf, isCurrent } from "./school-day.ts";
import type { School, Setup } from "./setup.ts";

/** What the authorizer found out about who calls. */
export type Identity = {
  /** A provider's system, by its key. */
  provider_id?: string | undefined;
  /** A person, by the address in her token. */
  email?: string | undefined;
  /** Whether she signed in, and nobody vouches for her address. */
  unverified?: boolean | undefined;
  /** Whether she signed in with a second factor. */
  mfa?: boolean | undefined;
  /** What her token says she may do. */
  claim?: string | undefined;
};

export type Caller = {
  /** In the audit log, and in what is signed for this caller alone. */
  id: string;
  grants: readonly Grant[];
  /** Grants that count only with a second factor, which was not given. */
  withheld: readonly Grant[];
};

/** Who calls, with what she may do on this day; undefined where nobody known does. */
export function callerOf(
  identity: Identity,
  { people = [] }: Setup,
  { today, checks = CHECKS }: { today: string; checks?: Checks },
): Caller | undefined {
  if (identity.provider_id !== undefined && identity.provider_id !== "") {
    const grants: Grant[] = [{ role: "provider_user", provider_id: identity.provider_id }];
    return { id: `provider:${identity.provider_id}`, grants, withheld: [] };
  }
  const email = identity.email?.toLowerCase() ?? "";
  if (email === "") return undefined;
  const person = people.find((one) => one.email.toLowerCase() === email);
  // somebody who is set up has what the set-up says, whatever her token claims
  if (person !== undefined && !checks.current(person, today)) return undefined;
  const all = person?.grants ?? grantsOfClaim(identity.claim ?? "");
  if (all.length === 0) return undefined;
  const counts = (grant: Grant) => checks.secondFactor(grant, identity);
  return {
    id: person === undefined ? `person:${email}` : `person:${person.person_id}`,
    grants: all.filter(counts),
    withheld: all.filter((grant) => !counts(grant)),
  };
}

/** How much of a school may be seen: its figures, or its students too. */
export type Level = "totals" | "students";

/** Everything that a caller may reach. Each read is built from it. */
export type Scope = {
  districts: ReadonlySet<string>;
  schools: ReadonlyMap<string, Level>;
  providers: ReadonlySet<string>;
  /** Districts whose audit log is hers. */
  audit: ReadonlySet<string>;
};

type Reading = { now: Date; checks?: Checks };

export function scopeOf(caller: Caller, setup: Setup, { now, checks = CHECKS }: Reading): Scope {
  const reached = caller.grants.map((grant) => {
    const own = schoolsOf(grant, setup);
    const level: Level = seesStudents(grant) ? "students" : "totals";
    return { grant, own, level, providers: providersOf(grant, { setup, now, own, checks }) };
  });
  const idsAt = (wanted: Level) =>
    reached
      .filter(({ level }) => level === wanted)
      .flatMap(({ own }) => own.map(({ school_id }): [string, Level] => [school_id, wanted]));
  const districtsOf = (grants: readonly Grant[]) =>
    new Set(grants.flatMap((grant) => ("district_id" in grant ? [grant.district_id] : [])));
  return {
    districts: districtsOf(caller.grants),
    // who sees students sees the figures, too
    schools: new Map([...idsAt("totals"), ...idsAt("students")]),
    providers: new Set(reached.flatMap(({ providers }) => providers)),
    audit: districtsOf(caller.grants.filter(({ role }) => role === "auditor" || role === "district_admin")),
  };
}

const seesStudents = ({ role }: Grant) => role === "district_admin" || role === "site_lead";

function schoolsOf(grant: Grant, { schools }: Setup): School[] {
  if (grant.role === "provider_user") return [];
  if (grant.role === "site_lead")
    return schools.filter(({ school_id }) => grant.school_ids.includes(school_id));
  return schools.filter(({ district_id }) => district_id === grant.district_id);
}

type Around = { setup: Setup; now: Date; own: readonly School[]; checks: Checks };

/** A provider sees itself while a contract lets it; a district sees who works at its schools. A site lead sees none. */
function providersOf(grant: Grant, { setup, now, own, checks }: Around): string[] {
  if (grant.role === "site_lead") return [];
  const at = grant.role === "provider_user" ? setup.schools : own;
  return setup.providers
    .filter(({ provider_id }) => grant.role !== "provider_user" || provider_id === grant.provider_id)
    .filter(({ contracts = [] }) => at.some((school) => checks.contract(contracts, school, now)))
    .map(({ provider_id }) => provider_id);
}

/**
 * Every check that stands between a caller and what is not hers, in one table, so that a test can take each away and
 * see the isolation matrix fail.
 */
export const CHECKS = {
  /** Somebody whose time is over is nobody. */
  current: (person: Person, today: string): boolean => isCurrent(person, today),
  /** A district's admin counts only with a second factor. */
  secondFactor: (grant: Grant, identity: Identity): boolean =>
    grant.role !== "district_admin" || identity.mfa === true,
  /** A provider reads about a school while its contract there runs, and shortly after. */
  contract: (contracts: readonly Contract[], school: School, now: Date): boolean =>
    isReadable(contracts, school.school_id, dayOf(now.getTime() / 1000, school.time_zone)),
  district: (scope: Scope, district_id: string): boolean => scope.districts.has(district_id),
  school: (scope: Scope, school_id: string): boolean => scope.schools.has(school_id),
  students: (scope: Scope, school_id: string): boolean => scope.schools.get(school_id) === "students",
  provider: (scope: Scope, provider_id: string): boolean => scope.providers.has(provider_id),
  audit: (scope: Scope): boolean => scope.audit.size > 0,
  /** What is signed for one caller and one question is of no use for another. */
  bound: (
    signed: { caller: string; question: string },
    asked: { caller: string; question: string },
  ): boolean => signed.caller === asked.caller && signed.question === asked.question,
};
export type Checks = typeof CHECKS;
