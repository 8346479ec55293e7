import { defineConfig } from "vitest/config";

const volume = "test/**/*.volume.test.ts";
const browser = "test/browser/**";

/** `fast` runs files side by side; `volume` holds the large suites, one after another, with the machine to themselves. */
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
      {
        extends: true,
        test: {
          name: "volume",
          include: [volume],
          fileParallelism: false,
          maxWorkers: 1,
          testTimeout: 300_000,
          sequence: { groupOrder: 1 },
        },
      },
    ],
  },
});
