import { describe, expect, it } from "vitest";
import { importCost } from "../../bench/cpu.ts";
import { functionNames } from "../../build/functions.ts";

describe("what a cold start loads", () => {
  it.each(functionNames())("%s can be measured", (name) => {
    expect(importCost(name)).toBeGreaterThan(1);
  });

  it("is no figure where a bundle does not load", () => {
    expect(() => importCost("ingest-events", {})).toThrow("ingest-events could not be loaded");
  });
});
