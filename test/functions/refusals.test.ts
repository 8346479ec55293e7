import { describe, expect, it } from "vitest";
import { nameHash } from "../../adapters/open-refusals.ts";
import { keptOf, viewOf } from "../../adapters/refusal-store.ts";
import { problem } from "../../domain/problem.ts";
import { namesKept, namesOf, nameToWatch } from "../../domain/refusal.ts";
import { settles } from "../../domain/settling.ts";
import { completed, scheduled, voided, world, type World } from "../support/world.ts";

const P = "north-star";
const kept = (here: World) => here.refusals.between(P, "0000", "9999");
/** Which items are resolved, request by request, and how many are open. */
const marks = async (here: World) =>
  (await kept(here)).map((one) => [one.items.map(({ resolved }) => resolved === true), one.open]);
const faulty = (data: Record<string, unknown> = {}, envelope: Record<string, unknown> = {}) =>
  completed({ students: [], ...data }, envelope);

/** A clock that goes on by a minute with each look, as requests come one after the other. */
function ticking() {
  let now = Date.parse("2026-03-02T18:00:00Z");
  return () => new Date((now += 60_000));
}

describe("what was refused", () => {
  it("is resolved once the same session is taken, whatever the event is called", async () => {
    const here = world({ clock: ticking() });
    await here.post(faulty());
    expect(await marks(here)).toEqual([[[false], 1]]);
    await here.post(completed({}, { id: "another event of the same session" }));
    expect(await marks(here)).toEqual([[[true], 0]]);
  });

  it("is resolved item by item, also those whose faults are not kept, over several requests", async () => {
    const here = world({ clock: ticking() });
    const ids = Array.from({ length: 40 }, (_, index) => `S-${index}`);
    await here.post(ids.map((session_id) => faulty({ session_id })));
    await here.post(ids.slice(0, 30).map((session_id) => completed({ session_id })));
    expect(await marks(here)).toEqual([[Array.from({ length: 25 }, () => true), 10]]);
    await here.post(ids.slice(30).map((session_id) => completed({ session_id })));
    expect((await marks(here))[0]?.[1]).toBe(0);
  });

  it("is resolved also where the school was wrong or a number, whatever the event is called then", async () => {
    const here = world({ clock: ticking(), contracts: [{ school_ids: ["631930"] }] });
    const ids = Array.from({ length: 40 }, (_, index) => `S-${index}`);
    await here.post(ids.map((session_id) => completed({ session_id, school_id: "2" })));
    await here.post(ids.map((session_id) => completed({ session_id, school_id: 631930 })));
    expect((await kept(here)).map(({ open }) => open)).toEqual([40, 40]);
    await here.post(ids.map((session_id) => completed({ session_id })));
    expect((await kept(here)).map(({ open }) => open)).toEqual([0, 0]);
  });

  it("is resolved where another contract did not cover it, and where the session had no id", async () => {
    const contracts = [{ school_ids: ["2"], program_ids: ["math"] }, { school_ids: ["631930"] }];
    const here = world({ clock: ticking(), contracts });
    await here.post([completed({ school_id: "2" }), completed({ session_id: undefined }, { id: "without" })]);
    expect((await kept(here))[0]?.open).toBe(2);
    await here.post([completed(), completed({ session_id: "now" }, { id: "without" })]);
    expect(await marks(here)).toEqual([[[true, true], 0]]);
  });

  it("is resolved where a session was sent without its envelope", async () => {
    const here = world({ clock: ticking() });
    await here.post([completed().data]);
    await here.post(completed());
    expect(await marks(here)).toEqual([[[true], 0]]);
  });

  it("is not resolved by another session whose event has the same id", async () => {
    const here = world({ clock: ticking(), contracts: [{ school_ids: ["631930"] }] });
    await here.post(completed({ session_id: "March", school_id: "2" }, { id: "row-2" }));
    await here.post(completed({ session_id: undefined }, { id: "row-2" }));
    await here.post(
      completed({ session_id: "April", scheduled_start: "2026-03-02T09:00:00-07:00" }, { id: "row-2" }),
    );
    expect((await kept(here)).map(({ open }) => open)).toEqual([1, 1]);
  });

  it("is resolved by its correction where a later stage of it is stored already", async () => {
    const here = world({ clock: ticking() });
    await here.post(completed());
    await here.post(scheduled({ scheduled_duration: -5 }));
    await here.post(scheduled());
    expect(await marks(here)).toEqual([[[true], 0]]);
  });

  it("is resolved in one request beside what stays open of the same session", async () => {
    const here = world({ clock: ticking() });
    await here.post([faulty(), completed(), completed({ tutor_id: "T9" })]);
    expect(await marks(here)).toEqual([[[true, false], 1]]);
  });

  it("stays open after what was posted of other sessions, schools, providers, sources and earlier revisions", async () => {
    const here = world({ clock: ticking() });
    await here.post(faulty({ revision: 3 }, { id: "1" }));
    await here.post(completed({ revision: 2 }));
    await here.post(completed({ session_id: "S-2", revision: 3 }, { id: "1" }));
    await here.post(completed({ school_id: "2", revision: 3 }));
    await here.post(completed({ revision: 3 }), "another");
    expect(await marks(here)).toEqual([[[false], 1]]);
    await here.post(completed({ revision: 4 }));
    expect(await marks(here)).toEqual([[[true], 0]]);
  });

  it("stays open after an earlier stage of the same session, and after a repeat of what was stored before", async () => {
    const here = world({ clock: ticking() });
    const [plan, report] = [scheduled(), completed({ session_id: "told" })];
    await here.post([plan, report]);
    await here.post([faulty(), faulty({ session_id: "told", revision: "2" })]);
    await here.post([plan, report]);
    expect(await marks(here)).toEqual([[[false, false], 2]]);
    await here.post([completed(), completed({ session_id: "told", revision: 2 })]);
    expect(await marks(here)).toEqual([[[true, true], 0]]);
  });

  it("is resolved by what comes after it where it was a conflict, and by no repeat", async () => {
    const here = world({ clock: ticking() });
    const [first, plan] = [completed(), scheduled({ session_id: "planned" })];
    await here.post([first, plan]);
    await here.post([
      completed({ tutor_id: "T2" }),
      scheduled({ session_id: "planned", scheduled_duration: 45 }),
    ]);
    await here.post([first, plan]);
    expect(await marks(here)).toEqual([[[false, false], 2]]);
    await here.post([completed({ tutor_id: "T2", revision: 2 }), completed({ session_id: "planned" })]);
    expect(await marks(here)).toEqual([[[true, true], 0]]);
  });

  it("is resolved by a void, and by what waits for its school", async () => {
    const here = world({
      clock: ticking(),
      zone: (school_id) => (school_id === "new" ? undefined : "America/Denver"),
    });
    await here.post([faulty({ session_id: "gone" }), faulty({ school_id: "new" })]);
    await here.post([voided({ session_id: "gone" }), completed({ school_id: "new" })]);
    expect(await marks(here)).toEqual([[[true, true], 0]]);
  });

  it("is resolved by its correction in the same request, and not by what came before it there", async () => {
    const here = world({ clock: ticking() });
    await here.post([faulty(), completed()]);
    await here.post([completed({ session_id: "S-2" }), faulty({ session_id: "S-2", revision: 0 })]);
    expect(await marks(here)).toEqual([
      [[true], 0],
      [[false], 1],
    ]);
  });

  it("is open again where the same session is refused again, and the first time stays resolved", async () => {
    const here = world({ clock: ticking() });
    await here.post(faulty());
    await here.post(completed());
    await here.post(faulty({ revision: 2 }));
    expect(await marks(here)).toEqual([
      [[true], 0],
      [[false], 1],
    ]);
  });

  it("stays open while a later revision of it is", async () => {
    const here = world({ clock: ticking() });
    await here.post(faulty({ revision: 3 }));
    await here.post(faulty({ revision: 2 }));
    await here.post(completed({ revision: 2 }));
    expect(await marks(here)).toEqual([
      [[false], 1],
      [[false], 1],
    ]);
  });

  it("does not change an answer where it cannot be settled or kept", async () => {
    const here = world();
    here.refusals.settle = async () => Promise.reject(new Error("no table"));
    here.refusals.keep = async () => Promise.reject(new Error("no table"));
    expect((await here.post(faulty())).statusCode).toBe(422);
    expect((await here.post(completed())).statusCode).toBe(202);
    for (const event of ["refusal_not_settled", "refusal_not_kept"])
      expect(here.lines).toContainEqual(expect.objectContaining({ event }));
  });

  it("fits into an item of the table at its largest", () => {
    const wide = (letter: string, length: number) => letter.repeat(length);
    const refused = Array.from({ length: 500 }, (_, index) => ({
      event_id: wide("\u0001", 256),
      school_id: wide("学", 128),
      session_id: wide("学", 128),
      result: "rejected" as const,
      errors: Array.from({ length: 20 }, () => ({ pointer: wide("学", 300), detail: wide("x", 200) })),
      name: `session ${index}`,
    }));
    const doc = keptOf({ provider_id: P, request_id: "r", at: new Date(), refused });
    expect(Buffer.byteLength(JSON.stringify(doc))).toBeLessThan(400 * 1024 * 0.98);
  });

  it("counts as open where more is open than was read", () => {
    const [at, names] = ["2026-03-02T18:00:00.000Z", [nameHash("a"), ""]];
    const doc = { at, rejected: 2, conflicts: 0, items: [], names };
    const open = (isWhole: boolean) => viewOf(doc, { opened: new Map(), isWhole }).open;
    expect([open(true), open(false)]).toEqual([1, 2]);
  });
});

describe("the names of an event", () => {
  const fine = { school_id: " 1 ", session_id: "S" };
  it.each([
    [undefined, {}],
    ["text", {}],
    [{ id: 7, data: null }, {}],
    [
      { id: "e", source: "/s", data: { school_id: "1" } },
      { event_id: "e", event: undefined, session: undefined },
    ],
    [
      { data: fine, type: "tutoring.session.completed" },
      { session: '["session","1","S"]', order: 5 },
    ],
    [{ data: { ...fine, revision: 2 }, type: "tutoring.session.voided" }, { order: 10 }],
    [{ data: { ...fine, revision: "2" }, type: "tutoring.session.voided" }, { order: 10 }],
    [{ data: { ...fine, revision: 0 }, type: "tutoring.session.voided" }, { order: undefined }],
    [{ data: { ...fine, revision: 2 }, type: "unknown" }, { order: undefined }],
    [{ ...fine, actual_start: "1970-01-01T00:00:01Z" }, { moment: '["moment","S",1000]' }],
    [
      { id: "e", source: "/s", data: { scheduled_start: "1970-01-01T00:00:01Z" } },
      { event: '["event","/s","e",1000]' },
    ],
  ])("in %j are %j", (value, wanted) => {
    expect(namesOf(value)).toMatchObject(wanted);
  });

  it("are kept as text only where they look like nobody's, and are compared all the same", () => {
    const read = namesOf({ data: { school_id: "1", session_id: "Maria Gonzalez" } });
    expect(namesKept(read)).toEqual({ event_id: undefined, school_id: "1", session_id: undefined });
    expect(nameToWatch(read, undefined)).toBe('["session","1","Maria Gonzalez"]');
  });

  it("are looked for by what a correction keeps", () => {
    const names = { session: "s", moment: "m", event: "e" };
    const why = (pointer: string) => problem("invalid-event", "", [{ pointer, detail: "" }]);
    expect(nameToWatch(names, why("/data/students"))).toBe("s");
    expect(nameToWatch(names, why("/data/school_id"))).toBe("m");
    expect(nameToWatch(names, why("/data/session_id"))).toBe("e");
    expect(nameToWatch(names, problem("not-contracted", ""))).toBe("m");
    expect(nameToWatch({ moment: "m" }, undefined)).toBe("m");
    expect(nameToWatch({}, undefined)).toBeUndefined();
  });
});

describe("what settles what", () => {
  it.each([
    ["rejected", 5, "accepted", 5, true],
    ["rejected", 5, "accepted", 4, false],
    ["rejected", 5, "duplicate", 5, false],
    ["rejected", 5, "duplicate", 6, true],
    ["rejected", 5, "stale", 8, true],
    ["rejected", undefined, "quarantined", 0, true],
    ["rejected", undefined, "duplicate", 9, false],
    ["conflict", 5, "accepted", 5, false],
    ["conflict", 5, "accepted", 6, true],
  ] as const)("%s of order %s, then %s of order %d: %s", (result, refused, outcome, order, wanted) => {
    expect(settles({ outcome, order }, { result, order: refused })).toBe(wanted);
  });
});
