import { ProvisionedThroughputExceededException } from "@aws-sdk/client-dynamodb";
import type { DynamoDBRecord } from "aws-lambda";
import { describe, expect, it } from "vitest";
import { InMemorySessionStore } from "../../adapters/in-memory/session-store.ts";
import { InMemorySummaryStore } from "../../adapters/in-memory/summary-store.ts";
import { unpack } from "../../domain/summary-packing.ts";
import { ingestEvents } from "../../functions/ingest-events/handler.ts";
import { summarizeSchool } from "../../functions/summarize-school/handler.ts";
import { openDoor } from "../support/door.ts";
import { completed, request, ZONE } from "../support/world.ts";

const MINUTE = 60_000;
const TEN_MINUTES = 10 * MINUTE;
const SIX_HOURS = 360 * MINUTE;
const CALL = 2 * MINUTE;

/** A table that refuses everything for ten minutes of a clock that only sleeping moves. */
function throttledWorld() {
  const time = { now: 0 };
  const stream = { records: [] as DynamoDBRecord[] };
  const views = new InMemorySummaryStore();
  const refuse = <T extends object>(inner: T): T =>
    new Proxy(inner, {
      get: (target, name) => {
        const member = Reflect.get(target, name) as unknown;
        if (typeof member !== "function") return member;
        return async (...args: unknown[]) => {
          if (time.now < TEN_MINUTES)
            throw new ProvisionedThroughputExceededException({ $metadata: {}, message: "" });
          return (member as (...all: unknown[]) => unknown).apply(target, args);
        };
      },
    });
  const inner = new InMemorySessionStore(stream);
  const kept: DynamoDBRecord[] = [];
  const sleep = async (milliseconds: number) => void (time.now += milliseconds);
  const summarize = summarizeSchool({
    sessions: refuse<InMemorySessionStore>(inner),
    summaries: refuse<InMemorySummaryStore>(views),
    failures: { keep: async (record) => void kept.push(record) },
    runRules: async () => undefined,
    sleep,
    log: () => undefined,
  });
  const ingest = (sessions: InMemorySessionStore) =>
    ingestEvents({
      sessions,
      zones: async () => ZONE,
      ...openDoor(),
      clock: () => new Date("2026-03-02T18:00:00Z"),
      log: () => undefined,
      openapi: () => "",
    });
  return { time, stream, views, inner, kept, sleep, summarize, ingest, refuse };
}

const events = Array.from({ length: 40 }, (_, number) => completed({ session_id: `S-${number}` }));

describe("ten minutes of throttling", () => {
  it("loses nothing on the stream and gives nothing up", async () => {
    const place = throttledWorld();
    await place.ingest(place.inner)(request(events));
    let left = place.stream.records.splice(0);
    let calls = 0;
    let oldest = 0;
    while (left.length > 0) {
      const deadline = place.time.now + CALL;
      const answer = await place.summarize(
        { Records: left },
        { getRemainingTimeInMillis: () => deadline - place.time.now },
      );
      calls += 1;
      const failed = answer.batchItemFailures[0]?.itemIdentifier;
      left =
        failed === undefined
          ? []
          : left.slice(left.findIndex((record) => record.dynamodb?.SequenceNumber === failed));
      oldest = place.time.now;
      await place.sleep(1000);
    }
    console.log(
      `throttling: ${calls} calls, through after ${Math.round(oldest / 1000)} s of the simulated clock`,
    );
    expect(place.kept).toEqual([]);
    expect(oldest).toBeGreaterThanOrEqual(TEN_MINUTES);
    expect(oldest).toBeLessThan(SIX_HOURS);
    expect(calls).toBeLessThan(20);
    expect(unpack([...place.views.views.values()][0]!.packed).student_sessions).toHaveLength(events.length);
  });

  it("acknowledges nothing that is not stored, and tells a provider when to come again", async () => {
    const place = throttledWorld();
    const ingest = place.ingest(place.refuse<InMemorySessionStore>(place.inner));
    const answer = await ingest(request(events));
    expect(answer.statusCode).toBe(503);
    expect(answer.headers?.["retry-after"]).toBe("5");
    const { results } = JSON.parse(answer.body ?? "") as { results: { index: number; result: string }[] };
    expect(results.map(({ index, result }) => [index, result])).toEqual(
      events.map((_, index) => [index, "not_stored"]),
    );
    expect(place.inner.facts.size).toBe(0);
    await place.sleep(TEN_MINUTES);
    expect((await ingest(request(events))).statusCode).toBe(200);
    expect(place.inner.facts.size).toBe(events.length);
  });
});
