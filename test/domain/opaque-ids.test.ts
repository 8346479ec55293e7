import { describe, expect, it } from "vitest";
import { idFault, idPatternOf, noteFault } from "../../domain/opaque-ids.ts";
import { timeFaults } from "../../domain/time-faults.ts";
import { SessionEvent } from "../../domain/session-event.ts";
import { Setup } from "../../domain/setup.ts";
import { completed, scheduled } from "../support/world.ts";

describe("an id of a student or tutor", () => {
  it.each(["0016740395", "s-1", "a1b2", "tutor-17", "604822", "d290f1ee-6c54-4b01-90e6-d701748f0851", "T3"])(
    "%s may stay",
    (id) => {
      expect(idFault(id)).toBeUndefined();
    },
  );

  it.each([
    "Maria Gonzalez",
    "maria_gonzalez",
    "Gonzalez, Maria",
    "O'Neil Sean",
    "MariaGonzalez",
    "m@x.org",
    "José-Luis",
  ])("%s tells who it is", (id) => {
    expect(idFault(id)).toMatch(/name|e-mail/);
  });

  it("has the form that the district names, and that alone decides", () => {
    const pattern = idPatternOf("[A-Z]{2}-[A-Z]{2}|\\d{10}");
    expect([idFault("AB-CD", pattern), idFault("0016740395", pattern)]).toEqual([undefined, undefined]);
    expect(idFault("x0016740395", pattern)).toContain("form");
    expect(Setup.safeParse({ id_pattern: "(" }).success).toBe(false);
  });
});

describe("a note of an alert", () => {
  it.each([
    "Called home, comes Monday",
    "s-17 moved to room 12",
    "2026-03-02: sick",
    "0016740395 is on the list",
  ])("%s may be kept", (note) => {
    expect(noteFault(note)).toBeUndefined();
  });

  it.each([
    ["call 303-555-0123", "telephone"],
    ["(303) 555 0123", "telephone"],
    ["+1 303 555 0123", "telephone"],
    ["mail mom@x.org", "e-mail"],
    ["lives at 12 North Main Street", "street"],
  ])("%s must not", (note, says) => {
    expect(noteFault(note)).toContain(says);
  });
});

describe("a completed session", () => {
  const now = new Date("2026-03-02T18:00:00Z");
  const faults = (event: unknown) => timeFaults(SessionEvent.parse(event), now).map(({ pointer }) => pointer);
  const at = (scheduled_start: string) => completed({ scheduled_start });

  it("may be ahead by 15 minutes, as clocks are, and not by more", () => {
    expect(faults(at("2026-03-02T18:15:00Z"))).toEqual([]);
    expect(faults(at("2026-03-02T18:15:01Z"))).toEqual(["/data/scheduled_start"]);
    expect(faults(scheduled({ scheduled_start: "2026-09-02T18:15:01Z" }))).toEqual([]);
  });

  it("is judged by when it really was, where it says so", () => {
    const early = { scheduled_start: "2026-03-02T23:00:00Z", actual_start: "2026-03-02T17:00:00Z" };
    expect(faults(completed({ ...early, actual_end: "2026-03-02T17:30:00Z" }))).toEqual([]);
    expect(faults(completed({ ...early, actual_end: "2026-03-02T19:00:00Z" }))).toEqual(["/data/actual_end"]);
  });
});
