import { readFileSync } from "node:fs";
import * as z from "zod";

const Package = z.looseObject({
  version: z.string().optional(),
  license: z.string().optional(),
  dev: z.boolean().optional(),
  optional: z.boolean().optional(),
  devOptional: z.boolean().optional(),
  hasInstallScript: z.boolean().optional(),
  integrity: z.string().optional(),
  resolved: z.string().optional(),
});
const Lockfile = z.looseObject({ packages: z.record(z.string(), Package) });
export type Locked = { name: string } & z.infer<typeof Package>;

/** Every package of the lockfile, by its folder; the project itself left out. */
export function readLockfile(file: string): Locked[] {
  const { packages } = Lockfile.parse(JSON.parse(readFileSync(file, "utf8")));
  return Object.entries(packages)
    .filter(([folder]) => folder !== "")
    .map(([folder, one]) => ({ name: folder.replace(/^.*node_modules\//, ""), ...one }));
}

/** What is shipped with a deployment or run by an admin, not what only builds and tests. */
export const isShipped = ({ dev, devOptional }: Locked) => dev !== true && devOptional !== true;

/** The licences of everything that is shipped, as a page. */
export function licencesMarkdown(packages: readonly Locked[]): string {
  const shipped = packages.filter(isShipped);
  const rows = [
    ...new Set(
      shipped.map(({ name, version = "", license = "" }) => `| ${name} | ${version} | ${license} |`),
    ),
  ];
  return [
    "# Licences",
    "",
    "What is shipped with Rollcall or run by its admin command; made by `npm run -s licences` from the lockfile. Rollcall itself is Apache-2.0.",
    "",
    "| package | version | licence |",
    "|---|---|---|",
    ...rows.sort(),
    "",
  ].join("\n");
}
