import { describe, expect, it } from "vitest";
import { Contact } from "../../domain/contact.ts";
import { conformanceOf } from "../../domain/conformance.ts";
import { costOf } from "../../domain/cost.ts";
import { summarize } from "../../domain/day-summary.ts";
import { dosageReport } from "../../domain/dosage-report.ts";
import { csvCell, exactCsvCell } from "../../domain/csv-cell.ts";
import { duplicateKeys } from "../../domain/json-text.ts";
import { isDue, latestMail, Message } from "../../domain/message.ts";
import { nearest } from "../../domain/nearest.ts";
import { gini, quantileOf, ratio } from "../../domain/numbers.ts";
import { lastFeasibleDay, planOf, requiredPace } from "../../domain/pace.ts";
import { missingReports, mondayOfWeek, weekOf } from "../../domain/read-model.ts";
import { addDays, clockOf, dayOf, instantAt, isDay, isoWeekday, isZone } from "../../domain/school-day.ts";
import { DEFAULT_SETTINGS, levelOf, Overrides, settingsOf } from "../../domain/settings.ts";
import { Program } from "../../domain/setup.ts";
import { liveSecrets, schemeOf } from "../../domain/webhook.ts";
import { dayOf as schoolDay, pending, row, SCHOOL } from "../support/school.ts";
import { completed } from "../support/world.ts";

describe("a cell", () => {
  it.each<[unknown, string, string]>([
    ["plain", "plain", "plain"],
    ["=1+1", "'=1+1", "=1+1"],
    ['a "b", c', '"a ""b"", c"', '"a ""b"", c"'],
    [-5, "-5", "-5"],
    [true, "true", "true"],
    [false, "false", "false"],
    [undefined, "", ""],
    [{ a: 1 }, "", ""],
  ])("of %j is %j for a person, and %j in a file that is imported again", (value, shown, exact) => {
    expect([csvCell(value), exactCsvCell(value)]).toEqual([shown, exact]);
  });
});

describe("missing reports", () => {
  it("are those of sessions that are over, the oldest first, then by id", () => {
    const at = (session_id: string, scheduled_end: number) => ({
      ...pending("2026-03-11"),
      session_id,
      scheduled_end,
    });
    const sessions = [at("S-2", 200), at("S-3", 100), at("S-1", 200), at("S-0", 201)];
    const { summary } = schoolDay("2026-03-11", [], { pending: sessions });
    expect(missingReports(summary, 200).map(({ session_id }) => session_id)).toEqual(["S-3", "S-1", "S-2"]);
  });
});

describe("thresholds", () => {
  const share = { least: undefined, most: 1, under: 0, over: 1.01 };
  const days = { least: 1, most: 60, under: 0, over: 61 };
  const count = { least: 1, most: 100, under: 0, over: 101 };
  const weeks = { least: 1, most: 8, under: 0, over: 9 };
  it.each([
    ["missed_in_a_row", 2, count],
    ["missed_sessions", 3, count],
    ["missed_window_days", 10, days],
    ["delivery_share", 0.8, share],
    ["delivery_days", 3, days],
    ["start_days", 5, days],
    ["dosage_share", 0.66, share],
    ["dosage_weeks", 2, weeks],
    ["pace_share", 0.8, share],
    ["pace_days", 15, days],
    ["tutors", 3, { least: 2, most: 20, under: 1, over: 21 }],
    ["tutor_days", 20, days],
    ["ratio_share", 0.9, share],
    ["ratio_days", 10, days],
    ["completeness_share", 0.95, share],
    ["lag_hours", 24, { least: 1, most: 720, under: 0, over: 721 }],
    ["reporting_days", 5, days],
    ["unknown_students", 1, count],
    ["unknown_days", 10, days],
    ["habit_weeks", 4, weeks],
    ["clean_days", 10, days],
    ["escalate_days", 3, days],
    ["escalate_weekly_days", 5, days],
  ] as const)("%s is %d where nobody says otherwise, and has its bounds", (name, usual, bounds) => {
    expect(DEFAULT_SETTINGS[name]).toBe(usual);
    const takes = (value: number | undefined) => Overrides.safeParse({ [name]: value }).success;
    expect([takes(bounds.least), takes(bounds.most)]).toEqual([true, true]);
    expect([takes(bounds.under), takes(bounds.over)]).toEqual([false, false]);
  });

  it("come from the nearest level", () => {
    const layers = [
      { level: "deployment" as const, settings: { tutors: 4, pace_days: 20 } },
      { level: "school" as const, settings: { tutors: 5 } },
      { level: "program" as const, settings: undefined },
    ];
    expect(settingsOf(layers)).toMatchObject({ tutors: 5, pace_days: 20, start_days: 5 });
    expect((["tutors", "pace_days", "start_days"] as const).map((name) => levelOf(layers, name))).toEqual([
      ...["school", "deployment", "default"],
    ]);
  });
});

describe("keys that stand twice", () => {
  const found = (text: string) => duplicateKeys(text, JSON.parse(text));
  it.each([
    ['{"a":1,"b":2}', []],
    ['{"a":1,"a":2}', ["/a"]],
    [String.raw`{"a":"x\\","a":2}`, ["/a"]],
    [String.raw`{"a\"":1,"a\"":2}`, ['/a"']],
    [String.raw`{"a":"\"","b":"a:b","c":"\\\""}`, []],
    ['[{"a":1},{"a":{"b":[1,{"c":1,"c":2}]}}]', ["/1/a/b/1/c"]],
    ['{"a/b":{"~":1,"~":2}}', ["/a~1b/~0"]],
    ['{"":"","":""}', ["/"]],
  ])("%s: %j", (text, pointers) => {
    expect(found(text)).toEqual(pointers);
  });

  it("are named twenty at most", () => {
    expect(found(`{${Array.from({ length: 30 }, () => '"a":0').join(",")}}`)).toHaveLength(20);
  });
});

describe("the word that was meant", () => {
  it.each([
    ["tutor", "tutors"],
    ["shcool", "school"],
    ["SCHOOL", "school"],
    ["scholl", "school"],
    ["chool", "school"],
    ["pace_day", "pace_days"],
    ["a", undefined],
    ["completely", undefined],
  ])("of %s is %s", (word, meant) => {
    expect(nearest(word, ["school", "tutors", "pace_days"])).toBe(meant);
  });
});

describe("days and clocks of a school", () => {
  const DENVER = "America/Denver";
  it("go on across changes of the clocks", () => {
    for (const [day, clock, utc] of [
      ["2026-03-07", "08:00", "15:00"],
      ["2026-03-08", "08:00", "14:00"],
      ["2026-10-31", "08:00", "14:00"],
      ["2026-11-01", "08:00", "15:00"],
      ["2026-11-01", "00:30", "06:30"],
    ] as const) {
      const instant = Date.parse(`${day}T${utc}:00Z`) / 1000;
      expect([day, instantAt(day, clock, DENVER)]).toEqual([day, instant]);
      expect([dayOf(instant, DENVER), clockOf(instant, DENVER)]).toEqual([day, clock]);
    }
    expect(clockOf(instantAt("2026-03-08", "02:30", DENVER), DENVER)).toMatch(/^0[13]:30$/);
    expect(clockOf(Date.parse("2026-01-01T07:00:00Z") / 1000, DENVER)).toBe("00:00");
  });

  it("are counted as dates", () => {
    expect([addDays("2026-02-28", 1), addDays("2024-02-28", 1), addDays("2026-01-01", -1)]).toEqual([
      ...["2026-03-01", "2024-02-29", "2025-12-31"],
    ]);
    expect(["2026-11-23", "2026-11-28", "2026-11-29"].map(isoWeekday)).toEqual([1, 6, 7]);
    expect(["2026-02-29", "2026-2-1", "2026-02-28", "x"].map(isDay)).toEqual([false, false, true, false]);
    expect(["America/Denver", "UTC", "EST", "-07:00", "Etc/GMT+7", "America/Nowhere"].map(isZone)).toEqual([
      ...[true, true, false, false, false, false],
    ]);
  });

  it("belong to weeks of ISO 8601", () => {
    expect(["2026-W01", "2026-W53", "2025-W53", "2026-W00", "2026-W54", "x"].map(mondayOfWeek)).toEqual([
      ...["2025-12-29", "2026-12-28", undefined, undefined, undefined, undefined],
    ]);
    expect(["2026-01-01", "2027-01-03", "2027-01-04"].map(weekOf)).toEqual([
      "2026-W01",
      "2026-W53",
      "2027-W01",
    ]);
  });
});

describe("what a month costs", () => {
  it("is each part to the cent of its price", () => {
    const { parts } = costOf({ students: 300, sessions_per_week: 3, batch: 10, texts_per_month: 100 });
    // 1,300 sessions of three students, posted twice in tens, at three schools
    const [sessions, requests, schools] = [1300, 260, 3];
    const expected: Record<string, number> = {
      "API requests": requests * 1e-6,
      functions: requests * (2 * 0.2e-6 + (13 + 25) * 0.5e-3 * 0.000_013_333_4),
      "session records": sessions * 4 * 0.625e-6,
      "quotas and refusals": requests * (0.625e-6 + 0.125e-6),
      summaries: requests * (3 * 0.625e-6 + 5.5 * 0.125e-6),
      "rules and alerts": requests * 12 * 0.125e-6,
      logs: requests * 700 * 0.5e-9,
      "storage and recovery": ((sessions * 12 * 700) / 1e9) * 0.45,
      mails: schools * 15 * 0.0001,
      texts: 100 * 0.012,
      "sign-in": (schools * 2 + 10) * 0.015,
      key: 1 + requests * 0.000_003,
      "alarms and dashboard": 44 * 0.1 + 3,
    };
    expect(Object.keys(parts)).toEqual(Object.keys(expected));
    for (const [name, dollars] of Object.entries(expected))
      expect([name, parts[name]! / dollars]).toEqual([name, expect.closeTo(1, 9)]);
  });

  it("counts a school for each hundred students begun", () => {
    const mails = (students: number) =>
      costOf({ students, sessions_per_week: 3, batch: 1, texts_per_month: 0 }).parts["mails"];
    expect([100, 101].map(mails)).toEqual([expect.closeTo(0.0015, 9), expect.closeTo(0.003, 9)]);
  });
});

describe("how late a report came", () => {
  const bins = [15, 60, 240, 720, 1440, 2880, 4320, 10_080, 43_200];
  const end = Date.parse("2026-03-02T18:00:00Z");
  const binOf = (minutes: number) => {
    const content = JSON.stringify({
      k: "c",
      t: 0,
      s: end / 1000 - 1800,
      n: 30,
      w: "T",
      g: 1,
      u: [["1", "P", 30]],
    });
    const first_reported_at = new Date(end + minutes * 60_000).toISOString();
    const key = { school_id: "A", provider_id: "P", session_id: "S", order: 5, day: "2026-03-02" };
    return summarize([{ ...key, content, first_reported_at }]).providers[0]?.lag.indexOf(1);
  };
  it.each(bins.map((minutes, bin) => [minutes, bin] as const))(
    "%d minutes are bin %d, and more the next",
    (minutes, bin) => {
      expect([binOf(minutes), binOf(minutes + 1)]).toEqual([bin, bin + 1]);
    },
  );

  it("is no time where it came before the end", () => {
    expect(binOf(-10)).toBe(0);
  });
});

describe("sessions of one minute", () => {
  it("are ordered by student, start and all the rest, so that equal facts give equal bytes", () => {
    const session = (id: string, start: number, tutor: string) => ({
      ...{
        school_id: "A",
        provider_id: "P",
        session_id: `${id}${start}${tutor}`,
        order: 5,
        day: "2026-03-02",
      },
      content: JSON.stringify({ k: "c", t: 0, s: start, n: 30, w: tutor, g: 1, u: [[id, "P", 30]] }),
      first_reported_at: undefined,
    });
    const records = [
      session("2", 60, "a"),
      session("1", 120, "a"),
      session("1", 60, "b"),
      session("1", 60, "a"),
    ];
    const order = (given: typeof records) =>
      summarize(given).student_sessions.map(
        ({ student_id, at, tutor_id }) => `${student_id}${at}${tutor_id}`,
      );
    expect(order(records)).toEqual(["11a", "11b", "12a", "21a"]);
    expect(order([...records].reverse())).toEqual(order(records));
  });
});

describe("secrets of a webhook", () => {
  const now = new Date("2026-03-02T18:00:00.000Z");
  const secret = (secret_id: string, more: object = {}) => ({
    ...{
      secret_id,
      scheme: "v1" as const,
      sealed: "x",
      created_at: `2026-01-0${secret_id}T00:00:00Z`,
      ...more,
    },
  });
  const endpoint = { endpoint_id: "e", provider_id: "north-star", created_at: "2026-01-01T00:00:00Z" };

  it("count until their end, the newest first, and none once the address is revoked", () => {
    const secrets = [
      secret("1"),
      secret("2", { expires_at: now.toISOString() }),
      secret("3", { expires_at: "2026-03-02T18:00:00.001Z" }),
    ];
    const live = (more: object = {}) =>
      liveSecrets({ ...endpoint, secrets, ...more }, now).map(({ secret_id }) => secret_id);
    expect(live()).toEqual(["3", "1"]);
    expect(live({ revoked_at: now.toISOString() })).toEqual([]);
  });

  it.each([
    [`whsec_${Buffer.alloc(24).toString("base64")}`, "v1"],
    [`whsec_${Buffer.alloc(64).toString("base64")}`, "v1"],
    [`whsec_${Buffer.alloc(23).toString("base64")}`, "v1"],
    [`whsec_${Buffer.alloc(21).toString("base64")}`, undefined],
    [`whsec_${Buffer.alloc(67).toString("base64")}`, undefined],
    [`whpk_${Buffer.alloc(32).toString("base64")}`, "v1a"],
    [`whpk_${Buffer.alloc(33, 1).toString("base64")}=`, undefined],
    ["whsec_!", undefined],
    ["x", undefined],
  ])("%s is %s", (text, scheme) => {
    expect(schemeOf(text)).toBe(scheme);
  });
});

describe("messages", () => {
  const message = (more: object) =>
    Message.parse({
      ...{ message_id: "m", kind: "digest", contact_id: "c", day: "2026-03-02", sections: [], state: "sent" },
      ...{ decided_at: "2026-03-02T12:00:00.000Z", version: 1, ...more },
    });
  it("are told by the last mail, and neither by an empty one nor by a text", () => {
    const mails = [
      message({ message_id: "a", decided_at: "2026-03-02T13:00:00.000Z" }),
      message({ message_id: "b" }),
      message({ message_id: "c", decided_at: "2026-03-02T14:00:00.000Z", state: "empty" }),
      message({ message_id: "d", decided_at: "2026-03-02T15:00:00.000Z", kind: "text" }),
    ];
    expect(latestMail(mails)?.message_id).toBe("a");
    expect(latestMail([...mails].reverse())?.message_id).toBe("a");
  });

  it("are offered again once their time has come, or once they seem lost", () => {
    const at = (time: string) => new Date(`2026-03-02T${time}Z`);
    const waiting = message({ state: "waiting", next_at: "2026-03-02T12:30:00.000Z" });
    expect([isDue(waiting, at("12:29:59.999")), isDue(waiting, at("12:30:00.000"))]).toEqual([false, true]);
    const decided = message({ state: "decided" });
    expect([isDue(decided, at("12:00:00.001")), isDue(decided, at("23:00:00"))]).toEqual([false, true]);
    expect(isDue(message({}), at("23:00:00"))).toBe(false);
  });
});

describe("a contact", () => {
  const contact = { contact_id: "c", role: "site_lead", email: "a@example.org", school_ids: ["A"] };
  const takes = (more: object) => Contact.safeParse({ ...contact, ...more }).success;
  it("has a telephone number in E.164, an hour of the digest, and words about its consent", () => {
    expect(
      ["+13035550123", "+12345678", "+123456789012345"].map((phone) =>
        takes({ phone, text_opt_in: { on: "2026-01-05", how: "x" } }),
      ),
    ).toEqual([true, true, true]);
    expect(
      ["3035550123", "+1234567", "+1234567890123456", "+03035550123"].map((phone) => takes({ phone })),
    ).toEqual([false, false, false, false]);
    const consent = (how: string) => takes({ phone: "+13035550123", text_opt_in: { on: "2026-01-05", how } });
    expect([consent(""), consent("x"), consent("x".repeat(200)), consent("x".repeat(201))]).toEqual([
      false,
      true,
      true,
      false,
    ]);
    expect([takes({ channels: [] }), takes({ channels: ["mail"] })]).toEqual([false, true]);
  });
});

describe("the hour of a session", () => {
  it.each([
    ["05:59", "warn"],
    ["06:00", "pass"],
    ["20:59", "pass"],
    ["21:00", "warn"],
  ])("%s is %s", (clock, level) => {
    const event = completed({ scheduled_start: `2026-03-02T${clock}:00-07:00` });
    const { results } = conformanceOf([event], { now: new Date("2026-03-05T00:00:00Z") });
    expect(results.find(({ check }) => check === "time of day")?.level).toBe(level);
  });
});

describe("figures", () => {
  it("of hours are exact", () => {
    expect([
      ratio(1, 0),
      ratio(1, 4),
      quantileOf([], 0.5),
      quantileOf([1, 2, 4], 0.5),
      quantileOf([1, 2, 4, 8], 0.25),
    ]).toEqual([...[null, 0.25, null, 2, 1.75]]);
    expect([gini([]), gini([2, 2]), gini([0, 4])]).toEqual([null, 0, 0.5]);
    const roster = ["1", "2", "3", "4", "5", "6"].map((student_id) => ({ student_id, school_id: "A" }));
    const minutes = [0, 14, 15, 30, 45, 60];
    const student_sessions = roster.map(({ student_id }, at) =>
      row("2026-03-02", at === 0 ? "absent_unexcused" : "present", { student_id, minutes: minutes[at]! }),
    );
    const report = dosageReport({
      roster,
      schools: [SCHOOL],
      programs: [],
      student_sessions,
      target_hours: 1,
    });
    expect(report).toMatchObject({
      students_enrolled: 6,
      students_tutored: 5,
      sessions: 5,
      total_minutes: 164,
      hours: { mean: 164 / 60 / 5, median: 0.5, q25: 0.25, q75: 0.75 },
      full_dosage_rate: { of_tutored: 0.2, of_enrolled: 1 / 6 },
      buckets: { "<25": 0.2, "25-50": 0.2, "50-75": 0.2, "75-99": 0.2, "100+": 0.2 },
    });
  });

  it("of a plan say what is due, what it takes, and until when it can be done", () => {
    const program = Program.parse({
      program_id: "math",
      target_hours: 10,
      weeks: 4,
      sessions_per_week: 5,
      minutes_per_session: 30,
    });
    const at = {
      school: SCHOOL,
      today: "2026-03-16",
      first_day: "2026-03-02",
      known: new Map<string, number>(),
    };
    const enrolment = { student_id: "1", school_id: "A", program_id: "math", from: "2026-03-02" };
    const plan = planOf(at, enrolment, program)!;
    expect(plan).toMatchObject({
      start: "2026-03-02",
      elapsed: 10,
      whole: 20,
      target_minutes: 600,
      expected_minutes: 300,
    });
    // ten of its days are left: two weeks
    expect([requiredPace(at, plan, 300), requiredPace(at, plan, 599), requiredPace(at, plan, 600)]).toEqual([
      150, 1, 0,
    ]);
    expect(lastFeasibleDay(at, plan, { program, minutes: 570 })).toBe("2026-03-27");
    expect(lastFeasibleDay(at, plan, { program, minutes: 300 })).toBe("2026-03-16");
    expect(lastFeasibleDay(at, plan, { program, minutes: 299 })).toBe("");
  });
});
