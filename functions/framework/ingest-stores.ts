import { erasedStudents } from "../../adapters/pseudonyms.ts";
import { dynamoQuotaStore } from "../../adapters/quota-store.ts";
import { refusalWriter } from "../../adapters/refusal-store.ts";
import type { TableAccess } from "../../adapters/query.ts";
import { dynamoSessionStore } from "../../adapters/session-store.ts";
import { dynamoSetupStore, type EventRules } from "../../adapters/setup-store.ts";
import { idPatternOf } from "../../domain/opaque-ids.ts";
import { cached } from "./cached.ts";
import type { ReadRules } from "./store-events.ts";
import type { TakeDeps } from "./take-events.ts";

/** What taking events needs, on a table: the same for every door through which they come. */
export function ingestStores(
  table: TableAccess,
  { clock, log, service }: Pick<TakeDeps, "clock" | "log" | "service">,
): TakeDeps {
  const setup = dynamoSetupStore(table);
  const providers = cached((provider_id) => setup.provider(provider_id), clock);
  const erased = cached(() => erasedStudents(table), clock);
  // that nothing is said is remembered, too: most districts say nothing, and every request asks
  const rules = cached(async () => rulesOf(await setup.eventRules()), clock);
  return {
    rules: async () => (await rules("all")) ?? {},
    erased: async () => (await erased("all")) ?? (() => false),
    sessions: dynamoSessionStore(table),
    refusals: refusalWriter(table),
    quotas: dynamoQuotaStore(table),
    zones: cached(async (school_id) => (await setup.school(school_id))?.time_zone, clock),
    contracts: async (provider_id) => (await providers(provider_id))?.contracts ?? [],
    contractsNow: async (provider_id) => (await setup.provider(provider_id))?.contracts ?? [],
    limit: async (provider_id) => (await providers(provider_id))?.events_per_minute,
    clock,
    service,
    log,
  };
}

const rulesOf = ({ id_pattern, session_age_days }: EventRules): ReadRules => ({
  idPattern: idPatternOf(id_pattern),
  session_age_days,
});
