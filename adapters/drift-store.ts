import * as z from "zod";
import type { TableAccess } from "./query.ts";
import { getDoc, putDoc } from "./setup-store.ts";
import { DRIFT_KEY } from "./table.ts";

const SchoolDay = z.strictObject({ school_id: z.string(), day: z.string() });
/** What the nightly look at the views found. */
export const DriftReport = z.strictObject({
  /** ISO instant. */
  at: z.string(),
  days: z.int(),
  /** Views that were not what their facts say, at most 100. */
  drift: z.array(SchoolDay),
  /** Sessions that count in two schools, as provider/session, at most 100. */
  counted_twice: z.array(z.string()),
});
export type DriftReport = z.infer<typeof DriftReport>;

export type DriftStore = {
  last(): Promise<DriftReport | undefined>;
  put(report: DriftReport): Promise<void>;
};

export function dynamoDriftStore(table: TableAccess): DriftStore {
  return {
    last: async () => {
      const doc = await getDoc(table, DRIFT_KEY);
      return doc === undefined ? undefined : DriftReport.parse(doc);
    },
    put: (value) => putDoc(table, { key: DRIFT_KEY, value }),
  };
}
