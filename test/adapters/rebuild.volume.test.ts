import { setImmediate, setTimeout as sleep } from "node:timers/promises";
import { describe, expect, it } from "vitest";
import { InMemorySessionStore, type Stream } from "../../adapters/in-memory/session-store.ts";
import { InMemorySummaryStore } from "../../adapters/in-memory/summary-store.ts";
import { rebuildSchool, type RebuildDeps } from "../../adapters/rebuild.ts";
import type { SummaryStore } from "../../adapters/summary-store.ts";
import { summarize } from "../../domain/day-summary.ts";
import { addDays } from "../../domain/school-day.ts";
import { SessionEvent } from "../../domain/session-event.ts";
import { arrivalOf, snapshotOf } from "../../domain/session-record.ts";
import { pack } from "../../domain/summary-packing.ts";
import { Crash, fuse } from "../support/fuse.ts";
import { announceSeed, seeded, type Random } from "../support/random.ts";
import { completed, voided, world } from "../support/world.ts";

const seed = announceSeed("rebuild", 4242);
const FIRST = "2025-09-01";
const NOW = new Date("2026-06-01T12:00:00Z");

type Shape = { school_id: string; sessions: number; days: number };

async function load(
  sessions: InMemorySessionStore,
  { school_id, sessions: count, days }: Shape,
): Promise<void> {
  for (let number = 0; number < count; number += 1) {
    const day = addDays(FIRST, number % days);
    const event = completed({
      session_id: `S-${number}`,
      school_id,
      scheduled_start: `${day}T1${number % 8}:00:00-07:00`,
      tutor_id: `T-${number % 30}`,
      students: [0, 1, 2].map((at) => ({
        student_id: `${(number * 3 + at) % 900}`,
        attendance_status: "present",
      })),
    });
    await sessions.put(arrivalOf(snapshotOf(SessionEvent.parse(event), "north-star"), day, NOW));
  }
}

/** Every day as its facts say, and what the store says that counts. */
async function wrongDays({ sessions, summaries }: RebuildDeps, school_id: string): Promise<string[]> {
  const stored = await summaries.read({ school_id, from: "0000", to: "9999" });
  const records = await sessions.ofSchool(school_id);
  const days = new Set(records.flatMap(({ day }) => day ?? []));
  const wrong: string[] = [];
  for (const { day, packed } of stored) {
    days.delete(day);
    if (packed !== pack(summarize(await sessions.onDay(school_id, day)))) wrong.push(day);
  }
  return [...wrong, ...days];
}

async function bytesOf(summaries: SummaryStore, school_id: string): Promise<string> {
  const stored = await summaries.read({ school_id, from: "0000", to: "9999" });
  return JSON.stringify(stored.map(({ day, packed }) => [day, packed]));
}

describe("a rebuild", () => {
  it(
    "of 100,000 sessions takes less than 30 s, and is identical to the byte",
    { timeout: 240_000 },
    async () => {
      const stream: Stream = { records: [] };
      const sessions = new InMemorySessionStore(stream);
      const summaries = new InMemorySummaryStore();
      const schools = ["A", "B", "C", "D", "E"];
      for (const school_id of schools) await load(sessions, { school_id, sessions: 20_000, days: 180 });
      stream.records.splice(0);
      const deps = { sessions, summaries };
      for (const school_id of schools) await rebuildSchool(deps, school_id);
      const before = await Promise.all(schools.map((school_id) => bytesOf(summaries, school_id)));
      const began = Date.now();
      for (const school_id of schools) await rebuildSchool(deps, school_id);
      const seconds = (Date.now() - began) / 1000;
      const after = await Promise.all(schools.map((school_id) => bytesOf(summaries, school_id)));
      console.log(`rebuild: 100,000 sessions in ${seconds.toFixed(1)} s`);
      expect(after).toEqual(before);
      expect(await summaries.generations("A")).toMatchObject({ current: 2 });
      expect(seconds).toBeLessThan(30);
      for (const school_id of schools) await summaries.tidy(school_id);
      expect([...summaries.views.values()].every(({ generation }) => generation === 2)).toBe(true);
      expect(await Promise.all(schools.map((school_id) => bytesOf(summaries, school_id)))).toEqual(before);
    },
  );

  it("killed at 20 random points goes on where it was, and readers see the old or the new, never a mixture", async () => {
    const random = seeded(seed);
    let [mixtures, kills, looks] = [0, 0, 0];
    for (let round = 0; round < 20; round += 1) {
      const sessions = new InMemorySessionStore({ records: [] });
      const summaries = new InMemorySummaryStore();
      await load(sessions, { school_id: "A", sessions: 600, days: 120 });
      // what counts before is recognisably old: every day empty
      for (let day = 0; day < 120; day += 1)
        await summaries.write({ school_id: "A", day: addDays(FIRST, day) }, 0, pack(summarize([])));
      const old = await bytesOf(summaries, "A");
      const blown = fuse({ write: random.below(125), when: random.chance(0.5) ? "before" : "after" });
      const guarded: SummaryStore = {
        ...bound(summaries),
        write: (day, version, packed) => blown.guard(() => summaries.write(day, version, packed)),
        point: (school_id, next) => blown.guard(() => summaries.point(school_id, next)),
      };
      let done = false;
      const reader = (async () => {
        const seen: string[] = [];
        while (!done) {
          seen.push(await bytesOf(summaries, "A"));
          await setImmediate();
        }
        return seen;
      })();
      let generation = Number.NaN;
      while (Number.isNaN(generation)) {
        try {
          const yielding = {
            onDay: async (...args: [string, string]) => setImmediate().then(() => sessions.onDay(...args)),
            ofSchool: () => sessions.ofSchool("A"),
          };
          ({ generation } = await rebuildSchool({ sessions: yielding, summaries: guarded }, "A"));
        } catch (error) {
          if (!(error instanceof Crash)) throw error;
          kills += 1;
          blown.restart();
        }
      }
      done = true;
      const seen = await reader;
      const fresh = await bytesOf(summaries, "A");
      looks += seen.length;
      mixtures += seen.filter((bytes) => bytes !== old && bytes !== fresh).length;
      expect(await wrongDays({ sessions, summaries }, "A")).toEqual([]);
    }
    console.log(`rebuild: killed ${kills} times in 20 runs, ${looks} looks, ${mixtures} mixtures`);
    expect([kills, mixtures]).toEqual([20, 0]);
    expect(looks).toBeGreaterThan(100);
  });

  it("begins anew where another version of the code left off, and looks at no view to find its days", async () => {
    const sessions = new InMemorySessionStore({ records: [] });
    const summaries = new InMemorySummaryStore();
    await load(sessions, { school_id: "A", sessions: 60, days: 30 });
    const half = { current: 0, building: 1, cursor: "2025-09-25", left: 4, code: "0", version: 1 };
    expect(await summaries.point("A", half)).toBe(true);
    await summaries.write({ school_id: "A", day: FIRST, generation: 1 }, 0, "of the faulty version");
    await summaries.write({ school_id: "A", day: FIRST }, 0, "damaged");
    const rebuilt = await rebuildSchool({ sessions, summaries }, "A");
    expect(rebuilt).toMatchObject({ generation: 2, days: 30, resumed: false });
    expect(await wrongDays({ sessions, summaries }, "A")).toEqual([]);
  });

  /** Posts, moves and voids 200 sessions a second for as long as the rebuild takes. */
  async function underLoad({ both }: { both: boolean }) {
    const random = seeded(seed + 1);
    const place = world({ clock: () => NOW });
    const views = place.views;
    await load(place.sessions, { school_id: "631930", sessions: 3000, days: 100 });
    for (let day = 0; day < 100; day += 1)
      await views.write(
        { school_id: "631930", day: addDays(FIRST, day) },
        0,
        pack(summarize(await place.sessions.onDay("631930", addDays(FIRST, day)))),
      );
    place.stream.records.splice(0);
    const generations = views.generations.bind(views);
    // the control: whoever recomputes a reported day knows nothing of the new generation
    if (!both)
      views.generations = async (school_id) => {
        const { current, version } = await generations(school_id);
        return { current, version };
      };
    const slow: RebuildDeps = {
      sessions: {
        onDay: async (...args) => sleep(30).then(() => place.sessions.onDay(...args)),
        ofSchool: (id) => place.sessions.ofSchool(id),
      },
      summaries: both ? views : { ...bound(views), generations },
    };
    let going = true;
    let writes = 0;
    const write = async () => {
      const began = Date.now();
      while (going) {
        while (writes < ((Date.now() - began) / 1000) * 200) {
          writes += 1;
          await place.post(changeOf(random, writes));
        }
        const records = place.stream.records.splice(0);
        if (records.length > 0) await place.deliver(records);
        await sleep(5);
      }
    };
    const writing = write();
    const began = Date.now();
    await rebuildSchool(slow, "631930");
    const seconds = (Date.now() - began) / 1000;
    await sleep(50);
    going = false;
    await writing;
    await place.deliver(place.stream.records.splice(0));
    const wrong = await wrongDays({ sessions: place.sessions, summaries: slow.summaries }, "631930");
    return { writes, seconds, wrong: wrong.length };
  }

  it("has no difference after the flip, under 200 live writes a second with moves and voids", async () => {
    const { writes, seconds, wrong } = await underLoad({ both: true });
    console.log(
      `rebuild under load: ${writes} writes in ${seconds.toFixed(1)} s (${Math.round(writes / seconds)} a second), ${wrong} days differ`,
    );
    expect(writes / seconds).toBeGreaterThan(150);
    expect(wrong).toBe(0);
  });

  it("would miss what is reported meanwhile, if it were written to the old generation alone (control)", async () => {
    expect((await underLoad({ both: false })).wrong).toBeGreaterThan(0);
  });
});

function changeOf(random: Random, number: number): unknown {
  const session_id = `S-${random.below(3000)}`;
  const revision = 2 + number;
  if (random.chance(0.2)) return voided({ session_id, revision });
  const day = addDays(FIRST, random.below(100));
  return completed({
    session_id,
    revision,
    scheduled_start: `${day}T10:00:00-07:00`,
    students: [{ student_id: `${random.below(900)}`, attendance_status: "present" }],
  });
}

/** A store's methods by themselves, so that some can be replaced. */
const bound = (store: InMemorySummaryStore): SummaryStore => ({
  stored: (day) => store.stored(day),
  write: (day, version, packed) => store.write(day, version, packed),
  read: (range) => store.read(range),
  days: (school_id) => store.days(school_id),
  generations: (school_id) => store.generations(school_id),
  point: (school_id, next) => store.point(school_id, next),
  tidy: (school_id) => store.tidy(school_id),
});
