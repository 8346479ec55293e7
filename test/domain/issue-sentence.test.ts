import { describe, expect, it } from "vitest";
import * as z from "zod";
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
