import { readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { Contact } from "../../domain/contact.ts";
import { empty } from "../../domain/day-summary.ts";
import { isOffPace } from "../../domain/pace.ts";
import { figuresOf, studentsOf } from "../../domain/read-model.ts";
import { RETENTION } from "../../domain/retention.ts";
import { firingOf } from "../../domain/rules/index.ts";
import { isCalledOff, overdueAt, reportsOn } from "../../domain/rules/reading.ts";
import { RULE_TEXTS, thresholdsOf } from "../../domain/rules-view.ts";
import { contentOf, readContent } from "../../domain/session-content.ts";
import { SessionEvent } from "../../domain/session-event.ts";
import { actualEnd, scheduledEnd, scheduledMinutes, sessionOf } from "../../domain/session.ts";
import { nothingSetUp, Setup } from "../../domain/setup.ts";
import { unnamedBy } from "../../domain/setup-prune.ts";
import { dueOf, placeOf } from "../../domain/telling.ts";
import { dayOf, pending, row, ruleInput, SCHOOL } from "../support/school.ts";
import { completed } from "../support/world.ts";

/** Each threshold at its very value, and one beside it. */

type Data = Record<string, unknown>;
const faultsOf = (data: Data) =>
  (SessionEvent.safeParse(completed(data)).error?.issues ?? []).map(
    ({ path, message }) => `${path.join("/")} ${message}`,
  );
const snapshotOf = (data: Data) => {
  const event = SessionEvent.parse(completed(data));
  if (event.type !== "tutoring.session.completed") throw new Error("not completed");
  return sessionOf(event.data, "completed");
};
const START = "2026-03-02T10:00:00-07:00";
const present = (minutes_present?: number) => [
  {
    student_id: "1",
    attendance_status: "present",
    ...(minutes_present !== undefined && { minutes_present }),
  },
];

describe("the minutes of a session", () => {
  const actual = (actual_end: string, minutes_present?: number) => ({
    actual_start: START,
    actual_end,
    students: present(minutes_present),
  });
  it("may be all that it lasted, and not one more", () => {
    expect(faultsOf(actual("2026-03-02T10:45:59-07:00", 45))).toEqual([]);
    expect(faultsOf(actual("2026-03-02T10:45:59-07:00", 46))).toEqual([
      "data/students/0/minutes_present is more than the session lasted from actual_start to actual_end",
    ]);
    expect(faultsOf(actual(START, 0))).toEqual([]);
    expect(faultsOf(actual(START, 1))).toHaveLength(1);
  });

  it("may be a day, and not a minute more", () => {
    expect(faultsOf(actual("2026-03-03T10:00:00-07:00"))).toEqual([]);
    expect(faultsOf(actual("2026-03-03T10:01:00-07:00"))).toEqual([
      "data/actual_end is more than a day after actual_start",
    ]);
  });

  it("blame the end alone where it lies before the start", () => {
    expect(faultsOf(actual("2026-03-02T09:59:00-07:00", 30))).toEqual([
      "data/actual_end lies before actual_start",
    ]);
  });

  it("may be an hour over the schedule without actual times, and not a minute more", () => {
    expect(faultsOf({ scheduled_duration: 30, students: present(90) })).toEqual([]);
    expect(faultsOf({ scheduled_duration: 30, students: present(91) })).toHaveLength(1);
  });

  it("are planned, else what it lasted, else what the longest stayed", () => {
    const unplanned = { scheduled_duration: undefined, scheduled_start: undefined };
    const lasted = snapshotOf({ ...unplanned, ...actual("2026-03-02T10:45:59-07:00") });
    expect([scheduledMinutes(lasted), scheduledEnd(lasted) - (lasted.actual_start ?? 0)]).toEqual([45, 2700]);
    const open = snapshotOf({ ...unplanned, actual_start: START, students: present(25) });
    expect([scheduledMinutes(open), actualEnd(open) - (open.actual_start ?? 0)]).toEqual([25, 1500]);
    const planned = snapshotOf({ scheduled_duration: 30, ...actual("2026-03-02T10:45:59-07:00") });
    expect([scheduledMinutes(planned), actualEnd(planned) - scheduledEnd(planned)]).toEqual([30, 959]);
  });

  it("and all else of a session are read back as they were written", () => {
    const full = snapshotOf({
      session_delivery_type: "online",
      program_id: "math",
      group_size: 3,
      substitute: true,
      makeup_for_session_id: "S-0",
      district_id: "D",
    });
    const bare = snapshotOf({ scheduled_duration: undefined });
    for (const session of [full, bare, { ...full, group_size: null }])
      expect(readContent(contentOf(session))).toEqual(session);
  });
});

describe("what a provider reported on a day", () => {
  const day = "2026-03-10";
  const provider = (
    sessions_held: number,
    not_held: { reason: "weather" | "tutor_absent"; sessions: number }[],
  ) =>
    dayOf(day, [], { providers: [{ provider_id: "north-star", sessions_held, not_held, lag: [] }] }).summary;
  const snow = { reason: "weather" as const, sessions: 3 };
  const absent = { reason: "tutor_absent" as const, sessions: 2 };
  it.each([
    [provider(0, [snow]), true, 3],
    [provider(0, []), false, 0],
    [provider(1, [snow]), false, 4],
    [provider(0, [snow, absent]), false, 5],
    [provider(0, [absent]), false, 2],
    [empty(), false, 0],
  ])("%# is called off only where all of it was, and counts whatever its kind", (summary, off, reports) => {
    expect([isCalledOff(summary, "north-star"), reportsOn(summary, "north-star")]).toEqual([off, reports]);
    expect(isCalledOff(summary, "bright-path")).toBe(false);
  });

  it("is overdue from the second on in which it ends, and by its own provider", () => {
    const open = pending(day);
    const summary = { ...empty(), pending: [open] };
    const at = (instant: number, id = "north-star") => overdueAt(summary, id, instant).length;
    expect([
      at(open.scheduled_end - 1),
      at(open.scheduled_end),
      at(open.scheduled_end, "bright-path"),
    ]).toEqual([0, 1, 0]);
  });

  it("names who was in it and how long only to who may see students", () => {
    const summary = dayOf(day, [
      row(day, "present"),
      row(day, "absent_unexcused", { student_id: "2" }),
    ]).summary;
    const reading = { programs: [], now: 0 };
    const totals = figuresOf(summary, { ...reading, level: "totals" });
    expect([totals, "students" in totals, "minutes" in totals]).toEqual([
      expect.objectContaining({ suppressed: true }),
      false,
      false,
    ]);
    const seen = figuresOf(summary, { ...reading, level: "students" });
    expect(seen).toMatchObject({ students: 2, minutes: 30, unreadable: 0 });
    expect(["suppressed" in seen, studentsOf(summary)]).toEqual([false, 2]);
  });
});

describe("behind the goal", () => {
  const settings = { pace_share: 0.8, pace_days: 15 };
  const plan = { start: "", end: "", target_minutes: 1800, expected_minutes: 1000, elapsed: 15, whole: 100 };
  it.each([
    ["under the share", plan, 799, true],
    ["at the share", plan, 800, false],
    ["a day too early", { ...plan, elapsed: 14 }, 0, false],
    ["on the day", { ...plan, elapsed: 15 }, 0, true],
    ["without a school day in it", { ...plan, whole: 0 }, 0, false],
  ])("is said %s: %#", (_, of, minutes, wanted) => {
    expect(isOffPace(of, minutes, settings)).toBe(wanted);
  });
});

describe("a file that no longer names a provider", () => {
  const stored = (contracts: { to?: string }[] | undefined) =>
    Setup.parse({ providers: [{ provider_id: "p", ...(contracts && { contracts }) }] });
  const named = (contracts: { to?: string }[] | undefined) =>
    unnamedBy(nothingSetUp(), stored(contracts), "2026-03-10").length;
  it("is silent where every contract is over, on its last day, too", () => {
    expect([named([{ to: "2026-03-09" }]), named([{ to: "2026-03-10" }]), named(undefined)]).toEqual([
      0, 0, 0,
    ]);
    expect([named([{ to: "2026-03-11" }]), named([{}]), named([{ to: "2026-03-09" }, {}])]).toEqual([
      1, 1, 1,
    ]);
  });
});

describe("the rules", () => {
  it("name thresholds and not the list of what is off", () => {
    for (const rule of RULE_TEXTS) expect(thresholdsOf(rule)).not.toContain("off");
    expect(RULE_TEXTS.flatMap(thresholdsOf).length).toBeGreaterThan(20);
  });

  it("see the first and the last of the days that they read, and none beside", () => {
    // ten school days back from Friday the 13th is the 27th
    const roster = [{ student_id: "1", school_id: "A", district_id: "D" }];
    const unknown = (day: string) => dayOf(day, [row(day, "present", { student_id: "unknown" })]);
    const found = (day: string) =>
      firingOf(["unknown-students"], ruleInput([unknown(day)], { roster })).length;
    expect(["2026-02-26", "2026-02-27", "2026-03-12", "2026-03-14"].map(found)).toEqual([0, 1, 1, 0]);
  });
});

describe("where and when a contact is told", () => {
  const east = { ...SCHOOL, school_id: "E", time_zone: "America/New_York" };
  const closed = { ...SCHOOL, calendar: { closures: [{ from: "2026-03-16", to: "2026-03-16" }] } };
  const contact = Contact.parse({
    contact_id: "c",
    role: "site_lead",
    email: "a@b.org",
    school_ids: ["A", "E"],
    digest_hour: "07:00",
  });
  const placed = (now: string, schools = [SCHOOL, east]) => ({
    contact,
    setup: { ...nothingSetUp(), schools },
    groups: [],
    now: new Date(now),
  });
  const hourOf = (now: string, ran: boolean, schools = [SCHOOL]) =>
    dueOf(placed(now, schools), () => ran)?.day;

  it("is from the very second of the hour on, an hour later also where the rules have not run", () => {
    // seven in Denver is 13:00 UTC in summer
    expect(hourOf("2026-03-16T12:59:59Z", true)).toBeUndefined();
    expect(hourOf("2026-03-16T13:00:00Z", true)).toBe("2026-03-16");
    expect(hourOf("2026-03-16T13:00:00Z", false)).toBeUndefined();
    expect(hourOf("2026-03-16T13:59:59Z", false)).toBeUndefined();
    expect(hourOf("2026-03-16T14:00:00Z", false)).toBe("2026-03-16");
  });

  it("waits for every school that has school, and is by the first of them", () => {
    const at = "2026-03-16T12:30:00Z";
    expect(dueOf(placed(at), () => true)).toBeUndefined();
    expect(dueOf(placed(at, [closed, east]), () => true)?.school.school_id).toBe("E");
    expect(placeOf(placed(at, [closed, east]))?.school.school_id).toBe("E");
    expect(placeOf(placed(at, [closed]))?.school.school_id).toBe("A");
    expect(placeOf(placed(at, []))).toBeUndefined();
  });
});

describe("what is kept", () => {
  const PRIVACY = readFileSync(join(import.meta.dirname, "../../docs/privacy.md"), "utf8");
  const days = (text: string) => {
    const [, count = "", unit = ""] = /(\d+) (day|year)/.exec(text) ?? [];
    return Number(count) * (unit === "year" ? 366 : 1);
  };
  it.each([
    ["session: times", RETENTION.sessions],
    ["alerts: student id", RETENTION.alerts],
    ["messages: to whom", RETENTION.messages],
    ["events for schools that are not set up", RETENTION.quarantine],
    ["what was wrong with a provider's event", RETENTION.refusals],
    ["records that could not be used", RETENTION.failures],
    ["audit log: who read", RETENTION.audit],
  ])("of %s is kept as long as docs/privacy.md promises", (what, kept) => {
    const line = PRIVACY.split("\n").find((one) => one.startsWith(`| ${what}`)) ?? "";
    expect(days(line.split("|").at(-2) ?? "")).toBe(kept);
  });
});
