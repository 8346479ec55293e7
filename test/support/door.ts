import { InMemoryQuotaStore } from "../../adapters/in-memory/quota-store.ts";
import { InMemoryRefusalStore } from "../../adapters/in-memory/refusal-store.ts";
import { InMemoryStampStore } from "../../adapters/in-memory/stamp-store.ts";
import { openRefusals } from "../../functions/framework/refusals.ts";
import type { Contract } from "../../domain/contract.ts";

/** What taking events needs beside its stores: a contract for everything, and no limit that is ever met. */
export function openDoor() {
  const stamps = new InMemoryStampStore();
  const refusals = new InMemoryRefusalStore(stamps);
  return {
    ...OPEN,
    refusals,
    openRefusals: openRefusals(refusals, stamps),
    quotas: new InMemoryQuotaStore(),
  };
}

const OPEN = {
  contracts: async (): Promise<Contract[]> => [{}],
  idPattern: async (): Promise<RegExp | undefined> => undefined,
  erased: async () => () => false,
  service: "ingest-events",
  audit: { seen: async () => undefined },
  pseudonym: async (student_id: string) => `pseudonym of ${student_id}`,
  limit: async (): Promise<number | undefined> => 1_000_000_000,
};
