import * as z from "zod";
import type { TableAccess } from "./query.ts";
import { getDoc, putDoc } from "./setup-store.ts";
import { sweepKey } from "./table.ts";

/** What sweep did last for a school, so that it touches only those that are due. */
export type SweepStore = {
  /** The school-local date on which the daily rules ran last. */
  lastDay(school_id: string): Promise<string | undefined>;
  swept(school_id: string, day: string): Promise<void>;
};

const Swept = z.looseObject({ day: z.string() });

export function dynamoSweepStore(table: TableAccess): SweepStore {
  return {
    lastDay: async (school_id) => {
      const doc = await getDoc(table, sweepKey(school_id));
      return doc === undefined ? undefined : Swept.parse(doc).day;
    },
    swept: (school_id, day) => putDoc(table, { key: sweepKey(school_id), value: { day } }),
  };
}
