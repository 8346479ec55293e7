import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { licencesMarkdown, readLockfile } from "../cli/licences.ts";

const root = join(import.meta.dirname, "..");
writeFileSync(
  join(root, "docs", "licences.md"),
  licencesMarkdown(readLockfile(join(root, "package-lock.json"))),
);
