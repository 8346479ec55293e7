import { readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { CHECKS, type Checks } from "../../domain/access.ts";
import { Grant, verify } from "../../functions/framework/links.ts";
import { openApiDocument } from "../../build/openapi/document.ts";
import { cellsOf, deniedOf, leakOf, ROWS } from "../support/cells.ts";
import { memoryWorld, reading } from "../support/reading.ts";

type Operation = { operationId?: string; security?: unknown };
const operations = Object.entries(openApiDocument().paths ?? {}).flatMap(([path, item]) =>
  Object.entries(item as Record<string, Operation>).map(([method, { operationId = "" }]) => ({
    operation: operationId,
    route: `${method.toUpperCase()} ${path}`,
  })),
);
/** What answers by other means than a caller's grants; each has tests of its own. */
const ELSEWHERE: Record<string, string> = {
  postEvents: "contracts.test.ts: a provider writes under its contracts alone",
  postWebhook: "signatures.volume.test.ts",
  getSession: "contracts.test.ts: a provider reads what it posted",
  showAcknowledge: "digest.test.ts: signed by the link",
  pressAcknowledge: "digest.test.ts: signed by the link",
  showUnsubscribe: "digest.test.ts: signed by the link",
  pressUnsubscribe: "digest.test.ts: signed by the link",
  getHealth: "tells nothing",
  getOpenApi: "tells nothing",
};
const routeOf = (operation: string) => operations.find((one) => one.operation === operation)?.route ?? "";
const README = readFileSync(join(import.meta.dirname, "../../README.md"), "utf8");
const cells = cellsOf(routeOf);

describe("the isolation matrix", () => {
  it("has a row for every operation of the API's reference", () => {
    const named = operations.map(({ operation }) => operation).sort();
    expect([...Object.keys(ROWS), ...Object.keys(ELSEWHERE)].sort()).toEqual(named);
  });

  it("leaks nothing, and lets everybody see what is hers", async () => {
    const { open } = await memoryWorld();
    const { ask } = reading({ open });
    const wrong: string[] = [];
    for (const cell of cells) {
      const leak = (await leakOf(cell, ask)) ?? (await deniedOf(cell, ask));
      if (leak !== undefined) wrong.push(leak);
    }
    const allowed = cells.filter((cell) => cell.allowed).length;
    console.log(`isolation: ${cells.length} cells, ${allowed} allowed, ${wrong.length} wrong`);
    expect(cells.length).toBeGreaterThanOrEqual(1000);
    expect(allowed).toBeGreaterThan(60);
    expect(wrong).toEqual([]);
    expect(README).toContain(`In the isolation matrix (${cells.length.toLocaleString("en-US")} cells)`);
  });

  const open: Record<keyof Checks, (...args: never[]) => boolean> = {
    current: () => true,
    secondFactor: () => true,
    contract: () => true,
    district: () => true,
    school: () => true,
    students: () => true,
    provider: () => true,
    audit: () => true,
    bound: () => true,
  };

  it.each(Object.keys(CHECKS) as (keyof Checks)[])(
    "fails when the check `%s` is taken away",
    async (name) => {
      const { open: wall } = await memoryWorld();
      const { ask } = reading({ open: wall, checks: { ...CHECKS, [name]: open[name] } });
      let leaks = 0;
      for (const cell of cells) if ((await leakOf(cell, ask)) !== undefined) leaks += 1;
      expect(leaks).toBeGreaterThan(0);
    },
  );

  /** Reads what a token says without asking who signed it. */
  const unsigned = (token: string, _: string, now: Date) => {
    try {
      const { data } = Grant.safeParse(
        JSON.parse(Buffer.from(token.split(".")[0] ?? "", "base64url").toString()),
      );
      return data !== undefined && now.getTime() / 1000 < data.until ? data : undefined;
    } catch {
      return undefined;
    }
  };
  const ageless = (token: string, secret: string) => verify(token, secret, new Date(0));

  it.each([
    ["signature", unsigned],
    ["age", ageless],
  ])("fails when the %s of a token is not checked", async (_, careless) => {
    const { open: wall } = await memoryWorld();
    const { ask } = reading({ open: wall, verify: careless });
    let leaks = 0;
    for (const cell of cells) if ((await leakOf(cell, ask)) !== undefined) leaks += 1;
    expect(leaks).toBeGreaterThan(0);
  });
});
