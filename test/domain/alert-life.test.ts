import { describe, expect, it } from "vitest";
import { answered, standingOf, type Alert } from "../../domain/alert.ts";
import { reconcile, type Reconciliation } from "../../domain/alert-life.ts";
import type { Firing } from "../../domain/rule.ts";
import { DEFAULT_SETTINGS } from "../../domain/settings.ts";
import { RULE_IDS } from "../../domain/words.ts";

const firing = (since: string, more: Partial<Firing> = {}): Firing => ({
  rule: "student-missed-sessions",
  subject: "1",
  since,
  provider_ids: ["north-star"],
  facts: { missed: 2, in_a_row: 2, last_missed: since },
  ...more,
});

function run(
  stored: readonly Alert[],
  found: readonly Firing[],
  today: string,
  more: Partial<Reconciliation> = {},
): Alert[] {
  const now = new Date(`${today}T14:00:00.000Z`);
  return reconcile({
    school_id: "A",
    stored,
    firing: found,
    evaluated: RULE_IDS,
    calendar: { closures: [] },
    today,
    now,
    settings: DEFAULT_SETTINGS,
    ...more,
  });
}

const opened = () => run([], [firing("2026-03-02")], "2026-03-03");
const closed = () => run(opened(), [], "2026-03-05");

describe("the life of an alert", () => {
  it("opens once, under an id of rule, subject and first day", () => {
    expect(opened()).toMatchObject([
      { id: "student-missed-sessions#1#2026-03-02", state: "open", version: 1, school_id: "A" },
    ]);
    expect(run(opened(), [firing("2026-03-02")], "2026-03-04")).toEqual([]);
  });

  it("stays the same when its first day moves, and takes over new facts", () => {
    const [alert] = run(
      opened(),
      [firing("2026-03-03", { facts: { missed: 4, in_a_row: 4, last_missed: "2026-03-06" } })],
      "2026-03-06",
    );
    expect(alert).toMatchObject({
      id: "student-missed-sessions#1#2026-03-02",
      version: 2,
      facts: { missed: 4 },
      history: [{ step: "opened" }],
    });
  });

  it("is resolved when the cause is gone", () => {
    expect(closed()).toMatchObject([
      {
        state: "resolved",
        resolved_day: "2026-03-05",
        version: 2,
        history: [{ step: "opened" }, { step: "resolved" }],
      },
    ]);
    expect(run(closed(), [], "2026-03-06")).toEqual([]);
  });

  it("reopens the same episode, and is a new alert after ten clean school days", () => {
    const [again] = run(closed(), [firing("2026-03-18")], "2026-03-18");
    expect(again).toMatchObject({ id: "student-missed-sessions#1#2026-03-02", state: "open", version: 3 });
    expect(again).not.toHaveProperty("resolved_day");
    expect(run(closed(), [firing("2026-03-18")], "2026-03-19")).toMatchObject([
      { id: "student-missed-sessions#1#2026-03-18", version: 1 },
    ]);
  });

  it("counts no day without school as clean", () => {
    const calendar = { closures: [{ from: "2026-03-16", to: "2026-03-20" }] };
    expect(run(closed(), [firing("2026-03-25")], "2026-03-25", { calendar })).toMatchObject([{ version: 3 }]);
  });

  it("leaves alerts of rules alone that were not evaluated", () => {
    expect(run(opened(), [], "2026-03-05", { evaluated: ["provider-feed-silent"] })).toEqual([]);
  });

  it("opens nothing that a silent feed holds back, and resolves nothing by it", () => {
    const feed = firing("2026-03-04", {
      rule: "provider-feed-silent",
      subject: "north-star",
      facts: { reason: "nothing_reported" },
    });
    expect(run([], [feed, firing("2026-03-02")], "2026-03-05").map(({ rule }) => rule)).toEqual([
      "provider-feed-silent",
    ]);
    expect(
      run(opened(), [feed, firing("2026-03-02", { facts: { missed: 9 } })], "2026-03-05").map(
        ({ rule }) => rule,
      ),
    ).toEqual(["provider-feed-silent"]);
    const other = firing("2026-03-02", { provider_ids: ["bright-path"] });
    expect(run([], [feed, other], "2026-03-05")).toHaveLength(2);
  });

  it("opens what a feed held back, as soon as the feed reports again", () => {
    const feed = firing("2026-03-04", {
      rule: "provider-feed-silent",
      subject: "north-star",
      facts: { reason: "nothing_reported" },
    });
    const silent = run([], [feed], "2026-03-05");
    expect(run(silent, [firing("2026-03-05")], "2026-03-06").map(({ rule, state }) => [rule, state])).toEqual(
      [
        ["provider-feed-silent", "resolved"],
        ["student-missed-sessions", "open"],
      ],
    );
  });

  it("keeps one of two alerts that two writers opened of one subject", () => {
    const [a] = run([], [firing("2026-03-02")], "2026-03-03");
    const [b] = run([], [firing("2026-03-03")], "2026-03-03");
    expect(run([a!, b!], [firing("2026-03-03")], "2026-03-04")).toMatchObject([
      { id: a!.id, state: "resolved" },
    ]);
  });

  it("would open twice if episodes were not kept (control)", () => {
    const forgetful = { ...DEFAULT_SETTINGS, clean_days: 0 };
    expect(run(closed(), [firing("2026-03-06")], "2026-03-06", { settings: forgetful })).toMatchObject([
      { version: 1 },
    ]);
    expect(run(closed(), [firing("2026-03-06")], "2026-03-06")).toMatchObject([{ version: 3 }]);
  });

  it("stands open again once an answer is taken back, which is a step of its own", () => {
    const [alert] = opened();
    const step = (name: "acknowledged" | "snoozed" | "reopened", until?: string) => ({
      at: "2026-03-04T15:00:00.000Z",
      step: name,
      ...(until !== undefined && { until }),
    });
    for (const first of [step("acknowledged"), step("snoozed", "2026-03-20")]) {
      const taken = answered(alert!, first, "2026-03-04")!;
      const back = answered(taken, step("reopened"), "2026-03-04")!;
      expect([standingOf(taken, "2026-03-04"), standingOf(back, "2026-03-04")]).toEqual([first.step, "open"]);
      expect(back.history.map((one) => one.step)).toEqual(["opened", first.step, "reopened"]);
      expect(answered(back, step("reopened"), "2026-03-04")).toBeUndefined();
      // a second answer counts again
      expect(standingOf(answered(back, first, "2026-03-04")!, "2026-03-04")).toBe(first.step);
    }
    expect(answered(alert!, step("reopened"), "2026-03-04")).toBeUndefined();
  });
});
