import { dynamoAlertStore } from "../../adapters/alert-store.ts";
import type { TableAccess } from "../../adapters/query.ts";
import {
  groupsOf,
  providerPartitions,
  schoolPartitions,
  type OpenTable,
  type Partitions,
  type ReaderConfig,
} from "../../adapters/reader-sessions.ts";
import { refusalReader } from "../../adapters/refusal-store.ts";
import { dynamoSessionStore } from "../../adapters/session-store.ts";
import { dynamoSetupStore } from "../../adapters/setup-store.ts";
import { dynamoSummaryStore } from "../../adapters/summary-store.ts";
import { concurrently } from "../../adapters/concurrently.ts";
import type { OpenWall, ProviderStores, Reach, SchoolStores } from "./wall.ts";

const WIDTH = 8;

const schoolStores = (table: TableAccess, stamps: TableAccess): SchoolStores => ({
  summaries: dynamoSummaryStore(table),
  setup: dynamoSetupStore(table),
  alerts: dynamoAlertStore(table, stamps),
});
const providerStores = (table: TableAccess): ProviderStores => ({
  refusals: refusalReader(table),
  quarantine: dynamoSessionStore(table).quarantine,
});

/**
 * Opens database sessions that reach what the caller may, a dozen schools at a time, and no more. `stamps`: the table
 * before the wall, where changes are counted.
 */
export const openWall =
  (open: OpenTable, config: ReaderConfig, stamps: TableAccess): OpenWall =>
  async (reach, caller) => {
    const schools = new Map<string, SchoolStores>();
    const providers = new Map<string, ProviderStores>();
    await concurrently(groupsOf(wantedOf(reach), config), WIDTH, async ({ names, partitions }) => {
      const table = await open(partitions, caller);
      for (const { kind, id } of names)
        if (kind === "school") schools.set(id, schoolStores(table, stamps));
        else providers.set(id, providerStores(table));
    });
    return { school: (id) => opened(schools, id), provider: (id) => opened(providers, id) };
  };

function opened<Stores>(stores: ReadonlyMap<string, Stores>, id: string): Stores {
  const found = stores.get(id);
  if (found === undefined) throw new Error("something was asked for that the caller's grants do not reach");
  return found;
}

type Wanted = {
  name: { kind: "school" | "provider"; id: string };
  partitions: Partitions;
};

function wantedOf({ schools, providers, elsewhere }: Reach): Wanted[] {
  return [
    ...schools.map(({ school_id, level }): Wanted => ({
      name: { kind: "school", id: school_id },
      partitions: schoolPartitions(school_id, level),
    })),
    ...elsewhere.map((school_id): Wanted => ({
      name: { kind: "school", id: school_id },
      partitions: schoolPartitions(school_id, "totals"),
    })),
    ...providers.map((provider_id): Wanted => ({
      name: { kind: "provider", id: provider_id },
      partitions: providerPartitions(provider_id),
    })),
  ];
}
