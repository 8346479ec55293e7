import { expect, it } from "vitest";
import { InMemorySetupStore } from "../../adapters/in-memory/setup-store.ts";
import { InMemorySummaryStore } from "../../adapters/in-memory/summary-store.ts";
import { readFacts, reportOf } from "../../cli/report.ts";
import { nothingSetUp } from "../../domain/setup.ts";
import { pack } from "../../domain/summary-packing.ts";
import { dayOf, row } from "../support/school.ts";

it("a report counts no day that has not come at its school, as the API counts none", async () => {
  const school = { school_id: "A", district_id: "D", time_zone: "America/Denver" };
  const setup = new InMemorySetupStore({ ...nothingSetUp(), schools: [school] });
  const summaries = new InMemorySummaryStore();
  for (const day of ["2026-03-03", "2026-03-04", "2027-03-04"])
    await summaries.write(
      { school_id: "A", day },
      0,
      pack(dayOf(day, [row(day, "present", { student_id: day })]).summary),
    );
  const minutes = async (now: string, more: object = {}) => {
    const asked = { from: "0000-00-00", to: "9999-12-31", now: new Date(now), ...more };
    return reportOf(await readFacts({ setup, summaries }, asked), 30).unmatched.total_minutes;
  };
  // in Denver the fourth of March begins at seven in the morning of UTC
  expect(await minutes("2026-03-04T06:59:59Z")).toBe(30);
  expect(await minutes("2026-03-04T07:00:00Z")).toBe(60);
  expect(await minutes("2026-03-04T07:00:00Z", { to: "2026-03-03" })).toBe(30);
  expect(await minutes("2028-01-01T00:00:00Z")).toBe(90);
});
