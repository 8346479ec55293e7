import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { InMemorySetupStore } from "../../adapters/in-memory/setup-store.ts";
import { applySetup } from "../../cli/apply.ts";
import { parseSetup } from "../../cli/setup-file.ts";
import { pruneLines } from "../../cli/prune.ts";
import { unpack } from "../../domain/summary-packing.ts";
import { completed, world } from "../support/world.ts";
import { temporaryFolder } from "../support/stack.ts";

const folder = temporaryFolder();
const SETUP = `
districts:
  - district_id: "0100"
    name: Rio Grande
schools:
  - school_id: "631930"
    district_id: "0100"
    time_zone: America/Denver
    calendar:
      first_day: 2025-08-18
      last_day: 2026-05-29
      closures:
        - { from: 2025-11-24, to: 2025-11-28, reason: Thanksgiving }
programs:
  - program_id: math-boost
    target_hours: 30
providers:
  - provider_id: north-star
contacts:
  - contact_id: lead-1
    role: site_lead
    email: lead@example.org
    school_ids: ["631930"]
default_owner: lead-1
`;

function apply(target: { setup: InMemorySetupStore; sessions: ReturnType<typeof world>["sessions"] }) {
  return (text: string, more: { dryRun?: boolean; rezone?: boolean; prune?: boolean } = {}) => {
    const file = join(folder, "setup.yaml");
    writeFileSync(file, text);
    return applySetup(target, {
      file,
      dryRun: false,
      rezone: false,
      prune: false,
      now: new Date("2026-03-02T18:00:00Z"),
      release: async () => 0,
      untilForgotten: async () => undefined,
      ...more,
    });
  };
}

const place = () => ({ setup: new InMemorySetupStore(), sessions: world().sessions });

describe("rollcall apply", () => {
  it("refuses two people with one e-mail, in the file or beside what is set up", async () => {
    const target = place();
    const run = apply(target);
    const people = (...rows: [string, string][]) =>
      `${SETUP}people:\n${rows.map(([id, email]) => `  - { person_id: ${id}, email: ${email}, grants: [{ role: auditor, district_id: "0100" }] }\n`).join("")}`;
    await expect(run(people(["ann", "a@x.org"], ["bea", "A@x.org"]))).rejects.toThrow(/people\.0\.email/);
    await run(people(["ann", "a@x.org"]));
    await expect(run(people(["bea", "a@x.org"]))).rejects.toThrow(/address of somebody else/);
    expect((await run(people(["ann", "b@x.org"]))).changed).toEqual(["person ann"]);
  });

  it("adds what is new, shows the difference without writing it, and changes nothing the second time", async () => {
    const target = place();
    const run = apply(target);
    expect(await run(SETUP, { dryRun: true })).toMatchObject({
      added: [
        "district 0100",
        "school 631930",
        "program math-boost",
        "provider north-star",
        "contact lead-1",
        "default owner",
      ],
    });
    expect((await target.setup.all()).schools).toEqual([]);
    expect((await run(SETUP)).added).toHaveLength(6);
    const stored = JSON.stringify(await target.setup.all());
    expect(await run(SETUP)).toMatchObject({ added: [], changed: [], unchanged: 6 });
    expect(JSON.stringify(await target.setup.all())).toBe(stored);
    expect((await run(SETUP.replace("target_hours: 30", "target_hours: 15"))).changed).toEqual([
      "program math-boost",
    ]);
  });

  it.each([
    ["a zone that is none", "America/Denver", "America/Dever", 8, "schools.0.time_zone"],
    ["an unknown field", "name: Rio Grande", "nmae: Rio Grande", 4, "districts.0.nmae"],
    ["a day that does not exist", "2025-11-28", "2025-11-31", 13, "schools.0.calendar.closures.0.to"],
    [
      "a closure that ends before it begins",
      "to: 2025-11-28",
      "to: 2025-11-20",
      13,
      "schools.0.calendar.closures.0.to",
    ],
    ["an id that is a number", '"631930"\n    district', "631930\n    district", 6, "schools.0.school_id"],
    ["a role that is none", "role: site_lead", "role: boss", 21, "contacts.0.role"],
    ["an address that is none", "lead@example.org", "lead", 22, "contacts.0.email"],
    [
      "a provider in capitals",
      "provider_id: north-star",
      "provider_id: NorthStar",
      18,
      "providers.0.provider_id",
    ],
    ["hours that are none", "target_hours: 30", "target_hours: 0", 16, "programs.0.target_hours"],
    [
      "a provider that is not set up",
      "role: site_lead",
      "provider_id: nobody\n    role: site_lead",
      21,
      "contacts.0.provider_id",
    ],
    ["something that stands twice", "contacts:", "  - provider_id: north-star\ncontacts:", 19, "providers.1"],
  ])("names line and column of %s", (_, from, to, line, path) => {
    const { setup, faults } = parseSetup(SETUP.replace(from, to));
    expect(setup).toBeUndefined();
    expect(faults).toMatchObject([{ line, path }]);
    expect(faults[0]?.column).toBeGreaterThan(0);
    expect(faults[0]?.reason.length).toBeGreaterThan(5);
  });

  it("names the place of broken YAML", () => {
    expect(parseSetup("schools:\n  - school_id: [").faults[0]).toMatchObject({ line: 2 });
  });

  it("refuses references to what is not set up", async () => {
    await expect(
      apply(place())(SETUP.replace('district_id: "0100"\n    time', "district_id: other\n    time")),
    ).rejects.toThrow("other is not set up");
  });

  it("refuses to change the zone of a school with sessions, unless their days may change with it", async () => {
    const running = world({ clock: () => new Date("2026-03-04T18:00:00Z") });
    const target = { setup: new InMemorySetupStore(), sessions: running.sessions };
    const run = apply(target);
    await run(SETUP);
    await running.post([
      completed({ scheduled_start: "2026-03-02T23:30:00-07:00" }),
      completed({ session_id: "noon" }),
    ]);
    const chicago = SETUP.replace("America/Denver", "America/Chicago");
    await expect(run(chicago)).rejects.toThrow("--rezone");
    expect(await run(chicago, { rezone: true })).toMatchObject({ moved: 1, changed: ["school 631930"] });
    expect(await run(chicago, { rezone: true })).toMatchObject({ moved: 0, changed: [] });
    await running.deliver(running.stream.records.splice(0));
    const days = [...running.views.views.values()].map(({ day, packed }) => [
      day,
      unpack(packed).student_sessions.length,
    ]);
    expect(days).toEqual([
      ["2026-03-02", 1],
      ["2026-03-03", 1],
    ]);
  });
});

describe("what a file does not name any more", () => {
  const PEOPLE = `people:
  - { person_id: ann, email: ann@x.org, grants: [{ role: site_lead, school_ids: ["631930"] }] }
  - { person_id: bea, email: bea@x.org, grants: [{ role: district_viewer, district_id: "0100" }] }
`;
  const MORE = SETUP.replace(
    "default_owner",
    '  - { contact_id: lead-2, role: site_lead, email: two@example.org, school_ids: ["631930"] }\ndefault_owner',
  )
    .replace(
      "programs:",
      '  - { school_id: "631931", district_id: "0100", time_zone: America/Denver }\nprograms:',
    )
    .replace(
      "contacts:",
      '  - { provider_id: old-star, contracts: [{ school_ids: ["631930"], from: 2025-08-01 }] }\ncontacts:',
    );
  const withoutAnn = PEOPLE.split("\n")
    .filter((line) => !line.includes("ann"))
    .join("\n");

  it("is said, and changes nothing without --prune", async () => {
    const target = place();
    const run = apply(target);
    await run(MORE + PEOPLE);
    const result = await run(SETUP + withoutAnn);
    expect(result.unnamed).toEqual(["person ann", "contact lead-2", "provider old-star", "school 631931"]);
    expect(result.pruned).toEqual([]);
    expect((await target.setup.all()).people).toHaveLength(2);
    expect(pruneLines(result).join("\n")).toContain("--prune");
    expect(await target.setup.lastNamed()).toEqual({ people: ["bea"], contacts: ["lead-1"] });
  });

  it("goes with --prune: access, contacts and empty schools end, contracts end today", async () => {
    const target = place();
    const run = apply(target);
    await run(MORE + PEOPLE);
    const dry = await run(SETUP + withoutAnn, { prune: true, dryRun: true });
    expect((await target.setup.all()).people).toHaveLength(2);
    expect(await run(SETUP + withoutAnn, { prune: true })).toEqual(dry);
    const left = await target.setup.all();
    expect(left.people?.map(({ person_id }) => person_id)).toEqual(["bea"]);
    expect(left.contacts.map(({ contact_id }) => contact_id)).toEqual(["lead-1"]);
    expect(left.schools.map(({ school_id }) => school_id)).toEqual(["631930"]);
    const old = left.providers.find(({ provider_id }) => provider_id === "old-star");
    expect(old?.contracts).toEqual([{ school_ids: ["631930"], from: "2025-08-01", to: "2026-03-02" }]);
    expect((await run(SETUP + withoutAnn)).unnamed).toEqual([]);
  });

  it("stays where sessions or a roster hang on it, and is named", async () => {
    const target = place();
    const run = apply(target);
    await run(MORE);
    await target.setup.putRoster([{ school_id: "631931", student_id: "s-1" }]);
    const result = await run(SETUP, { prune: true });
    expect(result.stays).toEqual([{ name: "school 631931", why: "has sessions or a roster" }]);
    expect((await target.setup.all()).schools).toHaveLength(2);
  });

  it("is left alone where the file does not hold the list, and an empty list empties it", async () => {
    const target = place();
    const run = apply(target);
    await run(SETUP + PEOPLE);
    const result = await run(SETUP, { prune: true });
    expect([result.pruned, result.lists_left_alone]).toEqual([[], ["people"]]);
    expect((await run(`${SETUP}people: []\n`, { prune: true })).pruned).toEqual(["person ann", "person bea"]);
  });

  it("is refused where something that stays points at it", async () => {
    const target = place();
    const run = apply(target);
    await run(MORE.replace("default_owner: lead-1", "default_owner: lead-2"));
    await expect(run(SETUP.replace("default_owner: lead-1", ""), { prune: true })).rejects.toThrow("lead-2");
    expect((await target.setup.all()).contacts).toHaveLength(2);
  });
});

describe("slips of YAML", () => {
  it.each([
    [
      "a number",
      'school_id: "631930"',
      "school_id: 631930",
      'is read as a number; put it into quotes: "631930"',
    ],
    ["a truth", "name: Rio Grande", "name: false", 'is read as a boolean; put it into quotes: "false"'],
    ["nothing", "name: Rio Grande", "name:", "is read as nothing; put it into quotes"],
  ])("say what was read and how to mean it: %s", (_, from, to, says) => {
    expect(parseSetup(SETUP.replace(from, to)).faults[0]?.reason).toContain(says);
  });

  it("are one line, also where the file is no YAML at all", () => {
    expect(parseSetup("<html>\n<body>: [\n{ x\n- y: : z").faults).toHaveLength(1);
    const [fault] = parseSetup("just a sentence").faults;
    expect([fault?.line, fault?.reason]).toEqual([1, expect.stringContaining("no set-up")]);
  });
});
