import type { DynamoDBRecord } from "aws-lambda";
import { describe, expect, it } from "vitest";
import { arrive, type Arrival } from "../../domain/session-record.ts";
import { InMemorySessionStore } from "../../adapters/in-memory/session-store.ts";
import { announceSeed, seeded } from "../support/random.ts";
import { differences } from "../support/compare.ts";
import { block, type Told } from "../support/torture.ts";
import { world, type World } from "../support/world.ts";

type Tally = {
  events: number;
  changed: number;
  duplicates: number;
  stale: number;
  marks: number;
  redelivered: number;
  recomputes: number;
  differences: number;
};
/** `batch` events in a post; marks are delivered when `marks` of them wait. */
type Size = { blocks: number; sessions: number; events: number; batch: number; marks: number };
type Fault = {
  /** What is done to a stream record before it is delivered. */
  record?: (record: DynamoDBRecord) => DynamoDBRecord;
  /** Which events never reach the store. */
  ignored?: (told: Told) => boolean;
  /** Whether a batch that is delivered again has lost its first mark, and was not used before. */
  losesMarks?: boolean;
  lastWriteWins?: boolean;
};

/** A store that keeps whatever came last. */
class LastWriteStore extends InMemorySessionStore {
  override async put(arrival: Arrival) {
    const { write } = arrive(undefined, arrival);
    this.overwrite(write!);
    return { outcome: "accepted" as const, order: arrival.snapshot.order };
  }
}

async function run(seed: number, size: Size, fault: Fault = {}): Promise<Tally> {
  const tally: Tally = {
    events: 0,
    changed: 0,
    duplicates: 0,
    stale: 0,
    marks: 0,
    redelivered: 0,
    recomputes: 0,
    differences: 0,
  };
  for (let number = 0; number < size.blocks; number += 1) {
    const told = block(seed + number, `school-${number}`, size);
    const random = seeded(seed * 31 + number);
    let posts = 0;
    const clock = () => new Date(Date.UTC(2026, 1, 1) + posts * 60_000);
    const place = fault.lastWriteWins ? lastWriteWorld(clock) : world({ clock });
    const arrivals = new Map<string, number>();
    for (let at = 0; at < told.length; at += size.batch) {
      const batch = told.slice(at, at + size.batch).filter((one) => !fault.ignored?.(one));
      const answer = await place.post(batch.map(({ event }) => event));
      for (const { meaning } of batch.filter(({ meaning: { kind } }) => kind === "c" || kind === "x")) {
        arrivals.set(meaning.key, Math.min(arrivals.get(meaning.key) ?? Infinity, clock().getTime()));
      }
      posts += 1;
      const { results } = JSON.parse(answer.body ?? "{}") as { results: { result: string }[] };
      tally.events += results.length;
      for (const { result } of results) {
        if (result === "accepted") tally.changed += 1;
        else if (result === "duplicate") tally.duplicates += 1;
        else if (result === "stale") tally.stale += 1;
        else throw new Error(`an event was ${result}`);
      }
      if (place.stream.records.length >= size.marks) await deliver(place, { random, tally, fault });
    }
    await deliver(place, { random, tally, fault });
    tally.recomputes += [...place.views.views.values()].reduce((sum, view) => sum + view.version, 0);
    tally.differences += differences(place.views, told) + wrongArrivals(place, arrivals);
  }
  return tally;
}

/** Records whose first report is not the earliest final snapshot that arrived. */
function wrongArrivals(place: World, arrivals: Map<string, number>): number {
  const wrong = [...place.sessions.facts.values()].filter(
    ({ school_id, session_id, first_reported_at: first }) => {
      const expected = arrivals.get(`${school_id}/${session_id}`);
      return (first === undefined ? undefined : Date.parse(first)) !== expected;
    },
  );
  return wrong.length;
}

function lastWriteWorld(clock: () => Date): World {
  const stream = { records: [] as DynamoDBRecord[] };
  const sessions = new LastWriteStore(stream);
  return { ...world({ sessions, clock }), stream, sessions };
}

async function deliver(
  place: World,
  { random, tally, fault }: { random: ReturnType<typeof seeded>; tally: Tally; fault: Fault },
) {
  const records = place.stream.records.splice(0).map((record) => fault.record?.(record) ?? record);
  tally.marks += records.length;
  if (random.chance(0.2) && records.length > 1) {
    const cut = 1 + random.below(records.length - 1);
    tally.redelivered += cut;
    await place.deliver(records.slice(0, cut));
    // what had not been used at the first delivery does not come at the second
    if (fault.losesMarks) return void (await place.deliver(records.slice(0, cut)));
    await place.deliver(random.chance(0.5) ? random.shuffle([...records]) : records);
    return;
  }
  await place.deliver(records);
}

const seed = announceSeed("torture", 20261123);
const SMALL = { blocks: 40, sessions: 60, events: 220, batch: 20, marks: 1 };

describe("a million events, in any order, as often as they like", () => {
  it(
    "come to what a plain oracle says, recomputing only when a mark is delivered",
    { timeout: 240_000 },
    async () => {
      const began = Date.now();
      const tally = await run(seed, { blocks: 100, sessions: 2900, events: 10_000, batch: 500, marks: 400 });
      const share = (part: number) => `${((part / tally.events) * 100).toFixed(1)} %`;
      console.log(
        `torture: ${tally.events} events in ${((Date.now() - began) / 1000).toFixed(1)} s: ${share(tally.changed)} changed something, ` +
          `${share(tally.duplicates)} duplicates, ${share(tally.stale)} stale; ${tally.marks} marks, ` +
          `${((tally.redelivered / tally.marks) * 100).toFixed(1)} % redelivered, ${tally.recomputes} recomputes; ${tally.differences} differences`,
      );
      expect(tally.events).toBeGreaterThanOrEqual(1_000_000);
      expect(tally.differences).toBe(0);
    },
  );

  it.each<[string, Fault]>([
    ["the old day is not marked when a session moves", { record: withoutOldImage }],
    ["voids are ignored", { ignored: ({ meaning }) => meaning.kind === "v" }],
    ["a mark is lost in a redelivery", { losesMarks: true }],
    ["the last write wins instead of the highest revision", { lastWriteWins: true }],
  ])("is noticed to go wrong when %s (control)", async (_, fault) => {
    expect((await run(seed, SMALL)).differences).toBe(0);
    expect((await run(seed, SMALL, fault)).differences).toBeGreaterThan(0);
  });
});

function withoutOldImage(record: DynamoDBRecord): DynamoDBRecord {
  return { ...record, dynamodb: { ...record.dynamodb!, OldImage: undefined } };
}
