import { describe, expect, it } from "vitest";
import { contractCheck } from "../../cli/doctor-contracts.ts";
import type { Contract } from "../../domain/contract.ts";
import { nothingSetUp } from "../../domain/setup.ts";

describe("what doctor says of contracts", () => {
  const schools = [{ school_id: "A", district_id: "D", time_zone: "America/Denver" }];
  const said = (contracts: Record<string, Contract[]>, now = "2026-03-03T12:00:00Z") => {
    const providers = Object.entries(contracts).map(([provider_id, own]) => ({
      provider_id,
      contracts: own,
    }));
    const { result, says } = contractCheck({ ...nothingSetUp(), schools, providers }, new Date(now));
    return [result, says];
  };

  it("is what their posts are answered", () => {
    expect(said({ a: [{}] })).toEqual(["ok", "every provider has one that runs"]);
    expect(said({ a: [{}], b: [{ to: "2026-03-02" }], c: [{ from: "2026-03-04" }] })).toEqual([
      "ok",
      "every provider has one; b may only report late and correct; that of c has not begun",
    ]);
    expect(said({ a: [], b: [{ to: "2026-01-30" }] })).toEqual([
      "warn",
      "providers a have none, so all that they post is refused: name contracts in setup.yaml",
    ]);
    expect(said({ b: [{ to: "2026-01-30" }], c: [{ school_ids: ["B"] }], d: [{}] })).toEqual([
      "warn",
      "providers b, c have none that runs, or did so lately, at a school that is set up, so what they post about these is refused: name contracts in setup.yaml",
    ]);
  });

  it("is that they wait while no school is set up", () => {
    const providers = [{ provider_id: "a", contracts: [{}] }];
    const { result, says } = contractCheck({ ...nothingSetUp(), providers }, new Date());
    expect([result, says]).toEqual(["ok", "no school is set up yet, so what providers post waits"]);
  });

  it("goes by the school's own date", () => {
    const ending = { a: [{ to: "2026-03-02" }] };
    expect(said(ending, "2026-03-03T06:59:00Z")[1]).toBe("every provider has one that runs");
    expect(said(ending, "2026-03-03T07:00:00Z")[1]).toContain("a may only report late");
  });
});
