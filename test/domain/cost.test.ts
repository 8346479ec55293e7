import { describe, expect, it } from "vitest";
import { costOf } from "../../domain/cost.ts";

const usual = { students: 2500, sessions_per_week: 3, batch: 1, texts_per_month: 0 };

describe("what a deployment costs", () => {
  it("is what stands still where nobody is tutored", () => {
    const { parts, total } = costOf({ ...usual, students: 0 });
    expect(total).toBeCloseTo(1 + 44 * 0.1 + 3 + 10 * 0.015, 5);
    expect(costOf(usual).parts["sign-in"]).toBeCloseTo((25 * 2 + 10) * 0.015, 5);
    expect(parts["session records"]).toBe(0);
  });

  it("grows with students, and falls with batches", () => {
    const [one, two] = [costOf(usual), costOf({ ...usual, students: 5000 })];
    expect(two.parts["session records"]).toBeCloseTo(2 * one.parts["session records"]!, 10);
    expect(costOf({ ...usual, batch: 20 }).total).toBeLessThan(one.total);
    expect(costOf({ ...usual, texts_per_month: 1000 }).total - one.total).toBeCloseTo(12, 5);
    // 10,833 sessions a month, each written twice for two units
    expect(one.parts["session records"]).toBeCloseTo(10_833.3 * 4 * 0.625e-6, 4);
  });
});
