import { describe, expect, it } from "vitest";
import type { DynamoDBRecord } from "aws-lambda";
import { InMemorySessionStore } from "../../adapters/in-memory/session-store.ts";
import { InMemorySummaryStore } from "../../adapters/in-memory/summary-store.ts";
import type { SessionStore } from "../../adapters/session-store.ts";
import type { SummaryStore } from "../../adapters/summary-store.ts";
import { readContent } from "../../domain/session-content.ts";
import { Crash, fuse, type CrashPoint, type Fuse } from "../support/fuse.ts";
import { announceSeed, seeded, type Random } from "../support/random.ts";
import { block, type Told } from "../support/torture.ts";
import { differences } from "../support/compare.ts";
import { world } from "../support/world.ts";

function fusedSessions(inner: InMemorySessionStore, { guard, read }: Fuse): SessionStore {
  return {
    put: (arrival) => guard(() => inner.put(arrival)),
    get: (key) => read(() => inner.get(key)),
    existing: (keys) => read(() => inner.existing(keys)),
    onDay: (school_id, day) => read(() => inner.onDay(school_id, day)),
    ofSchool: (school_id) => read(() => inner.ofSchool(school_id)),
    move: (record, day) => guard(() => inner.move(record, day)),
    rewrite: (record, content) => guard(() => inner.rewrite(record, content)),
    mark: (school_id, day, now) => guard(() => inner.mark(school_id, day, now)),
    quarantine: inner.quarantine,
  };
}

function fusedSummaries(inner: InMemorySummaryStore, { guard, read }: Fuse): SummaryStore {
  return {
    stored: (day) => read(() => inner.stored(day)),
    write: (day, version, packed) => guard(() => inner.write(day, version, packed)),
    read: (range) => read(() => inner.read(range)),
    days: (school_id) => read(() => inner.days(school_id)),
    generations: (school_id) => read(() => inner.generations(school_id)),
    point: (school_id, next) => guard(() => inner.point(school_id, next)),
    tidy: (school_id) => guard(() => inner.tidy(school_id)),
  };
}

type Scene = {
  stream: { records: DynamoDBRecord[] };
  fuse: Fuse;
  post: (events: unknown[]) => Promise<unknown>;
  /** Resolves to how many of the records are done with. */
  project: (records: DynamoDBRecord[]) => Promise<number>;
};

/** Posts what is told and delivers what appears, whatever happens, as providers and Lambda do. */
async function play(scene: Scene, told: readonly Told[], random: Random): Promise<void> {
  let posted = 0;
  let delivered = 0;
  while (posted < told.length || delivered < scene.stream.records.length) {
    const waiting = scene.stream.records.length - delivered;
    if (posted < told.length && (waiting === 0 || random.chance(0.5))) {
      const size = 1 + random.below(4);
      const done = await survive(scene.fuse, () =>
        scene.post(told.slice(posted, posted + size).map(({ event }) => event)),
      );
      if (done !== undefined) posted += size;
    } else {
      const size = 1 + random.below(waiting);
      const batch = scene.stream.records.slice(delivered, delivered + size);
      delivered += (await survive(scene.fuse, () => scene.project(batch))) ?? 0;
    }
  }
}

/** undefined when the process died on the way: nobody has seen an answer. */
async function survive<T>({ isDead, restart }: Fuse, task: () => Promise<T>): Promise<T | undefined> {
  const answer = await task().catch((error: unknown) => {
    if (error instanceof Crash) return undefined;
    throw error;
  });
  if (!isDead()) return answer;
  restart();
  return undefined;
}

function shipped(point: CrashPoint | undefined) {
  const stream = { records: [] as DynamoDBRecord[] };
  const safety = fuse(point);
  const views = new InMemorySummaryStore();
  const inner = new InMemorySessionStore(stream);
  const place = world({ sessions: fusedSessions(inner, safety), summaries: fusedSummaries(views, safety) });
  const scene: Scene = {
    stream,
    fuse: safety,
    post: (events) => place.post(events),
    project: async (records) => {
      const { batchItemFailures } = await place.deliver(records);
      const [failed] = batchItemFailures;
      return failed === undefined
        ? records.length
        : records.findIndex((record) => record.dynamodb?.SequenceNumber === failed.itemIdentifier);
    },
  };
  return { scene, views };
}

/** Minutes per day as counters that every stream record adds to and takes from. */
function counting(point: CrashPoint | undefined) {
  const stream = { records: [] as DynamoDBRecord[] };
  const safety = fuse(point);
  const place = world({ sessions: new InMemorySessionStore(stream) });
  const counters = new Map<string, number>();
  const minutesOf = (image: Image) =>
    readContent(image?.["content"]?.S ?? "")?.students.reduce(
      (sum, row) => sum + row.minutes_present + 1,
      0,
    ) ?? 0;
  type Image = NonNullable<DynamoDBRecord["dynamodb"]>["NewImage"];
  const add = (image: Image, sign: 1 | -1) => {
    const day = image?.["day"]?.S;
    if (day === undefined) return Promise.resolve();
    return safety.guard(
      async () => void counters.set(day, (counters.get(day) ?? 0) + sign * minutesOf(image)),
    );
  };
  const scene: Scene = {
    stream,
    fuse: safety,
    post: (events) => place.post(events),
    project: async (records) => {
      for (const { dynamodb } of records) {
        await add(dynamodb?.OldImage, -1);
        await add(dynamodb?.NewImage, 1);
      }
      return records.length;
    },
  };
  return { scene, counters };
}

const seed = announceSeed("crash matrix", 4711);
const SIZE = { sessions: 5, events: 14 };
const WHEN = ["before", "after"] as const;

const pointsOf = (writes: number) =>
  Array.from({ length: writes }, (_, write) => WHEN.map((when): CrashPoint => ({ write, when }))).flat();

describe("a crash before and after every write, with redelivery in other batches", () => {
  it("leaves every summary right", { timeout: 240_000 }, async () => {
    const began = Date.now();
    let runs = 0;
    let wrong = 0;
    for (let story = 0; runs < 25_000; story += 1) {
      const told = block(seed + story, "school", SIZE);
      const random = () => seeded(seed * 7 + story);
      const calm = shipped(undefined);
      await play(calm.scene, told, random());
      wrong += differences(calm.views, told);
      for (const point of pointsOf(calm.scene.fuse.writes())) {
        const { scene, views } = shipped(point);
        await play(scene, told, random());
        runs += 1;
        if (differences(views, told) > 0) wrong += 1;
      }
    }
    console.log(
      `crash matrix: ${runs} runs in ${((Date.now() - began) / 1000).toFixed(1)} s, ${wrong} wrong`,
    );
    expect(wrong).toBe(0);
  });

  it("leaves most counters wrong that were incremented (control)", async () => {
    let runs = 0;
    let wrong = 0;
    for (let story = 0; story < 60; story += 1) {
      const told = block(seed + story, "school", SIZE);
      const calm = counting(undefined);
      await play(calm.scene, told, seeded(story));
      const right = JSON.stringify([...calm.counters].sort());
      for (const point of pointsOf(calm.scene.fuse.writes())) {
        const { scene, counters } = counting(point);
        await play(scene, told, seeded(story));
        runs += 1;
        if (JSON.stringify([...counters].sort()) !== right) wrong += 1;
      }
    }
    console.log(`crash matrix, control: ${((wrong / runs) * 100).toFixed(0)} % of ${runs} runs wrong`);
    expect(wrong / runs).toBeGreaterThan(0.5);
  });
});
