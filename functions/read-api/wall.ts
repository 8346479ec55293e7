import type { AlertStore } from "../../adapters/alert-store.ts";
import type { RefusalStore } from "../../adapters/refusal-store.ts";
import type { SessionStore } from "../../adapters/session-store.ts";
import type { SetupStore } from "../../adapters/setup-store.ts";
import type { SummaryStore } from "../../adapters/summary-store.ts";
import type { Caller, Checks, Level, Scope } from "../../domain/access.ts";
import type { Setup } from "../../domain/setup.ts";

/** What a request may touch, at most. The session of the database is limited to it, whatever the code asks for. */
export type Reach = {
  schools: readonly { school_id: string; level: Level }[];
  providers: readonly string[];
  /** Schools of which one student's minutes are added up, and nothing else is told. */
  elsewhere: readonly string[];
};

export type SchoolStores = {
  summaries: Pick<SummaryStore, "read">;
  setup: Pick<SetupStore, "roster" | "enrolments" | "rosterEntry">;
  alerts: Pick<AlertStore, "current" | "log" | "write">;
};
export type ProviderStores = {
  refusals: Pick<RefusalStore, "between">;
  quarantine: Pick<SessionStore["quarantine"], "count">;
};

/** The stores behind the wall. Asking for what was not opened fails. */
export type Wall = {
  school: (school_id: string) => SchoolStores;
  provider: (provider_id: string) => ProviderStores;
};
export type OpenWall = (reach: Reach, caller: string) => Promise<Wall>;

type Reader = { caller: Caller; scope: Scope; setup: Setup; now: Date; checks: Checks };
const isOwn = ({ grants }: Caller, provider_id: string) =>
  grants.some((grant) => grant.role === "provider_user" && grant.provider_id === provider_id);

type Wanted = { schools?: readonly string[]; providers?: readonly string[]; elsewhere?: readonly string[] };

/**
 * What is wanted, as far as the caller's grants reach: made of the grants alone, not of the checks before it. Where a
 * provider's reports are looked at, the figures of its schools are opened too.
 */
export function reachOf(
  { caller, scope, setup, now, checks }: Reader,
  { schools = [], providers = [], elsewhere = [] }: Wanted,
): Reach {
  const own = new Map(
    schools.flatMap((school_id): [string, Level][] => {
      const level = scope.schools.get(school_id);
      return level === undefined ? [] : [[school_id, level]];
    }),
  );
  const open = providers.filter((provider_id) => scope.providers.has(provider_id));
  const contracted = setup.providers
    // a provider's own people see figures of its schools; others see the schools that are theirs
    .filter(({ provider_id }) => open.includes(provider_id) && isOwn(caller, provider_id))
    .flatMap(({ contracts = [] }) =>
      setup.schools.filter((school) => checks.contract(contracts, school, now)),
    );
  for (const { school_id } of contracted) if (!own.has(school_id)) own.set(school_id, "totals");
  const reached = [...own].map(([school_id, level]) => ({ school_id, level }));
  return { schools: reached, providers: open, elsewhere };
}
