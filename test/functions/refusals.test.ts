import { describe, expect, it } from "vitest";
import { openOf } from "../../adapters/refusal-store.ts";
import { openRefusals } from "../../functions/framework/refusals.ts";
import { InMemoryRefusalStore } from "../../adapters/in-memory/refusal-store.ts";
import { InMemoryStampStore } from "../../adapters/in-memory/stamp-store.ts";
import { isResolvedBy, namesOf } from "../../domain/refusal.ts";
import { completed, voided, world, type World } from "../support/world.ts";

const P = "north-star";
const kept = (here: World) => here.refusals.between(P, "0000", "9999");
/** Which items are resolved, request by request, and how many are open. */
const marks = async (here: World) =>
  (await kept(here)).map((one) => [one.items.map(({ resolved }) => resolved === true), openOf(one)]);
const faulty = (data: Record<string, unknown> = {}, envelope: Record<string, unknown> = {}) =>
  completed({ students: [], ...data }, envelope);

describe("what was refused", () => {
  /** A clock that goes on by a minute with each look, as requests come one after the other. */
  const ticking = () => {
    let now = Date.parse("2026-03-02T18:00:00Z");
    return () => new Date((now += 60_000));
  };

  it("is resolved once the same session is taken, from the next request on", async () => {
    const here = world({ clock: ticking() });
    await here.post(faulty());
    expect(await marks(here)).toEqual([[[false], 1]]);
    await here.post(completed({}, { id: "another event of the same session" }));
    expect(await marks(here)).toEqual([[[true], 0]]);
  });

  it("is resolved item by item, also those beyond the ones whose faults are kept, over several requests", async () => {
    const here = world({ clock: ticking() });
    const ids = Array.from({ length: 40 }, (_, index) => `S-${index}`);
    await here.post(ids.map((session_id) => faulty({ session_id })));
    await here.post(ids.slice(0, 30).map((session_id) => completed({ session_id })));
    const [[first, open] = []] = await marks(here);
    expect([first, open]).toEqual([ids.map((_, index) => index < 30), 10]);
    await here.post(ids.slice(30).map((session_id) => completed({ session_id })));
    expect(await marks(here)).toEqual([[ids.map(() => true), 0]]);
    const [{ items } = { items: [] }] = await kept(here);
    expect([items[24]?.errors.length, items[25]?.errors, items[39]?.session_id]).toEqual([1, [], "S-39"]);
  });

  it("stays open after what was posted of other sessions, schools, providers and earlier revisions", async () => {
    const here = world({ clock: ticking() });
    await here.post(faulty({ revision: 3 }));
    await here.post(completed({ revision: 2 }));
    await here.post(completed({ session_id: "S-2", revision: 3 }));
    await here.post(completed({ school_id: "2", revision: 3 }));
    await here.post(completed({ revision: 3 }), "another");
    expect(await marks(here)).toEqual([[[false], 1]]);
    await here.post(completed({ revision: 4 }));
    expect(await marks(here)).toEqual([[[true], 0]]);
  });

  it("is resolved by a higher revision where it was a conflict, and by no repeat of what is stored", async () => {
    const here = world({ clock: ticking() });
    const first = completed();
    await here.post(first);
    await here.post(completed({ tutor_id: "T2" }));
    await here.post(first);
    expect(await marks(here)).toEqual([[[false], 1]]);
    await here.post(completed({ tutor_id: "T2", revision: 2 }));
    expect(await marks(here)).toEqual([[[true], 0]]);
  });

  it("is resolved by the same event under another session, by a repeat and by a void", async () => {
    const here = world({ clock: ticking() });
    const fine = completed({ session_id: "fine" });
    await here.post(fine);
    await here.post([
      faulty({ session_id: "" }, { id: "without a session" }),
      faulty({ session_id: "fine" }),
      faulty({ session_id: "gone" }),
    ]);
    await here.post([
      completed({ session_id: "now" }, { id: "without a session" }),
      fine,
      voided({ session_id: "gone" }),
    ]);
    expect(await marks(here)).toEqual([[[true, true, true], 0]]);
  });

  it("is not resolved by what was taken before it in the same request", async () => {
    const here = world({ clock: ticking() });
    await here.post([completed(), faulty({ revision: "2" })]);
    expect(await marks(here)).toEqual([[[false], 1]]);
  });

  it("is written once, and remembered without reading it all again", async () => {
    const here = world({ clock: ticking() });
    await here.post(faulty());
    const stamps = new InMemoryStampStore();
    const store = new InMemoryRefusalStore(stamps);
    const asked: string[] = [];
    let resolved = 0;
    const book = openRefusals(
      {
        between: (provider_id, from, to) => (asked.push(from), store.between(provider_id, from, to)),
        resolve: (what) => ((resolved += 1), store.resolve(what)),
      },
      stamps,
    );
    const at = "2026-03-02T18:00:00.000Z";
    expect(await book.of(P)).toEqual([]);
    const item = { result: "rejected" as const, errors: [], session_id: "S-1", school_id: "1" };
    await store.keep({ provider_id: P, request_id: "r", at: new Date(at), refused: [item, item] });
    expect([(await book.of(P)).length, (await book.of(P)).length]).toEqual([1, 1]);
    await book.resolve({ provider_id: P, at, request_id: "r", items: [0] });
    expect((await book.of(P))[0]?.items.map((one) => one.resolved)).toEqual([true, undefined]);
    await book.resolve({ provider_id: P, at, request_id: "r", items: [1] });
    expect([await book.of(P), await book.of(P), resolved]).toEqual([[], [], 2]);
    // 0 changes, nothing read; then what is new since five minutes before the last one
    expect(asked).toEqual(["0000", "2026-03-02T17:55:00.000Z", "2026-03-02T17:55:00.000Z"]);
  });

  it("does not change an answer where it cannot be looked up", async () => {
    const here = world();
    here.refusals.between = async () => Promise.reject(new Error("no table"));
    await here.post(faulty());
    expect((await here.post(completed())).statusCode).toBe(202);
    expect(here.lines).toContainEqual(expect.objectContaining({ event: "refusal_not_resolved" }));
  });
});

describe("the names of an event", () => {
  it.each([
    [undefined, {}],
    ["text", {}],
    [{ id: 7, data: null }, { event_id: undefined }],
    [{ id: "e", data: { school_id: "1", session_id: "Maria Gonzalez" } }, { event_id: "e" }],
    [{ id: "e", data: { school_id: "1" } }, { event_id: "e" }],
    [
      { id: "e", data: { school_id: " 1 ", session_id: "S", revision: 0, students: "Maria" } },
      { event_id: "e", school_id: "1", session_id: "S", revision: undefined },
    ],
  ])("in %j are %j", (value, wanted) => {
    expect(namesOf(value)).toEqual(wanted);
  });

  it("are compared without guessing: what has no name resolves nothing", () => {
    expect(isResolvedBy({ result: "rejected" }, { revision: 1 })).toBe(false);
    expect(isResolvedBy({ result: "rejected", event_id: "e" }, { revision: 1, event_id: "f" })).toBe(false);
  });
});
