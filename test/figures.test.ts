import { readFileSync } from "node:fs";
import { join } from "node:path";
import { deflateRawSync } from "node:zlib";
import { describe, expect, it } from "vitest";
import { InMemorySessionStore } from "../adapters/in-memory/session-store.ts";
import { InMemorySummaryStore } from "../adapters/in-memory/summary-store.ts";
import { summarizeDay } from "../adapters/summarize-day.ts";
import { arrival, SIZES } from "../bench/storage.ts";
import { PACE } from "../dashboard/rhythm.ts";
import { OVERRUN_MINUTES } from "../domain/session-event.ts";
import { DEFAULT_EVENTS_PER_MINUTE } from "../domain/setup.ts";
import { pack } from "../domain/summary-packing.ts";
import { TOLERANCE_MINUTES } from "../domain/time-faults.ts";
import { MAX_BODY_BYTES, MAX_EVENTS } from "../functions/ingest-events/read-body.ts";
import { bundleBytes, functionNames } from "../build/functions.ts";

/** Figures of README and guide, read from the build and from what decides them. Those of a run stand in `npm run bench`. */

const read = (name: string) => readFileSync(join(import.meta.dirname, "..", name), "utf8");
const [README, GUIDE] = [read("README.md"), read("docs/provider-guide.md")];
const number = (value: number) => value.toLocaleString("en-US");
const megabytes = MAX_BODY_BYTES / 1024 ** 2;

async function packedBytes(count: number): Promise<number> {
  const sessions = new InMemorySessionStore({ records: [] });
  const summaries = new InMemorySummaryStore();
  for (let place = 0; place < count; place += 1) await sessions.put(arrival(place));
  const { after } = await summarizeDay({ sessions, summaries }, { school_id: "631930", day: "2026-03-02" });
  return deflateRawSync(pack(after), { level: 9 }).length;
}

describe("the figures of README and guide", () => {
  it("of bundles are those of the build", () => {
    const sizes = functionNames().map((name) => Math.round(bundleBytes(name) / 1000));
    expect(README.match(/Cold starts load \d+ to \d+ KB/)?.[0]).toBe(
      `Cold starts load ${Math.min(...sizes)} to ${Math.max(...sizes)} KB`,
    );
    const limit = Number(README.match(/keeps `notify` below (\d+) KB/)?.[1]);
    expect([limit > 0, bundleBytes("notify") < limit * 1000]).toEqual([true, true]);
  });

  it("of a day's summary are those of the packing", async () => {
    const bytes = await Promise.all(SIZES.map(packedBytes));
    expect(README.match(/\| bytes of the day's summary .*/)?.[0]).toBe(
      `| bytes of the day's summary | ${bytes.map(number).join(" | ")} |`,
    );
  });

  it.each([
    ["a request in the README", README, `one event or up to ${MAX_EVENTS} (${megabytes} MB)`],
    ["a request in the guide", GUIDE, `up to ${MAX_EVENTS} events, ${megabytes} MB`],
    ["a minute", README, `\`events_per_minute\` (${number(DEFAULT_EVENTS_PER_MINUTE)})`],
    ["clocks", GUIDE, `may not lie more than ${TOLERANCE_MINUTES} minutes in the future`],
    ["minutes over the schedule", GUIDE, `up to ${OVERRUN_MINUTES} minutes over`],
    [
      "an open page",
      README,
      `every ${PACE.active_ms / 1000} s for two minutes after a touch, then every ${PACE.idle_ms / 1000} s`,
    ],
  ])("of %s are those of the code", (_, text, said) => {
    expect(text).toContain(said);
    expect(PACE.active_for_ms).toBe(2 * 60_000);
  });
});
