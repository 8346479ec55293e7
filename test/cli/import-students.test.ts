import { existsSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { beforeEach, describe, expect, it } from "vitest";
import { InMemorySetupStore } from "../../adapters/in-memory/setup-store.ts";
import { importEnrolments, importStudents } from "../../cli/import-students.ts";
import type { RosterOptions } from "../../cli/roster-rows.ts";
import { nothingSetUp, Program } from "../../domain/setup.ts";
import { temporaryFolder } from "../support/stack.ts";

const folder = temporaryFolder();
const HEADER = "student_id,district_id,school_id,current_grade_level";
let setup: InMemorySetupStore;
let warnings: string[];
beforeEach(() => {
  setup = new InMemorySetupStore();
  warnings = [];
});

function options(text: string, more: Partial<RosterOptions> = {}): RosterOptions {
  const file = join(folder, "file.csv");
  writeFileSync(file, text);
  const warn = (line: string) => void warnings.push(line);
  return {
    file,
    timeZone: "America/Denver",
    full: false,
    yes: false,
    dryRun: false,
    today: "2026-03-02",
    warn,
    ...more,
  };
}
const roster = (ids: string[], school = "631930") =>
  [HEADER, ...ids.map((id) => `${id},0100,${school},5`), ""].join("\n");
const run = (text: string, more?: Partial<RosterOptions>) =>
  importStudents({ setup, isErased: async () => () => false }, options(text, more));
const ids = (from: number, to: number) =>
  Array.from({ length: to - from }, (_, place) => `00${from + place}`);

describe("rollcall import students", () => {
  it("keeps ids as text, creates the schools and districts that are missing, and changes nothing the second time", async () => {
    expect(await run(roster(["0001", "0002"]))).toMatchObject({
      rows: 2,
      added: 2,
      schools_created: 1,
      faults: 0,
    });
    expect(await setup.roster("631930")).toMatchObject([
      { student_id: "0001", grade: "5" },
      { student_id: "0002" },
    ]);
    expect((await setup.all()).districts).toEqual([{ district_id: "0100" }]);
    expect(await run(roster(["0001", "0002"]))).toMatchObject({
      added: 0,
      changed: 0,
      unchanged: 2,
      schools_created: 0,
    });
    expect(warnings).toEqual([]);
  });

  it("asks for a zone before it creates a school", async () => {
    await expect(run(roster(["1"]), { timeZone: undefined })).rejects.toThrow("--time-zone");
    await expect(run(roster(["1"]), { timeZone: "Denver" })).rejects.toThrow("no IANA time zone");
    expect((await setup.all()).schools).toEqual([]);
  });

  it("warns where leading zeros seem to be lost", async () => {
    await run(roster(["12345", "2345", "345"]));
    expect(warnings).toEqual([expect.stringContaining("column student_id")]);
  });

  it("takes the rows that are right and writes the others, with the reason, to a file that can be imported", async () => {
    const result = await run(
      [HEADER, "1,0100,631930,5", "a#b,0100,631930,5", ",0100,631930,6", ""].join("\n"),
    );
    expect(result).toMatchObject({ rows: 3, added: 1, faults: 2 });
    expect(warnings).toEqual([
      expect.stringMatching(/^row 3: student_id: /),
      expect.stringMatching(/^row 4: student_id: /),
    ]);
    const errors = readFileSync(result.error_file!, "utf8");
    expect(errors.split("\n")[0]).toBe(`${HEADER},reason`);
    expect(await run(errors.replace("a#b", "ab").replace("\n,0100", "\n3,0100"))).toMatchObject({
      added: 2,
      faults: 0,
    });
  });

  it("says which column is missing", async () => {
    await expect(run("student_id,school_id\n1,2\n")).rejects.toThrow("has no column district_id");
  });

  it("ends a student's entry at the school she left", async () => {
    await run(roster(["1"]));
    expect(await run(roster(["1"], "700"))).toMatchObject({ added: 1, changed: 1, schools_created: 1 });
    expect(await setup.roster("631930")).toMatchObject([{ student_id: "1", to: "2026-03-01" }]);
  });

  it("ends those that a full file does not name, shows it first, and refuses to end more than a fifth", async () => {
    await run(roster(ids(0, 10)));
    expect(await run(roster(ids(0, 8)), { full: true, dryRun: true })).toMatchObject({ ended: 2 });
    expect((await setup.roster("631930")).filter(({ to }) => to !== undefined)).toHaveLength(0);
    expect(await run(roster(ids(0, 8)), { full: true })).toMatchObject({ ended: 2, unchanged: 8 });
    await expect(run(roster(ids(0, 6)), { full: true })).rejects.toThrow("2 of 8 entries (25 %)");
    expect(await run(roster(ids(0, 6)), { full: true, yes: true })).toMatchObject({ ended: 2 });
    expect(await run(roster(ids(0, 6)), { full: true })).toMatchObject({ ended: 0 });
    expect(await run(roster(ids(0, 7)))).toMatchObject({ changed: 1 });
  });

  it("ends nobody by a full file whose rows cannot all be read", async () => {
    await run(roster(ids(0, 10)));
    const faulty = roster(ids(0, 9)).replace("008,", "a#b,");
    await expect(run(faulty, { full: true })).rejects.toThrow("cannot tell who is missing");
    expect((await setup.roster("631930")).filter(({ to }) => to !== undefined)).toEqual([]);
  });

  it("takes the latest of two stays at one school, in whatever order they stand", async () => {
    const stays = ["1,0100,631930,5,2025-08-01,2025-12-01", "1,0100,631930,5,2026-01-05,"];
    for (const lines of [stays, [...stays].reverse()])
      await run([`${HEADER},from,to`, ...lines, ""].join("\n"));
    const [entry] = await setup.roster("631930");
    expect([entry?.from, entry?.to]).toEqual(["2026-01-05", undefined]);
  });

  it("ends a stay neither for one that is over nor before one that is to come", async () => {
    await run(roster(["1", "2", "3"]));
    const lines = [
      "1,0100,700,5,2025-08-01,2025-12-01",
      "2,0100,700,5,2026-04-06,",
      "3,0100,700,5,2026-02-01,",
    ];
    await run([`${HEADER},from,to`, ...lines, ""].join("\n"));
    const stays = await setup.roster("631930");
    expect(stays.map(({ student_id, to }) => [student_id, to])).toEqual([
      ["1", undefined],
      ["2", "2026-04-05"],
      ["3", "2026-01-31"],
    ]);
  });

  it("refuses who has left without a last day, and names the columns that it does not read", async () => {
    const lines = [
      "1,0100,631930,5,Withdrawn,,x",
      "2,0100,631930,5,Withdrawn,2026-02-01,x",
      "3,0100,631930,5,Transferred In,,x",
      "4,0100,631930,5,W1,,x",
    ];
    const result = await run([`${HEADER},enrollment_status,to,shoe_size`, ...lines, ""].join("\n"));
    expect(result).toMatchObject({ added: 3, faults: 1 });
    expect(warnings).toEqual([
      "not read: column shoe_size",
      "column enrollment_status holds words that are not known here (W1): these students are taken as enrolled",
      expect.stringMatching(/^row 2: enrollment_status: says that the student left/),
    ]);
  });

  it("refuses a zone that is an hour off for half the year", async () => {
    for (const timeZone of ["EST", "-07:00", "Etc/GMT+7"])
      await expect(run(roster(["1"]), { timeZone })).rejects.toThrow("no IANA time zone");
  });

  it("keeps a student at both schools where the file names both", async () => {
    const both = [HEADER, "1,0100,631930,5", "1,0100,700,5", ""].join("\n");
    expect(await run(both)).toMatchObject({ added: 2 });
    for (let time = 0; time < 3; time += 1)
      expect(await run(both)).toMatchObject({ added: 0, changed: 0, unchanged: 2 });
  });

  it("writes nothing in a dry run", async () => {
    expect(await run(roster(["a#b", "2"]), { dryRun: true })).toMatchObject({
      added: 1,
      faults: 1,
      schools_created: 1,
    });
    expect((await setup.all()).schools).toEqual([]);
    expect(existsSync(join(folder, "file.csv.errors.csv.errors.csv"))).toBe(false);
  });
});

describe("rollcall import enrolments", () => {
  const ENROLMENTS = "student_id,school_id,program_id,provider_id,from,to";
  const enroll = (lines: string[], more?: Partial<RosterOptions>) =>
    importEnrolments(
      { setup, isErased: async () => () => false },
      options([ENROLMENTS, ...lines, ""].join("\n"), more),
    );

  const setUp = async () => {
    await run(roster(["1"]));
    const programs = [Program.parse({ program_id: "math" })];
    await setup.put({ ...nothingSetUp(), programs, providers: [{ provider_id: "north-star" }] });
  };

  it("upserts by student, school, program and provider", async () => {
    await setUp();
    const lines = ["1,631930,math,north-star,2026-01-05,", "1,631930,math,,2026-01-05,2026-05-01"];
    expect(await enroll(lines)).toMatchObject({ added: 2, faults: 0 });
    expect(await enroll(lines)).toMatchObject({ unchanged: 2, added: 0 });
    expect(await setup.enrolments("631930")).toMatchObject([
      { provider_id: "north-star", from: "2026-01-05" },
      { to: "2026-05-01" },
    ]);
  });

  it("says everything that is wrong with a row", async () => {
    await setUp();
    await enroll([
      "1,nowhere,math,,,",
      "1,631930,math,North Star,,",
      "1,631930,math,,2026-02-30,",
      "2,631930,chess,south-star,,",
      "1,631930,math,,2026-03-01,2026-02-01",
      "3,631930,chess,North Star,2026-03-01,2026-02-01",
    ]);
    expect(warnings).toEqual([
      "row 2: school_id: is no school that is set up",
      expect.stringMatching(/^row 3: provider_id: must be/),
      expect.stringMatching(/^row 4: from: is no date that exists .*2026-09-10/),
      expect.stringMatching(
        /^row 5: student_id: is on no roster.*; program_id: is no pro.*; provider_id: is no pro/,
      ),
      expect.stringMatching(/^row 6: to: lies before from, 2026-03-01/),
      expect.stringMatching(/^row 7: provider_id: .*; to: lies .*; student_id: .*; program_id: is no/),
    ]);
  });

  it("reads the forms of dates that session files may use, judged by their column", async () => {
    await setUp();
    const day = "1,631930,math,,13/1/2026,";
    expect(await enroll([day])).toMatchObject({ added: 1, faults: 0 });
    expect(warnings).toEqual(["column from or to is read as day/month/year, as 13/1/2026 tells"]);
    expect(await setup.enrolments("631930")).toMatchObject([{ from: "2026-01-13" }]);
    await expect(enroll(["1,631930,math,,3/1/2026,"])).rejects.toThrow("--dates");
    await expect(enroll(["1,631930,math,,13/1/2026,1/31/2026"])).rejects.toThrow("both orders");
    expect(await enroll(["1,631930,math,,3/1/2026,"], { dates: "month-first" })).toMatchObject({
      changed: 1,
    });
    expect(await setup.enrolments("631930")).toMatchObject([{ from: "2026-03-01" }]);
  });
});
