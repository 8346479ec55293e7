import { describe, expect, it } from "vitest";
import { formatsOf } from "../../dashboard/context.ts";
import { byGrade } from "../../dashboard/week-rows.ts";
import { ENGLISH } from "../../dashboard/words/english.ts";
import { SPANISH } from "../../dashboard/words/spanish.ts";

const at = "2026-03-02T22:30:00Z";

/** Where the reader is. */
function readIn(zone: string, look: () => void): void {
  const before = process.env["TZ"];
  process.env["TZ"] = zone;
  try {
    look();
  } finally {
    if (before === undefined) delete process.env["TZ"];
    else process.env["TZ"] = before;
  }
}

describe("numbers and times on the pages", () => {
  it("are written as schools of the United States write them, in both languages", () => {
    const [english, spanish] = [formatsOf(ENGLISH), formatsOf(SPANISH)];
    expect([english.number(4.5), spanish.number(4.5)]).toEqual(["4.5", "4.5"]);
    readIn("America/Denver", () => {
      expect(english.clock(at, "America/Denver")).toMatch(/^3:30\sPM$/);
      expect(spanish.clock(at, "America/Denver")).toMatch(/^3:30\sp\.\s?m\.$/);
    });
    expect([english.hour("07:00"), english.hour("15:30")].map((hour) => hour.replace(/\s/, " "))).toEqual([
      "7:00 AM",
      "3:30 PM",
    ]);
  });

  it("have one decimal where they are hours, whatever the hour", () => {
    expect([5, 5.75, null].map(formatsOf(ENGLISH).hoursOf)).toEqual(["5.0", "5.8", "unknown"]);
  });

  it("name the clock they go by where it is not a school's, or a school's that is not the reader's", () => {
    readIn("America/New_York", () => {
      expect(formatsOf(ENGLISH).clock(at, "America/Denver")).toMatch(/^3:30\sPM\sMST$/);
      expect(formatsOf(ENGLISH).clock(at, "America/Toronto")).toMatch(/^5:30\sPM$/);
      expect(formatsOf(ENGLISH).momentOf(at, "America/Denver")).toMatch(/2026, 3:30\sPM\sMST$/);
    });
    expect(formatsOf(ENGLISH).momentOf(at)).toMatch(/\s(?:[A-Z]{2,4}|GMT[+-]\d+)$/);
    expect(formatsOf(ENGLISH).clock(at)).toMatch(/\s(?:[A-Z]{2,4}|GMT[+-]\d+)$/);
  });
});

it("grades stand in the order in which children pass through them", () => {
  expect(["10", "2", "K", "12", "1", "PK", "9"].sort(byGrade)).toEqual([
    "PK",
    "K",
    "1",
    "2",
    "9",
    "10",
    "12",
  ]);
});
