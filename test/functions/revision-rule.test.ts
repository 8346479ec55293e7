import { describe, expect, it } from "vitest";
import type { SessionRecord } from "../../domain/session-record.ts";
import { canceled, completed, scheduled, voided, world, type World } from "../support/world.ts";

const orders = <T>(items: T[]): T[][] =>
  items.length < 2
    ? [items]
    : items.flatMap((item, at) => orders(items.toSpliced(at, 1)).map((rest) => [item, ...rest]));

type Answer = {
  results: { index: number; result: string; revision?: number; problem?: { detail: string } }[];
};
const answers = async (place: World, events: unknown[]) =>
  (JSON.parse((await place.post(events)).body ?? "") as Answer).results;
const results = async (place: World, events: unknown[]) =>
  (await answers(place, events)).map(({ result }) => result);
const only = (place: World): SessionRecord => [...place.sessions.facts.values()][0]!;

describe("the latest revision wins", () => {
  it("stores the same record for schedule, report and void without a revision, in all six orders", async () => {
    const stored = new Set<string>();
    for (const order of orders([scheduled(), completed(), voided()])) {
      const place = world();
      for (const event of order) await place.post([event]);
      stored.add(JSON.stringify(only(place), undefined, 1));
    }
    expect(stored.size).toBe(1);
    expect(JSON.parse([...stored][0]!)).toMatchObject({
      order: 6,
      content: "{}",
      first_reported_at: "2026-03-02T18:00:00.000Z",
    });
  });

  it("answers a repeat as duplicate, an older snapshot as stale, another content as conflict", async () => {
    const place = world();
    const second = completed({ revision: 2, tutor_id: "T2" });
    expect(await results(place, [completed(), completed(), second, completed(), second])).toEqual([
      "accepted",
      "duplicate",
      "accepted",
      "stale",
      "duplicate",
    ]);
    const [conflict] = await answers(place, [completed({ revision: 2, tutor_id: "T3" })]);
    expect(conflict).toMatchObject({ result: "conflict", revision: 2 });
    expect(conflict?.problem?.detail).toContain("revision 3");
  });

  it("wakes nobody by a repeat", async () => {
    const place = world();
    await place.post([completed(), completed(), scheduled()]);
    expect(place.stream.records).toHaveLength(1);
  });

  it("lets neither a cancellation nor a completion of one revision replace the other", async () => {
    const place = world();
    expect(await results(place, [canceled(), completed()])).toEqual(["accepted", "conflict"]);
  });

  it("counts another spelling of the same instant, and students in another order, as the same content", async () => {
    const place = world();
    const [a, b] = ["1", "2"].map((student_id) => ({
      student_id,
      attendance_status: "present",
      minutes_present: 30,
    }));
    const one = completed({ students: [a, b] });
    const other = completed({ students: [b, a], scheduled_start: "2026-03-02T17:00:00Z" });
    expect(await results(place, [one, other])).toEqual(["accepted", "duplicate"]);
  });

  it("keeps the earliest arrival of a final report, also when that snapshot is stale", async () => {
    let now = "2026-03-02T18:00:00.000Z";
    const place = world({ clock: () => new Date(now) });
    await place.post([completed({ revision: 5 })]);
    now = "2026-03-02T17:00:00.000Z";
    expect(await results(place, [completed({ revision: 4 })])).toEqual(["stale"]);
    expect(only(place)).toMatchObject({ order: 21, first_reported_at: now });
  });

  it("marks both days when a correction moves a session", async () => {
    const place = world({ clock: () => new Date("2026-03-04T18:00:00Z") });
    await place.post([completed()]);
    await place.deliver(place.stream.records.splice(0));
    await place.post([completed({ revision: 2, scheduled_start: "2026-03-03T10:00:00-07:00" })]);
    await place.deliver(place.stream.records.splice(0));
    expect([...place.views.views.values()].map(({ day, version }) => [day, version])).toEqual([
      ["2026-03-02", 2],
      ["2026-03-03", 1],
    ]);
  });

  it("treats the same session of two providers as two sessions", async () => {
    const place = world();
    await place.post([completed()], "north-star");
    await place.post([completed()], "bright-path");
    expect(place.sessions.facts.size).toBe(2);
  });
});

describe("events of schools that are not set up", () => {
  it("wait by the same rule, up to a limit, and are told apart from what was stored", async () => {
    const place = world({ zone: (school_id) => (school_id === "631930" ? "America/Denver" : undefined) });
    const unknown = (session_id: string, more = {}) => completed({ school_id: "new", session_id, ...more });
    expect(
      await results(place, [unknown("a"), unknown("a"), unknown("a", { tutor_id: "T2" }), completed()]),
    ).toEqual(["quarantined", "duplicate", "conflict", "accepted"]);
    const count = async () => 9_998;
    Object.assign(place.sessions.quarantine, { count });
    const answer = await place.post([
      unknown("b"),
      unknown("c"),
      unknown("d"),
      completed({ session_id: "S-2" }),
    ]);
    expect(answer.statusCode).toBe(503);
    const { results: items } = JSON.parse(answer.body ?? "") as Answer;
    expect(items.map(({ result }) => result)).toEqual([
      "quarantined",
      "quarantined",
      "not_stored",
      "accepted",
    ]);
  });
});
