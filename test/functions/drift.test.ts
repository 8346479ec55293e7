import { describe, expect, it } from "vitest";
import { InMemorySetupStore } from "../../adapters/in-memory/setup-store.ts";
import type { DriftReport } from "../../adapters/drift-store.ts";
import { summarize } from "../../domain/day-summary.ts";
import { Setup } from "../../domain/setup.ts";
import { pack } from "../../domain/summary-packing.ts";
import { checkDrift, type DriftDeps } from "../../functions/check-drift/handler.ts";
import { completed, voided, world, ZONE } from "../support/world.ts";

const DAY = "2026-03-02";
const EMPTY = pack(summarize([]));

async function scene(overrides: Partial<DriftDeps> = {}) {
  const place = world();
  await place.post([
    completed({ school_id: "A", session_id: "1" }),
    completed({ school_id: "A", session_id: "2" }),
  ]);
  await place.deliver(place.stream.records.splice(0));
  const school = (school_id: string) => ({ school_id, district_id: "D", time_zone: ZONE });
  const reports: DriftReport[] = [];
  const lines: { event?: string }[] = [];
  const look = checkDrift({
    setup: new InMemorySetupStore(Setup.parse({ schools: [school("A"), school("B")] })),
    sessions: place.sessions,
    summaries: place.views,
    reports: { put: async (report) => void reports.push(report) },
    clock: () => new Date("2026-03-05T09:00:00Z"),
    sleep: async () => undefined,
    log: (line) => void lines.push(line),
    ...overrides,
  });
  return { place, look, reports, lines };
}

describe("the nightly look at the views", () => {
  it("finds nothing where they are what the facts say", async () => {
    const { look, lines } = await scene();
    // four weeks back, this one and the next, at two schools
    expect(await look()).toMatchObject({ days: 84, drift: [], counted_twice: [] });
    expect(lines.map(({ event }) => event)).toEqual(["checked"]);
  });

  it("finds a day that differs, marks it, and raises the alarm", async () => {
    const { place, look, lines, reports } = await scene();
    const stored = await place.views.stored({ school_id: "A", day: DAY });
    await place.views.write({ school_id: "A", day: DAY }, stored!.version, EMPTY);
    expect((await look()).drift).toEqual([{ school_id: "A", day: DAY }]);
    expect(lines.map(({ event }) => event)).toEqual(["drift", "checked"]);
    expect(reports).toHaveLength(1);
    await place.deliver(place.stream.records.splice(0));
    expect((await look()).drift).toEqual([]);
  });

  it("does not call it drift where a report is just on its way, and does where it never arrives", async () => {
    const { place, look } = await scene({ sleep: async () => undefined });
    const late = await scene({
      // between the two looks the stream comes through
      sleep: async () => late.place.deliver(late.place.stream.records.splice(0)),
    });
    for (const one of [place, late.place]) await one.post(completed({ school_id: "A", session_id: "3" }));
    expect((await late.look()).drift).toEqual([]);
    expect((await look()).drift).toEqual([{ school_id: "A", day: DAY }]);
  });

  it("names a session that counts in two schools, until it is voided at one", async () => {
    const { place, look, lines } = await scene();
    await place.post(completed({ school_id: "B", session_id: "1" }));
    await place.deliver(place.stream.records.splice(0));
    expect((await look()).counted_twice).toEqual(["north-star/1"]);
    expect(lines.map(({ event }) => event)).toContain("counted_twice");
    await place.post(voided({ school_id: "A", session_id: "1" }));
    await place.deliver(place.stream.records.splice(0));
    expect((await look()).counted_twice).toEqual([]);
  });
});
