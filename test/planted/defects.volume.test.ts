import { readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { copyOfProject, passesIn, PROJECT } from "../support/project-copy.ts";
import { DEFECTS, type Defect } from "./defects.ts";

const CONFIG = "test/planted/planted.config.ts";
const WORKERS = 2;

/** A file with a fault in it, or undefined where the fault has no place in it, or several. */
export function faulty(text: string, { from, to }: Defect): string | undefined {
  const parts = text.split(from);
  return parts.length === 2 ? parts.join(to) : undefined;
}

const read = (place: string, { file }: Defect) => readFileSync(join(place, file), "utf8");

describe("planted faults", () => {
  it("are 28 at least, each in one place that is still there", () => {
    expect(DEFECTS.length).toBeGreaterThanOrEqual(28);
    const lost = DEFECTS.filter((defect) => faulty(read(PROJECT, defect), defect) === undefined);
    expect(lost.map(({ what }) => what)).toEqual([]);
    // what has no place, or two, is noticed (control)
    const [defect = DEFECTS[0]!] = DEFECTS;
    expect(faulty("", defect)).toBeUndefined();
    expect(faulty(`${defect.from} ${defect.from}`, defect)).toBeUndefined();
  });

  it("are each noticed by a test, and without them all pass", { timeout: 900_000 }, async () => {
    const queue = [...DEFECTS];
    const unnoticed: string[] = [];
    const worker = async () => {
      const place = copyOfProject();
      // else every fault would be noticed
      const suites = [...new Set(DEFECTS.flatMap(({ tests }) => tests))];
      expect(await passesIn(place, ["run", ...suites], CONFIG)).toBe(true);
      for (let defect = queue.shift(); defect !== undefined; defect = queue.shift()) {
        const text = read(place, defect);
        writeFileSync(join(place, defect.file), faulty(text, defect) ?? "");
        if (await passesIn(place, ["run", ...defect.tests], CONFIG)) unnoticed.push(defect.what);
        writeFileSync(join(place, defect.file), text);
      }
      rmSync(place, { recursive: true, force: true });
    };
    await Promise.all(Array.from({ length: WORKERS }, worker));
    console.log(`planted faults: ${DEFECTS.length - unnoticed.length} of ${DEFECTS.length} noticed`);
    expect(unnoticed).toEqual([]);
  });
});
