import { beforeAll, describe, expect, it } from "vitest";
import { empty } from "../../domain/day-summary.ts";
import { Setup } from "../../domain/setup.ts";
import { pack } from "../../domain/summary-packing.ts";
import { pending } from "../support/school.ts";
import { DAY, memoryWorld, READ_SETUP, reading } from "../support/reading.ts";

/** Reports of who may not see all students: one answer for each district, and no other to compare it with. */

const SIZES: Record<string, Record<string, number>> = {
  D1: { K: 40, L: 4, M: 60, N: 300 },
  D2: { P: 20, Q: 4, R: 90 },
};
const viewer = (district_id: string) => ({ role: "district_viewer", district_id });
const lead = (...school_ids: string[]) => ({ role: "site_lead", school_ids });
const GRANTS = {
  viewer1: [viewer("D1")],
  viewer2: [viewer("D2")],
  "viewer of both": [viewer("D1"), viewer("D2")],
  "lead of K, viewer of D1": [lead("K"), viewer("D1")],
  "lead of R, viewer of D1": [lead("R"), viewer("D1")],
  "viewer of D1, admin of D2": [viewer("D1"), { role: "district_admin", district_id: "D2" }],
  "lead of all of D1": [lead("K", "L", "M", "N")],
};
type Who = keyof typeof GRANTS;
const idOf = (who: string) => who.replaceAll(/[ ,]+/g, "-");
const emailOf = (who: string) => `${idOf(who)}@x.org`;
const SETUP = Setup.parse({
  ...READ_SETUP,
  schools: Object.entries(SIZES).flatMap(([district_id, schools]) =>
    Object.keys(schools).map((school_id) => ({ ...READ_SETUP.schools[0]!, school_id, district_id })),
  ),
  people: Object.entries(GRANTS).map(([who, grants]) => ({
    person_id: idOf(who),
    email: emailOf(who),
    grants,
  })),
});

type Told = { suppressed?: true };
type Report = Told & { by_school: ({ school_id: string } & Told)[]; export: string; detail?: string };

describe("a dosage report", () => {
  let ask: ReturnType<typeof reading>["ask"];
  let enrol: (school_id: string, count: number, more?: { of: string; to: string }) => Promise<void>;
  let planned: (school_id: string, students: string[]) => Promise<unknown>;
  beforeAll(async () => {
    const { open, setup, summaries } = await memoryWorld();
    planned = (school_id, students) =>
      summaries.write(
        { school_id, day: DAY },
        0,
        pack({ ...empty(), pending: [{ ...pending(DAY), students }] }),
      );
    enrol = (school_id, count, { of = school_id, ...stay } = { of: school_id, to: "2026-05-29" }) =>
      setup.putRoster(
        Array.from({ length: count }, (_, at) => ({ school_id, student_id: `${of}-${at}`, ...stay })),
      );
    for (const [school_id, count] of Object.values(SIZES).flatMap(Object.entries<number>))
      await enrol(school_id, count);
    ({ ask } = reading({ open, known: async () => SETUP }));
  });

  const report = async (who: Who, query: Record<string, string> = {}) => {
    const identity = { email: emailOf(who), mfa: false };
    const { status, body } = await ask({ route: "GET /v1/reports/dosage", identity, query });
    return { status, told: JSON.parse(body) as Report };
  };
  const hidden = async (who: Who, query = {}) =>
    (await report(who, query)).told.by_school
      .filter((school) => school.suppressed === true)
      .map(({ school_id }) => school_id);
  const figures = async (who: Who, query = {}) => ({ ...(await report(who, query)).told, export: "" });

  it("of two districts is read one at a time, and each is what its own viewer reads", async () => {
    const { status, told } = await report("viewer of both");
    expect([status, told.detail]).toEqual([
      400,
      "Your role sees one district at a time, or one school whose students you see: name district_id (D1, D2) or school_id.",
    ]);
    expect(await figures("viewer of both", { district_id: "D1" })).toEqual(await figures("viewer1"));
    expect(await figures("viewer of both", { district_id: "D2" })).toEqual(await figures("viewer2"));
    expect(await hidden("viewer2")).toEqual(["P", "Q"]);
  });

  it("hides no school of the reader's beside a small one: it would be subtracted", async () => {
    expect(await hidden("viewer1")).toEqual(["K", "L"]);
    expect(await hidden("lead of K, viewer of D1")).toEqual(["L", "M"]);
    expect(await hidden("lead of all of D1")).toEqual([]);
  });

  it("hides who is left beside students who were at a school of the reader's: these are known by name", async () => {
    const who = "lead of R, viewer of D1";
    expect(await hidden(who, { district_id: "D1" })).toEqual(["K", "L"]);
    // 55 of M's 60 were at R, in the other district: the 5 who are left are few
    await enrol("R", 55, { of: "M", to: "2025-12-19" });
    expect(await hidden(who, { district_id: "D1" })).toEqual(["K", "L", "M"]);
    expect(await hidden("viewer1")).toEqual(["K", "L"]);
    // a school of few stays hidden where each of them is known
    await enrol("R", 4, { of: "L", to: "2025-12-19" });
    expect(await hidden(who, { district_id: "D1" })).toContain("L");
  });

  it("hides who is left beside students of a session at the reader's school that nobody reported", async () => {
    const who = "lead of R, viewer of D1";
    expect(await hidden(who, { district_id: "D1" })).not.toContain("N");
    // 295 of N's 300: 5 are left
    await planned(
      "R",
      Array.from({ length: 295 }, (_, at) => `N-${at}`),
    );
    expect(await hidden(who, { district_id: "D1" })).toContain("N");
  });

  it("is not given to somebody who would see more students with a second factor: two could be compared", async () => {
    const { status, told } = await report("viewer of D1, admin of D2", { district_id: "D1" });
    expect([status, told.detail]).toEqual([403, expect.stringContaining("second factor")]);
  });

  it("is the same as its rows for a spreadsheet", async () => {
    const { told } = await report("lead of K, viewer of D1");
    const path = { token: told.export.split("/").at(-1) ?? "" };
    const { body } = await ask({ route: "GET /v1/exports/{token}", path });
    const rows = body.trim().split("\n").slice(1);
    const noted = rows.filter((line) => line.endsWith("hidden: it would tell of fewer than 10 students"));
    expect([rows.length, noted.map((line) => line.split(",")[0])]).toEqual([4, ["L", "M"]]);
  });
});

describe("a provider's quality", () => {
  it("holds no number of students of one day for who may see none", async () => {
    const { open } = await memoryWorld();
    const { ask } = reading({ open });
    const named = async (who: string) => {
      const query = { from: DAY, to: DAY };
      const identity = { email: `${who}@x.org`, mfa: true };
      const route = "GET /v1/providers/{provider_id}/quality";
      const { body } = await ask({ route, path: { provider_id: "p1" }, identity, query });
      const { days } = JSON.parse(body) as { days: object[] };
      return days.map((day) => ["unmatched" in day, "overlapping" in day, "completeness" in day]);
    };
    expect(await named("viewer1")).toEqual([[false, false, true]]);
    expect(await named("admin1")).toEqual([[true, true, true]]);
  });
});
