import { beforeAll, describe, expect, it } from "vitest";
import { CHECKS } from "../../domain/access.ts";
import { Setup } from "../../domain/setup.ts";
import { memoryWorld, PEOPLE, READ_SETUP, reading } from "../support/reading.ts";

/** Reports of who may not see all students: one answer for each district, and no other to compare it with. */

const SIZES: Record<string, number> = { A: 40, B: 4, C: 60, D: 300, E: 20, F: 4, G: 90 };
const districtOf = (school_id: string) => ("ABCD".includes(school_id) ? "D1" : "D2");
const SETUP = Setup.parse({
  ...READ_SETUP,
  schools: Object.keys(SIZES).map((school_id) => ({
    ...READ_SETUP.schools[0]!,
    school_id,
    district_id: districtOf(school_id),
  })),
  people: [
    ...PEOPLE,
    {
      person_id: "viewer2",
      email: "viewer2@x.org",
      grants: [{ role: "district_viewer", district_id: "D2" }],
    },
  ],
});

type Told = { suppressed?: true };
type Report = Told & { by_school: ({ school_id: string } & Told)[]; by_district: Told[]; export: string };

describe("a dosage report", () => {
  let ask: ReturnType<typeof reading>["ask"];
  beforeAll(async () => {
    const { open, setup } = await memoryWorld();
    for (const [school_id, count] of Object.entries(SIZES))
      await setup.putRoster(
        Array.from({ length: count }, (_, at) => ({ school_id, student_id: `${school_id}-${at}` })),
      );
    ({ ask } = reading({ open, known: async () => SETUP, checks: CHECKS }));
  });

  const report = async (who: string, query: Record<string, string> = {}) => {
    const identity = { email: `${who}@x.org`, mfa: true };
    const { status, body } = await ask({ route: "GET /v1/reports/dosage", identity, query });
    return { status, told: JSON.parse(body) as Report & { detail?: string } };
  };
  const hidden = ({ by_school }: Report) =>
    by_school.filter((school) => school.suppressed === true).map(({ school_id }) => school_id);
  const figures = async (who: string, query = {}) => ({ ...(await report(who, query)).told, export: "" });

  it("of two districts is read one at a time, and each is what its own viewer reads", async () => {
    const { status, told } = await report("auditorViewer");
    expect([status, told.detail]).toEqual([
      400,
      "Your role sees one district at a time: name it as district_id, one of D1, D2.",
    ]);
    expect(await figures("auditorViewer", { district_id: "D1" })).toEqual(await figures("viewer1"));
    expect(await figures("auditorViewer", { district_id: "D2" })).toEqual(await figures("viewer2"));
    expect(hidden((await report("viewer2")).told)).toEqual(["E", "F"]);
  });

  it("hides no school of hers beside a small one: a lead who is a viewer would subtract it", async () => {
    expect(hidden((await report("viewer1")).told)).toEqual(["A", "B"]);
    expect(hidden((await report("leadViewer")).told)).toEqual(["B", "C"]);
    expect(hidden((await report("admin1")).told)).toEqual([]);
  });

  it("is the same as its rows for a spreadsheet", async () => {
    const { told } = await report("leadViewer");
    const path = { token: told.export.split("/").at(-1) ?? "" };
    const { body } = await ask({ route: "GET /v1/exports/{token}", path });
    const rows = body.trim().split("\n").slice(1);
    const noted = rows.filter((line) => line.endsWith("hidden: it would tell of fewer than 10 students"));
    expect([rows.length, noted.map((line) => line.split(",")[0])]).toEqual([4, ["B", "C"]]);
  });
});
