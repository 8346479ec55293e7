import * as z from "zod";
import type { TableAccess } from "./query.ts";
import { getDoc, putDoc } from "./setup-store.ts";
import { sweepKey } from "./table.ts";

const SweepState = z.strictObject({
  /** The school-local date on which the daily rules ran last. */
  day: z.string(),
  /** A hash of the set-up that they went by. */
  basis: z.string().optional(),
  /** Providers that were seen to post schedules. */
  scheduling: z.array(z.string()),
});
export type SweepState = z.infer<typeof SweepState>;

/** What sweep did last for a school, so that it touches only those that are due. */
export type SweepStore = {
  state(school_id: string): Promise<SweepState | undefined>;
  swept(school_id: string, state: SweepState): Promise<void>;
};

export function dynamoSweepStore(table: TableAccess): SweepStore {
  return {
    state: async (school_id) => {
      const doc = await getDoc(table, sweepKey(school_id));
      return doc === undefined ? undefined : SweepState.parse(doc);
    },
    swept: (school_id, value) => putDoc(table, { key: sweepKey(school_id), value }),
  };
}
