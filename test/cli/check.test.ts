import { describe, expect, it } from "vitest";
import { checkText } from "../../cli/check-command.ts";
import { rollcall } from "../../cli/commands.ts";
import { completed } from "../support/world.ts";

const resultsOf = (...events: unknown[]) =>
  new Map(checkText(JSON.stringify(events)).results.map((one) => [one.check, one]));

describe("rollcall provider check", () => {
  it("ticks nothing that it did not look at, and says of how many the ticks are", () => {
    const broken = resultsOf({ nothing: "Maria Gonzalez" });
    expect(broken.get("the contract of each event")?.level).toBe("fail");
    const skipped = broken.get("opaque ids");
    expect([skipped?.level, skipped?.detail]).toEqual(["skip", expect.stringContaining("not looked at")]);
    const passed = resultsOf(completed()).get("opaque ids");
    expect([passed?.level, passed?.detail]).toEqual(["pass", expect.stringContaining("looked at 1")]);
  });

  it("looks at what the API looks at: ids that tell, minutes over the session, the future", () => {
    const named = completed({ students: [{ student_id: "Maria Gonzalez", attendance_status: "present" }] });
    expect(resultsOf(named).get("opaque ids")).toMatchObject({
      level: "fail",
      at: ["/0/data/students/0/student_id"],
    });
    expect(resultsOf(completed({ tutor_id: "ada@x.org" })).get("opaque ids")?.level).toBe("fail");
    const later = completed({ scheduled_start: "2099-03-02T10:00:00-07:00" });
    expect(resultsOf(later).get("times in the past")?.level).toBe("fail");
    const long = completed({
      students: [{ student_id: "1", attendance_status: "present", minutes_present: 300 }],
    });
    expect(resultsOf(long).get("the contract of each event")?.level).toBe("fail");
  });

  it("finds a student in two sessions at once", () => {
    const later = completed({ session_id: "S-2", scheduled_start: "2026-03-02T10:10:00-07:00" });
    expect(resultsOf(completed(), later).get("one place at a time")).toMatchObject({
      level: "warn",
      at: ["/0", "/1"],
    });
    expect(resultsOf(completed()).get("one place at a time")?.level).toBe("pass");
  });

  it("looks at schools, programs and contracts of the provider where the set-up is known", () => {
    const setUp = {
      contracts: [
        { school_ids: ["631930"], program_ids: ["math"], to: "2026-03-01" },
        { school_ids: ["700"] },
      ],
      zones: new Map([["631930", "America/Denver"]]),
      programs: new Set(["math"]),
    };
    const events = [
      completed({ school_id: "631930", program_id: "math", scheduled_start: "2026-03-01T10:00:00-07:00" }),
      completed({ school_id: "631930", program_id: "math" }),
      completed({ school_id: "700", program_id: "art" }),
      completed({ school_id: "800" }),
    ];
    const at = (day: string, known: typeof setUp & { session_age_days?: number }) => {
      const { results: all } = checkText(JSON.stringify(events), known, new Date(`${day}T18:00:00Z`));
      return new Map(all.map((one) => [one.check, one]));
    };
    const results = at("2026-03-31", setUp);
    expect(results.get("the contract with the district")).toMatchObject({ level: "fail", at: ["/1"] });
    expect(results.get("schools that are set up")).toMatchObject({ level: "warn", at: ["/2", "/3"] });
    expect(results.get("programs that are set up")).toMatchObject({ level: "warn", at: ["/2"] });
    expect(at("2026-04-01", setUp).get("the contract with the district")).toMatchObject({ at: ["/0", "/1"] });
    expect(results.get("sessions that are not too old")).toMatchObject({ level: "pass" });
    const young = { ...setUp, session_age_days: 29 };
    expect(at("2026-03-31", young).get("sessions that are not too old")).toMatchObject({
      level: "fail",
      at: ["/0"],
    });
    expect(resultsOf(...events).get("schools, programs and contracts")?.level).toBe("skip");
  });

  it("takes and refuses what the door takes and refuses", () => {
    const level = (event: object) => resultsOf(event).get("the contract of each event")?.level;
    const bare = { ...completed(), specversion: undefined };
    const { data, ...event } = completed() as { data: unknown };
    const data_base64 = Buffer.from(JSON.stringify(data)).toString("base64");
    expect([level(bare), level({ ...event, data, subject: null }), level({ ...event, data_base64 })]).toEqual(
      [...["fail", "pass", "pass"]],
    );
  });

  it("reads what a webhook posts", () => {
    const { type, data } = completed();
    const results = resultsOf({ type, timestamp: "2026-03-02T18:00:00Z", data });
    expect(results.get("the contract of each event")?.level).toBe("pass");
  });

  it("is no success where there is nothing to check", () => {
    expect(() => checkText("[]")).toThrow("no event");
    expect(() => checkText("\n\n")).toThrow("no event");
  });
});

describe("commands that cannot be meant", () => {
  const run = (...words: string[]) =>
    rollcall({ out: () => undefined, err: () => undefined }, async () => {
      throw new Error("no stack is asked");
    }).parseAsync(["node", "rollcall", ...words]);

  it("are refused before a stack is opened: a report that ends before it begins", async () => {
    await expect(run("report", "dosage", "--from", "2026-03-09", "--to", "2026-03-02")).rejects.toThrow(
      "lies after",
    );
  });

  it("tell in their help that refused rows end them with 2", () => {
    const imports = rollcall({ out: () => undefined, err: () => undefined }).commands.find(
      (one) => one.name() === "import",
    );
    for (const one of imports?.commands ?? []) expect(one.description()).toContain("exits with 2");
    expect(imports?.commands.length).toBe(3);
  });
});
