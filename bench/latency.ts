import { performance } from "node:perf_hooks";
import { setTimeout as sleep } from "node:timers/promises";
import { readyProvider } from "../cli/ready-provider.ts";
import { targetOfState } from "../cli/target.ts";
import { stateOf } from "../local/state.ts";
import { startStack } from "../local/stack.ts";
import { sessionEvent } from "./storage.ts";

const SAMPLES = 200;
const WARM_UP = 20;
const DAY = "2026-03-02";

/** From the first byte of a POST to the moment its session stands in the stored summary, on the local stack. */
export async function postToSummary(assembly: string) {
  const stack = await startStack({ assembly, port: 0, output: () => undefined });
  const target = targetOfState(stateOf(stack, {}));
  const key = await readyProvider(target, "local");
  const school = { school_id: "631930", district_id: "D", time_zone: "America/Denver" };
  await target.setup.put({ districts: [], schools: [school], programs: [], providers: [], contacts: [] });
  const headers = { "content-type": "application/json", authorization: `Bearer ${key}` };
  const day = { school_id: "631930", day: DAY };
  const versionOf = async () => (await target.summaries.stored(day))?.version ?? 0;
  const times: number[] = [];
  for (let number = 0; number < SAMPLES + WARM_UP; number += 1) {
    const before = await versionOf();
    const began = performance.now();
    const response = await fetch(`${stack.apiUrl}/v1/events`, {
      method: "POST",
      headers,
      body: JSON.stringify([sessionEvent(number)]),
    });
    if (response.status !== 200) throw new Error(`a post was answered ${response.status}`);
    while ((await versionOf()) === before) await sleep(2);
    if (number >= WARM_UP) times.push(performance.now() - began);
    // posts do not come in step with the stream's poll
    await sleep((number * 37) % 90);
  }
  await stack.close();
  times.sort((a, b) => a - b);
  const at = (quantile: number) =>
    times[Math.min(times.length - 1, Math.floor(quantile * times.length))] ?? Number.NaN;
  return { samples: times.length, p50_ms: at(0.5), p90_ms: at(0.9), p99_ms: at(0.99) };
}
