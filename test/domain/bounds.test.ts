import { describe, expect, it } from "vitest";
import type * as z from "zod";
import { Contact } from "../../domain/contact.ts";
import { Contract } from "../../domain/contract.ts";
import { routesOf } from "../../domain/routes.ts";
import { contentOf, readContent } from "../../domain/session-content.ts";
import { SessionEvent } from "../../domain/session-event.ts";
import { sessionOf } from "../../domain/session.ts";
import { DEFAULT_SETTINGS, ProgramOverrides } from "../../domain/settings.ts";
import {
  DEFAULT_EVENTS_PER_MINUTE,
  District,
  nothingSetUp,
  Program,
  Provider,
  School,
  Setup,
} from "../../domain/setup.ts";
import { alert, SCHOOL } from "../support/school.ts";
import { canceled, completed } from "../support/world.ts";

/** What each field of the set-up and of an event takes: its least and its most, and nothing beyond either. */

const letters = (count: number) => "a".repeat(count);
const program = { program_id: "p" };
const provider = { provider_id: "p" };
const district = { district_id: "d" };
const linkOf = (length: number) => "https://sis.example.org/{student_id}/".padEnd(length, "a");
const contact = { contact_id: "c", role: "site_lead", email: "a@b.org", school_ids: ["A"] };
const optIn = { on: "2026-01-05", how: "form" };

describe("what is set up", () => {
  it.each<[string, z.ZodType, object, unknown[], unknown[]]>([
    ["target_hours", Program, program, [0.1, 2000], [0, -1, 2000.1]],
    ["sessions_per_week", Program, program, [1, 20], [0, 21, 2.5]],
    ["minutes_per_session", Program, program, [1, 1440], [0, 1441]],
    ["weeks", Program, program, [1, 60], [0, 61]],
    ["minimum_minutes", Program, program, [0, 1440], [-1, 1441]],
    ["group_limit", Program, program, [1, 200], [0, 201]],
    ["name", Program, program, [letters(200)], [letters(201)]],
    ["events_per_minute", Provider, provider, [500, 1_000_000], [499, 1_000_001]],
    ["name", Provider, provider, [letters(200)], [letters(201)]],
    ["provider_id", Provider, provider, ["a", letters(64)], ["", letters(65), "A", "-a"]],
    ["name", District, district, [letters(200)], [letters(201)]],
    ["student_link", District, district, [linkOf(500)], [linkOf(501), "https://sis.example.org/"]],
    ["name", School, SCHOOL, [letters(200)], [letters(201)]],
    ["id_pattern", Setup, {}, ["a", letters(200)], ["", letters(201), "("]],
    ["school_ids", Contract, {}, [["A"]], [[]]],
    ["program_ids", Contract, {}, [["A"]], [[]]],
    ["digest_hour", Contact, contact, ["07:00"], ["24:00", "7:00"]],
    ["text_opt_in", Contact, { ...contact, phone: "+13035550123" }, [optIn], [{ ...optIn, how: "" }]],
  ])("takes %s at its bounds: %#", (name, schema, base, fine, wrong) => {
    const takes = (value: unknown) => schema.safeParse({ ...base, [name]: value }).success;
    expect([fine.map(takes), wrong.map(takes)]).toEqual([fine.map(() => true), wrong.map(() => false)]);
  });

  it("has defaults", () => {
    expect(DEFAULT_EVENTS_PER_MINUTE).toBe(500 * 60);
    expect(Program.parse(program)).toEqual({
      ...program,
      sessions_per_week: 3,
      minutes_per_session: 30,
      weeks: 10,
      minimum_minutes: 15,
      group_limit: 4,
    });
  });

  it("lets a program change what is about one student, and nothing that is about a provider", () => {
    const own = [
      "missed_in_a_row",
      "missed_sessions",
      "start_days",
      "dosage_share",
      "pace_share",
      "pace_days",
      "tutors",
    ];
    const takes = (name: string) => ProgramOverrides.strict().safeParse({ [name]: 0.5 }).success;
    const known = Object.keys(DEFAULT_SETTINGS);
    const allowed = known.filter((name) => Object.keys(ProgramOverrides.shape).includes(name));
    expect(allowed.sort()).toEqual(own.sort());
    expect([takes("dosage_share"), takes("delivery_share")]).toEqual([true, false]);
  });
});

describe("what an event holds", () => {
  it.each<[string, unknown[], unknown[]]>([
    ["scheduled_duration", [1, 1440], [0, 1441, 1.5]],
    ["revision", [1, 2 ** 51 - 1], [0, 2 ** 51]],
    ["group_size", [1, 200, null], [0, 201]],
    ["session_id", ["a", letters(128)], ["", letters(129)]],
  ])("takes %s at its bounds", (name, fine, wrong) => {
    const students = [{ student_id: "1", attendance_status: "absent_excused" }];
    const takes = (value: unknown) => SessionEvent.safeParse(completed({ students, [name]: value })).success;
    expect([fine.map(takes), wrong.map(takes)]).toEqual([fine.map(() => true), wrong.map(() => false)]);
  });

  it.each<[string, unknown[], unknown[]]>([
    ["id", ["a", letters(256)], ["", letters(257)]],
    ["source", ["a", letters(1024)], ["", letters(1025)]],
    ["subject", [letters(1024)], [letters(1025)]],
    ["dataschema", [letters(2048)], [letters(2049)]],
  ])("takes the attribute %s at its bounds", (name, fine, wrong) => {
    const takes = (value: unknown) => SessionEvent.safeParse({ ...completed(), [name]: value }).success;
    expect([fine.map(takes), wrong.map(takes)]).toEqual([fine.map(() => true), wrong.map(() => false)]);
  });

  it("is read back with the cause for which it was not held", () => {
    const event = SessionEvent.parse(canceled({ not_held_reason: "weather" }));
    if (event.type !== "tutoring.session.canceled") throw new Error("not canceled");
    const session = sessionOf(event.data, "canceled");
    expect(readContent(contentOf(session))).toEqual(session);
    expect(session.not_held_reason).toBe("weather");
  });
});

describe("an alert that nobody owns", () => {
  const now = new Date("2026-03-16T13:00:00Z");
  const setup = { ...nothingSetUp(), schools: [SCHOOL] };
  it("is counted as long as it is open", () => {
    const open = alert("student-missed-sessions");
    const other = alert("student-missed-sessions", {
      subject: "2",
      id: "student-missed-sessions#2#2026-03-12",
    });
    const over = { ...other, state: "resolved" as const, resolved_day: "2026-03-13" };
    const unowned = (alerts: (typeof open)[]) => routesOf(setup, { alerts, now }).unowned;
    expect([unowned([open]), unowned([open, other]), unowned([open, over]), unowned([])]).toEqual([
      1, 2, 1, 0,
    ]);
    const owned = { ...setup, contacts: [Contact.parse(contact)] };
    expect(routesOf(owned, { alerts: [open], now }).unowned).toBe(0);
  });
});
