import { existsSync } from "node:fs";
import { join } from "node:path";
import { defineConfig } from "vitest/config";

/** Example data of the field's standard: not ours, so it lies beside the project where there is a copy of it. */
const datas = join(import.meta.dirname, "..", "shared", "data", "datas");
const withoutDatas = existsSync(datas) ? [] : ["test/e2e/datas.volume.test.ts"];
if (withoutDatas.length > 0) {
  console.warn(
    "LEFT OUT: test/e2e/datas.volume.test.ts, because the DATAS 1.0 example files are not at ../shared/data/datas",
  );
}

const volume = "test/**/*.volume.test.ts";
const browser = "test/browser/**";
/** Suites that keep one core busy and measure no time: two of them share the machine. */
const busy = [
  "test/domain/*.volume.test.ts",
  "test/functions/{crash,sender-crash,torture,digest-calendar,canaries,term,interleaving,generated-events}.volume.test.ts",
];

/** `fast` and `browser` run files side by side; `busy` and `volume` hold the large suites, the latter one after another, with the machine to themselves. */
export default defineConfig({
  test: {
    maxWorkers: 2,
    // as Node does it: what runs here is what runs
    deps: { interopDefault: false },
    testTimeout: 60_000,
    hookTimeout: 120_000,
    globalSetup: "test/support/global-setup.ts",
    projects: [
      { extends: true, test: { name: "fast", include: ["test/**/*.test.ts"], exclude: [volume, browser] } },
      // what a person sees, in Debian's Chromium; skipped aloud where there is none
      {
        extends: true,
        test: { name: "browser", include: ["test/browser/**/*.test.ts"], fileParallelism: false },
      },
      {
        extends: true,
        test: {
          name: "busy",
          include: busy,
          maxWorkers: 2,
          testTimeout: 300_000,
          sequence: { groupOrder: 1 },
        },
      },
      {
        extends: true,
        test: {
          name: "volume",
          include: [volume],
          exclude: [...withoutDatas, ...busy],
          fileParallelism: false,
          maxWorkers: 1,
          testTimeout: 300_000,
          sequence: { groupOrder: 2 },
        },
      },
    ],
  },
});
