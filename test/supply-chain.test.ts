import { readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { isShipped, licencesMarkdown, readLockfile } from "../cli/licences.ts";

const root = join(import.meta.dirname, "..");
const read = (name: string) => readFileSync(join(root, name), "utf8");
const locked = readLockfile(join(root, "package-lock.json"));
const manifest = JSON.parse(read("package.json")) as Record<string, Record<string, string>>;

/** Licences that ask for nothing but to be named. */
const ALLOWED =
  /^(MIT|MIT-0|Apache-2\.0|ISC|BSD-2-Clause|BSD-3-Clause|0BSD|BlueOak-1\.0\.0|Unlicense|CC0-1\.0|Python-2\.0|\(MIT OR [\w.-]+\)|\(MIT AND [\w.-]+\)|\(BSD-2-Clause OR MIT OR Apache-2\.0\))$/;

describe("the lockfile", () => {
  it("names every package by the hash of its content", () => {
    // what a package carries within itself came with it, under its hash
    const without = locked.filter(
      ({ integrity, inBundle }) => inBundle !== true && !/^sha512-/.test(integrity ?? ""),
    );
    expect(without.map(({ name }) => name)).toEqual([]);
    expect(locked.length).toBeGreaterThan(100);
  });

  it("pins what the project asks for exactly, and is of the same mind", () => {
    for (const kind of ["dependencies", "devDependencies", "optionalDependencies"])
      for (const [name, version] of Object.entries(manifest[kind] ?? {})) {
        expect([name, version]).toEqual([name, expect.stringMatching(/^\d+\.\d+\.\d+$/)]);
        expect([name, locked.some((one) => one.name === name && one.version === version)]).toEqual([
          name,
          true,
        ]);
      }
  });

  it("needs no install script, and names no registry", () => {
    expect(
      locked.filter(({ hasInstallScript }) => hasInstallScript === true).map(({ name }) => name),
    ).toEqual(["esbuild"]);
    // installs with --ignore-scripts, so that one is never run
    expect(read("bin/with-node24.mjs")).toContain("--ignore-scripts");
    expect(locked.filter(({ resolved }) => resolved !== undefined)).toEqual([]);
  });

  it("ships nothing whose licence asks for more than its name, and lists them all", () => {
    const others = locked.filter((one) => isShipped(one) && !ALLOWED.test(one.license ?? ""));
    expect(others.map(({ name, license }) => `${name} ${license ?? "none"}`)).toEqual([]);
    expect(read("docs/licences.md")).toBe(licencesMarkdown(locked));
  });
});

describe("the release", () => {
  const workflow = read(".github/workflows/release.yml");
  it("pins its actions by content, runs the whole check, and proves where it was built", () => {
    for (const [, action = ""] of workflow.matchAll(/uses: (\S+)/g))
      expect(action).toMatch(/^[\w./-]+@[0-9a-f]{40}$/);
    for (const part of [".ci/run", "npm run -s sbom", "attest-build-provenance", "npm ci --ignore-scripts"])
      expect(workflow).toContain(part);
  });
});
