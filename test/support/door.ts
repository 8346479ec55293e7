import { InMemoryQuotaStore } from "../../adapters/in-memory/quota-store.ts";
import { InMemoryRefusalStore } from "../../adapters/in-memory/refusal-store.ts";
import type { ReadRules } from "../../functions/framework/store-events.ts";
import type { Contract } from "../../domain/contract.ts";

/** What taking events needs beside its stores: a contract for everything, and no limit that is ever met. */
export const openDoor = () => ({
  contracts: async (): Promise<Contract[]> => [{}],
  contractsNow: async (): Promise<Contract[]> => [{}],
  readQuota: async (): Promise<number | undefined> => undefined,
  refusals: new InMemoryRefusalStore(),
  rules: async (): Promise<ReadRules> => ({ session_age_days: 36_600 }),
  erased: async () => () => false,
  quotas: new InMemoryQuotaStore(),
  service: "ingest-events",
  audit: { seen: async () => undefined },
  pseudonym: async (student_id: string) => `pseudonym of ${student_id}`,
  limit: async (): Promise<number | undefined> => 1_000_000_000,
});
