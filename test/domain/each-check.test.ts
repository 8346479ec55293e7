import { describe, expect, it } from "vitest";
import { conformanceOf } from "../../domain/conformance.ts";
import { summarize } from "../../domain/day-summary.ts";
import { dosageReport } from "../../domain/dosage-report.ts";
import { mailOf } from "../../domain/mail.ts";
import type { Message, Section } from "../../domain/message.ts";
import { nearest } from "../../domain/nearest.ts";
import { EACH, MONTHLY, PRICES } from "../../domain/prices.ts";
import { promisedPerWeek } from "../../domain/rules/reading.ts";
import { SessionEvent } from "../../domain/session-event.ts";
import { arrivalOf, snapshotOf } from "../../domain/session-record.ts";
import { Program } from "../../domain/setup.ts";
import { eventOfEnvelope } from "../../domain/webhook.ts";
import { row, ruleInput, SCHOOL } from "../support/school.ts";
import { canceled, completed, scheduled, voided } from "../support/world.ts";

const NOW = new Date("2026-03-05T00:00:00Z");
const STUDENT = "0016740395";

/** Each check of a provider's events, with what it finds and what is beside it. */
describe("the conformance check", () => {
  const places = (check: string, ...events: unknown[]) =>
    conformanceOf(events, { now: NOW }).results.find((one) => one.check === check)?.at;
  const at = (time: string) =>
    completed({ session_id: time, scheduled_start: `2026-03-02T${time}:00-07:00` });
  const told = (status: string, minutes_present?: number) =>
    completed({ students: [{ student_id: STUDENT, attendance_status: status, minutes_present }] });

  it("finds the hours of the night, and not the first and the last minute of the day", () => {
    expect(places("time of day", at("05:59"), at("06:00"), at("20:59"), at("21:00"))).toEqual(["/0", "/3"]);
    const actual = completed({ scheduled_start: undefined, actual_start: "2026-03-02T05:00:00-07:00" });
    expect(places("time of day", actual, voided())).toEqual(["/0"]);
  });

  it("finds reports without a schedule: not plans, cancellations and what was planned", () => {
    const events = [
      scheduled(),
      completed(),
      completed({ session_id: "S-2" }),
      canceled({ session_id: "S-3" }),
    ];
    expect(places("schedules", ...events)).toEqual(["/2"]);
  });

  it("finds a session's id that holds a student's of four characters or more", () => {
    const of = (session_id: string, student_id: string) =>
      completed({ session_id, students: [{ student_id, attendance_status: "present" }] });
    expect(
      places("session ids without students", of("x-123", "123"), of("x-1234", "1234"), of("x-12345", "9999")),
    ).toEqual(["/1"]);
  });

  it("finds who came in part without minutes", () => {
    const events = ["late", "left_early", "partial", "present", "absent_excused"].map((status) =>
      told(status),
    );
    const check = "minutes of each student";
    const pointer = "data/students/0/minutes_present";
    expect(places(check, ...events)).toEqual([`/0/${pointer}`, `/1/${pointer}`, `/2/${pointer}`]);
    expect(places(check, told("late", 5), scheduled(), voided())).toEqual([]);
  });

  it("finds ids of events that stand twice, conflicts, and names", () => {
    const same = [completed({}, { id: "e" }), completed({ session_id: "S-2" }, { id: "e" })];
    expect(places("unique event ids", ...same)).toEqual(["/1"]);
    expect(places("no conflict", completed(), completed({ tutor_id: "T9" }))).toEqual(["/1"]);
    expect(
      places("no conflict", completed(), completed(), completed({ revision: 2, tutor_id: "T9" })),
    ).toEqual([]);
    expect(places("opaque ids", completed({ tutor_id: "Maria Gonzalez" }), voided())).toEqual([
      "/0/data/tutor_id",
    ]);
  });

  it("finds what is later than a clock may be wrong", () => {
    const now = new Date("2026-03-02T17:00:00Z");
    const found = (start: string) =>
      conformanceOf([completed({ scheduled_start: start, scheduled_duration: 1, students: [] })], { now })
        .faults.length;
    expect(found("2026-03-02T10:00:00-07:00")).toBeGreaterThan(0);
    const late = (start: string) => {
      const students = [{ student_id: STUDENT, attendance_status: "absent_excused" }];
      const { results } = conformanceOf([completed({ scheduled_start: start, students })], { now });
      return results.find((one) => one.check === "times in the past")?.level;
    };
    expect([late("2026-03-02T09:00:00-07:00"), late("2026-03-02T12:00:00-07:00")]).toEqual(["pass", "fail"]);
  });

  it("names five places at most, and counts them all", () => {
    const events = Array.from({ length: 7 }, (_, index) => completed({ session_id: `S-${index}` }));
    const result = conformanceOf(events, { now: NOW }).results.find((one) => one.check === "schedules");
    expect([result?.at.length, result?.detail.startsWith("7 events: ")]).toEqual([5, true]);
    const one = conformanceOf([completed()], { now: NOW }).results.find(({ check }) => check === "schedules");
    expect(one?.detail.startsWith("1 event: ")).toBe(true);
  });

  it("says where only a part of its events could be looked at", () => {
    const { results, faults, events } = conformanceOf([completed(), completed({ students: [] })], {
      now: NOW,
    });
    expect([events, faults.map((one) => one.at)]).toEqual([2, ["/1/data/students"]]);
    expect(results.filter(({ level }) => level === "fail")).not.toEqual([]);
  });
});

describe("the share of students in each part of the goal", () => {
  it("begins with its lower bound", () => {
    // of ten hours
    const hours = [0.1, 2.4, 2.5, 4.9, 5, 7.4, 7.5, 9.9, 10, 12];
    const rows = hours.map((one, index) =>
      row("2026-03-02", "present", { student_id: `${index}`, minutes: one * 60 }),
    );
    const report = dosageReport({
      roster: hours.map((_, index) => ({ student_id: `${index}`, school_id: "A", district_id: "D" })),
      schools: [SCHOOL],
      programs: [],
      student_sessions: rows,
      target_hours: 10,
    });
    expect(report.buckets).toEqual({ "<25": 0.2, "25-50": 0.2, "50-75": 0.2, "75-99": 0.2, "100+": 0.2 });
  });
});

describe("what enrolments promise", () => {
  const programs = [Program.parse({ program_id: "math", sessions_per_week: 4 })];
  const enrolment = { student_id: "1", school_id: "A", program_id: "math", provider_id: "p" };
  const promised = (more: Record<string, string>, day = "2026-03-10") =>
    promisedPerWeek(ruleInput([], { programs, enrolments: [{ ...enrolment, ...more }] }), "p", day);
  it("counts a week after they began, until they end, at their program's pace or three a week", () => {
    expect([promised({}), promised({ from: "2026-03-03" }), promised({ from: "2026-03-04" })]).toEqual([
      4, 4, 0,
    ]);
    expect([promised({ to: "2026-03-10" }), promised({ to: "2026-03-09" })]).toEqual([4, 0]);
    expect([promised({ program_id: "other" }), promised({ provider_id: "q" })]).toEqual([3, 0]);
  });
});

describe("a tutor's row", () => {
  const tutorOf = (data: Record<string, unknown>) => {
    const snapshot = snapshotOf(SessionEvent.parse(completed(data)), "p");
    const { snapshot: kept, reported } = arrivalOf(snapshot, "2026-03-02", NOW);
    return summarize([{ ...kept, first_reported_at: reported }]).tutors[0];
  };
  it("has a session, its minutes as it really lasted, and whether somebody stood in", () => {
    const actual = { actual_start: "2026-03-02T10:05:00-07:00", actual_end: "2026-03-02T10:50:59-07:00" };
    expect(tutorOf(actual)).toEqual({
      provider_id: "p",
      tutor_id: "T1",
      sessions_held: 1,
      minutes: 45,
      substitutes: 0,
    });
    expect(tutorOf({ substitute: true })).toMatchObject({ sessions_held: 1, minutes: 30, substitutes: 1 });
  });
});

describe("a webhook's envelope", () => {
  const named = { id: "i", source: "s" };
  it("is an event with its time, and without one where it has none", () => {
    const event = { specversion: "1.0", id: "i", source: "s", type: "t", data: 1 };
    expect(eventOfEnvelope({ type: "t", data: 1 }, named)).toEqual(event);
    expect(eventOfEnvelope({ type: "t", timestamp: "x", data: 1 }, named)).toEqual({ ...event, time: "x" });
  });
});

describe("a misspelled word", () => {
  it("is the known one within a third of its letters", () => {
    const known = ["student_id", "school_id", "tutor_id"];
    expect(["studentid", "shcool_id", "tutor", "zebra", ""].map((word) => nearest(word, known))).toEqual([
      "student_id",
      "school_id",
      undefined,
      undefined,
      undefined,
    ]);
  });
});

describe("a mail", () => {
  const section: Section = {
    topic: "student-missed-sessions",
    school_ids: ["A"],
    open: 2,
    fresh: 2,
    resolved: 0,
    since: "2026-03-12",
  };
  const message = (sections: Section[], left_out = 0): Message => ({
    message_id: "c#2026-03-16#digest",
    kind: "digest",
    contact_id: "c",
    day: "2026-03-16",
    sections,
    left_out,
    weekly: false,
    state: "decided",
    decided_at: "2026-03-16T13:00:00.000Z",
    attempts: 0,
    version: 1,
  });
  const links = {
    acknowledge: () => "https://x.example/ack",
    unsubscribe: "https://x.example/out",
    page: () => "https://x.example/",
  };
  const lead = { role: "site_lead", language: "en" } as const;
  it("has a button for what can be answered, and none for addresses, context and what is over", () => {
    const buttons = (one: Section) => mailOf(message([one]), lead, links).html.split("/ack").length - 1;
    expect(buttons(section)).toBe(1);
    expect(buttons({ ...section, topic: "unreachable", school_ids: [] })).toBe(0);
    expect(buttons({ ...section, context: true })).toBe(0);
    expect(buttons({ ...section, open: 0, fresh: 0, resolved: 1 })).toBe(0);
  });

  it("names a school in 32 letters at most, and cuts a longer one to 31 and a sign", () => {
    const of = (school_name: string) =>
      mailOf(
        message([
          { ...section, school_name },
          { ...section, school_ids: ["B"], school_name: "B" },
        ]),
        lead,
        links,
      ).text;
    expect(of("a".repeat(32))).toContain(`${"a".repeat(32)}:`);
    expect(of("a".repeat(33))).toContain(`${"a".repeat(31)}…:`);
  });

  it("says how many lines it leaves out: those beyond seven, and those that were not kept", () => {
    const many = Array.from({ length: 9 }, (_, index) => ({ ...section, school_ids: [`${index}`] }));
    expect(mailOf(message(many.slice(0, 7)), lead, links).text).not.toContain("more");
    expect(mailOf(message(many, 3), lead, links).text).toMatch(/\b5 more/);
  });

  it("holds its links whole, in text and in HTML", () => {
    const { text, html, unsubscribe } = mailOf(message([section]), lead, links);
    expect([text.includes("https://x.example/out"), unsubscribe]).toEqual([true, "https://x.example/out"]);
    expect(html).toMatch(/^<!doctype html><html lang="en">.*<\/html>$/s);
    expect(html.match(/<(ul|li|p|h1|main|body|head|style|title)\b/g)?.length).toBe(
      html.match(/<\/(ul|li|p|h1|main|body|head|style|title)>/g)?.length,
    );
    expect(html).not.toMatch(/NaN|undefined/);
  });
});

describe("prices", () => {
  it("are those of us-east-1 in November 2026", () => {
    expect(PRICES).toEqual({
      write_unit: 6.25e-7,
      read_unit: 1.25e-7,
      gateway_request: 1e-6,
      cdn_request: 1e-6,
      cdn_byte: 8.5e-11,
      lambda_request: 2e-7,
      lambda_gb_second: 1.33334e-5,
      log_byte: 5e-10,
    });
    expect([MONTHLY.key, MONTHLY.alarm, MONTHLY.dashboard, MONTHLY.stored_gigabyte]).toEqual([
      1, 0.1, 3, 0.45,
    ]);
    expect([EACH.mail, EACH.text, EACH.person, EACH.key_call]).toEqual([1e-4, 0.012, 0.015, 3e-6]);
  });
});
