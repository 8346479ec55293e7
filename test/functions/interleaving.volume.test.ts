import fc, { type Scheduler } from "fast-check";
import { describe, expect, it } from "vitest";
import { InMemorySessionStore } from "../../adapters/in-memory/session-store.ts";
import { InMemorySummaryStore } from "../../adapters/in-memory/summary-store.ts";
import type { SchoolDay } from "../../adapters/summary-store.ts";
import { summarize } from "../../domain/day-summary.ts";
import { snapshotOf } from "../../domain/session-record.ts";
import { SessionEvent } from "../../domain/session-event.ts";
import { pack } from "../../domain/summary-packing.ts";
import { summarizeDay } from "../../adapters/summarize-day.ts";
import { announceSeed } from "../support/random.ts";
import { completed } from "../support/world.ts";

const DAY: SchoolDay = { school_id: "631930", day: "2026-03-02" };
const CONTENTS = [10, 20].map((minutes_present) => {
  const event = completed({ students: [{ student_id: "1", attendance_status: "present", minutes_present }] });
  return snapshotOf(SessionEvent.parse(event), "p").content;
});

/** What the day's session says next: one of two contents, or that the day is empty. */
type Change = 0 | 1 | "empty";
/** A change, after how many turns of the others it comes, and whom its mark wakes. */
type Step = { change: Change; pauses: number; consumer: number };
type Views = InMemorySummaryStore;

class Unconditional extends InMemorySummaryStore {
  override async write(day: SchoolDay, _: number, packed: string) {
    return super.write(day, (await super.stored(day))?.version ?? 0, packed);
  }
}
class SkipsWhenEqual extends InMemorySummaryStore {
  override async write(day: SchoolDay, version: number, packed: string) {
    const stored = this.views.get(`${day.school_id}/${day.day}`);
    return stored?.packed === packed || super.write(day, version, packed);
  }
}
const EMPTY = pack(summarize([]));
class DeletesEmpty extends InMemorySummaryStore {
  override async write(day: SchoolDay, version: number, packed: string) {
    const written = await super.write(day, version, packed);
    if (written && packed === EMPTY) this.views.delete(`${day.school_id}/${day.day}`);
    return written;
  }
}

/** Writers change the session; each change marks the day for one of the consumers, who run side by side. */
async function race(scheduler: Scheduler, { changes, views }: { changes: Step[]; views: Views }) {
  const sessions = new InMemorySessionStore();
  const deps = {
    sessions: {
      onDay: scheduler.scheduleFunction((school_id: string, day: string) => sessions.onDay(school_id, day)),
    },
    summaries: {
      stored: scheduler.scheduleFunction((day: SchoolDay) => views.stored(day)),
      write: scheduler.scheduleFunction((day: SchoolDay, version: number, packed: string) =>
        views.write(day, version, packed),
      ),
      read: () => Promise.resolve([]),
      generations: scheduler.scheduleFunction((school_id: string) => views.generations(school_id)),
      days: () => Promise.resolve([]),
      point: () => Promise.resolve(true),
      tidy: () => Promise.resolve(),
    },
  };
  const queues = new Map<number, Promise<unknown>>();
  const tell = async (order: number, { change, pauses }: Step) => {
    for (let pause = 0; pause <= pauses; pause += 1)
      await scheduler.schedule(Promise.resolve(), "a provider waits");
    const day = change === "empty" ? undefined : DAY.day;
    const content = change === "empty" ? "{}" : CONTENTS[change]!;
    sessions.overwrite({
      school_id: DAY.school_id,
      provider_id: "p",
      session_id: "s",
      order,
      content,
      day,
      first_reported_at: undefined,
    });
  };
  const work = (async () => {
    for (const [order, step] of changes.entries()) {
      await tell(order, step);
      const { consumer } = step;
      const before = queues.get(consumer) ?? Promise.resolve();
      queues.set(
        consumer,
        before.then(() => summarizeDay(deps, DAY)),
      );
    }
    await Promise.all(queues.values());
  })();
  await scheduler.waitFor(work);
  const stored = views.views.get(`${DAY.school_id}/${DAY.day}`)?.packed ?? EMPTY;
  return stored === pack(summarize(await sessions.onDay(DAY.school_id, DAY.day)));
}

const seed = announceSeed("interleavings", 97);

const raceProperty = (consumers: number, views: () => Views) =>
  fc.asyncProperty(
    fc.scheduler(),
    fc.array(
      fc.record({
        change: fc.constantFrom<Change>(0, 1, "empty"),
        pauses: fc.nat({ max: 5 }),
        consumer: fc.nat({ max: consumers - 1 }),
      }),
      { minLength: 2, maxLength: 6 },
    ),
    async (scheduler, changes) => race(scheduler, { changes, views: views() }),
  );

describe("several consumers on one school's day", () => {
  it.each([2, 3])("%i of them leave the summary right in 5,000 interleavings", async (consumers) => {
    const result = await fc.check(
      raceProperty(consumers, () => new InMemorySummaryStore()),
      { numRuns: 5000, seed },
    );
    expect(result.failed, JSON.stringify(result.counterexample?.[1])).toBe(false);
    expect(result.numRuns).toBe(5000);
  });

  it.each<[string, () => Views]>([
    ["writes have no version condition", () => new Unconditional()],
    ["a write is skipped when the content is equal", () => new SkipsWhenEqual()],
    ["an empty day is deleted", () => new DeletesEmpty()],
  ])("are caught when %s (control)", async (_, views) => {
    const result = await fc.check(raceProperty(2, views), { numRuns: 5000, seed });
    expect(result.failed).toBe(true);
  });
});
