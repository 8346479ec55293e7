import { join } from "node:path";
import { defineConfig } from "vitest/config";

/** The suites that must notice planted faults. Their database is the one of the run that plants them. */
export default defineConfig({
  test: {
    root: join(import.meta.dirname, "..", ".."),
    maxWorkers: 1,
    deps: { interopDefault: false },
    testTimeout: 60_000,
    include: ["test/{domain,functions,adapters,cli}/*.test.ts"],
  },
});
