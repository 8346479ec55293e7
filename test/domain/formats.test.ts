import { describe, expect, it } from "vitest";
import { formatsOf } from "../../dashboard/context.ts";
import { byGrade } from "../../dashboard/week-rows.ts";
import { ENGLISH } from "../../dashboard/words/english.ts";
import { SPANISH } from "../../dashboard/words/spanish.ts";

const at = "2026-03-02T22:30:00Z";

describe("numbers and times on the pages", () => {
  it("are written as schools of the United States write them, in both languages", () => {
    const [english, spanish] = [formatsOf(ENGLISH), formatsOf(SPANISH)];
    expect([english.number(4.5), spanish.number(4.5)]).toEqual(["4.5", "4.5"]);
    expect(english.clock(at, "America/Denver")).toMatch(/^3:30\sPM$/);
    expect(spanish.clock(at, "America/Denver")).toMatch(/^3:30\sp\.\s?m\.$/);
  });

  it("have one decimal where they are hours, whatever the hour", () => {
    expect([5, 5.75, null].map(formatsOf(ENGLISH).hoursOf)).toEqual(["5.0", "5.8", "unknown"]);
  });

  it("name the clock they go by where it is not a school's", () => {
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
