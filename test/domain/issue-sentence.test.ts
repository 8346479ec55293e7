import { describe, expect, it } from "vitest";
import * as z from "zod";
import { faultsOfIssues } from "../../domain/problem.ts";
import { SessionEvent } from "../../domain/session-event.ts";
import { completed } from "../support/world.ts";
import { sentenceOf } from "../../domain/issue-sentence.ts";

const messageOf = (schema: z.ZodType, value: unknown) =>
  schema.safeParse(value).error?.issues[0]?.message ?? "";

describe("what a person reads of a schema's faults", () => {
  it.each<[z.ZodType, unknown, string]>([
    [z.string(), undefined, "is missing; it is required"],
    [z.string(), 5, "must be a text, and is a number"],
    [z.int(), "5", "must be a number, and is a text"],
    [z.array(z.string()), {}, "must be a list, and is an object with fields"],
    [z.enum(["a", "b"]), "c", "must be one of a, b"],
    [z.literal("a"), "c", 'must be "a"'],
    [z.string().min(3), "a", "must have at least 3 characters"],
    [z.array(z.string()).max(1), ["a", "b"], "must have at most 1 items"],
    [z.number().positive(), 0, "must be more than 0"],
    [z.number().max(5), 6, "must be at most 5"],
    [z.email(), "x", "must be an e-mail address"],
    [z.url(), "x", "must be an address such as https://example.org"],
    [z.iso.date(), "x", "must be a date such as 2026-09-10, that exists"],
    [z.union([z.string(), z.number()]), {}, "has a form that is not read here"],
    [z.string().regex(/^a/), "b", "has another form than is read here"],
    [z.string({ error: "must be ours" }), 5, "must be ours"],
  ])("%#: %j", (schema, value, sentence) => {
    expect(sentenceOf(messageOf(schema, value))).toBe(sentence);
  });
});

describe("what is missing from an event", () => {
  const left = (place: string[]) => {
    const event: unknown = structuredClone(completed());
    let holder = event as Record<string, unknown>;
    for (const part of place.slice(0, -1)) holder = holder[part] as Record<string, unknown>;
    delete holder[place.at(-1) ?? ""];
    return faultsOfIssues(SessionEvent.safeParse(event).error?.issues ?? [], event);
  };
  it.each(
    [
      ["specversion"],
      ["id"],
      ["source"],
      ["type"],
      ["data"],
      ["data", "session_id"],
      ["data", "school_id"],
      ["data", "session_topic"],
      ["data", "scheduled_start"],
      ["data", "tutor_id"],
      ["data", "students"],
      ["data", "students", "0", "student_id"],
      ["data", "students", "0", "attendance_status"],
    ].map((place) => [place.join("/"), place] as const),
  )("is said to be missing: %s", (name, place) => {
    const [fault, ...others] = left([...place]);
    expect([fault?.pointer, fault?.detail.startsWith("is missing"), others]).toEqual([`/${name}`, true, []]);
  });

  it("is not said of what is there and wrong", () => {
    const event = completed({ students: {} });
    expect(faultsOfIssues(SessionEvent.safeParse(event).error?.issues ?? [], event)).toEqual([
      { pointer: "/data/students", detail: "must be an array of the students expected" },
    ]);
  });
});
