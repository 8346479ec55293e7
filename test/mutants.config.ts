import { join } from "node:path";
import { defineConfig } from "vitest/config";

/** The suites that judge planted faults: those that need neither a build nor a database. */
export default defineConfig({
  test: {
    root: join(import.meta.dirname, ".."),
    maxWorkers: 1,
    deps: { interopDefault: false },
    testTimeout: 60_000,
    include: ["test/domain/*.test.ts", "test/functions/*.test.ts", "test/cli/*.test.ts"],
    // volume, and those that ask a database
    exclude: ["test/**/*.volume.test.ts", "test/functions/second-wall.test.ts", "test/cli/restore.test.ts"],
  },
});
