import { readFileSync } from "node:fs";
import { join } from "node:path";
import { gzipSync } from "node:zlib";
import { describe, expect, it } from "vitest";
import { DIST } from "../../build/functions.ts";

const read = (name: string) => readFileSync(join(DIST, "publish-pages", "pages", name));

/** Files that the first page waits for: what it names, and what those import without being asked later. */
function firstPage(): string[] {
  const wanted = ["index.html", "app.css", "app.js"];
  for (const name of wanted)
    for (const [, part = ""] of read(name)
      .toString()
      .matchAll(/(?:from|import)"\.\/([\w-]+\.js)"/g))
      if (!wanted.includes(part)) wanted.push(part);
  return wanted;
}

describe("the first page", () => {
  it("is made of a few files that weigh at most 40 KB gzipped, so that 20 are left for data", () => {
    const files = firstPage();
    expect(files.length).toBeGreaterThan(3);
    const bytes = files.map((name) => gzipSync(read(name)).length).reduce((sum, one) => sum + one, 0);
    expect(bytes).toBeGreaterThan(10 * 1024);
    expect(bytes).toBeLessThan(40 * 1024);
  });
});
