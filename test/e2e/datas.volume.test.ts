import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { importSessions } from "../../cli/import-sessions.ts";
import type { ImportResult } from "../../cli/tally.ts";
import { importStudents } from "../../cli/import-students.ts";
import { readFacts, reportOf } from "../../cli/report.ts";
import { announceSeed, seeded } from "../support/random.ts";
import { temporaryFolder, testStack, type TestStack } from "../support/stack.ts";

/** Without these files the configuration leaves this file out, and says so. */
const DATAS = join(import.meta.dirname, "..", "..", "..", "shared", "data", "datas");

const seed = announceSeed("datas", 50520);
const folder = temporaryFolder();
const lines = (name: string) => readFileSync(join(DATAS, name), "utf8").trimEnd().split(/\r?\n/);
const write = (name: string, text: string[]) => {
  writeFileSync(join(folder, name), `${text.join("\n")}\n`);
  return join(folder, name);
};
const MINUTES = 120_000;
const patience = { timeout: 10 * MINUTES };

async function enroll({ target }: TestStack) {
  const file = write("students.csv", lines("example_student_dataset.csv"));
  const options = {
    file,
    timeZone: "America/Denver",
    full: false,
    yes: false,
    dryRun: false,
    today: "2026-11-23",
    warn: () => undefined,
  };
  return importStudents(target, options);
}

const send = (place: TestStack, file: string, correct = false): Promise<ImportResult> =>
  importSessions(place.target, {
    file,
    provider: "local",
    correct,
    dryRun: false,
    quiet: true,
    warn: () => undefined,
  });

async function report({ target }: TestStack): Promise<string> {
  const facts = await readFacts(target, { targetHours: 60, from: "0000", to: "9999", now: new Date() });
  return JSON.stringify(reportOf(facts, 60), undefined, 2);
}

async function recomputes({ target }: TestStack): Promise<number> {
  const { schools } = await target.setup.all();
  const days = await Promise.all(
    schools.map(({ school_id }) => target.summaries.read({ school_id, from: "2000", to: "9999" })),
  );
  return days.flat().reduce((sum, { version }) => sum + version, 0);
}

describe("the DATAS example files", () => {
  let first: TestStack;
  let bytes = "";
  const [header = "", ...rows] = lines("example_session_dataset.csv");
  beforeAll(async () => {
    first = await testStack();
  });
  afterAll(async () => first.close());

  it(
    "come to 2,500 enrolled, 1,000 tutored, 50,328 sessions attended of 50,520 and 2,989,057 minutes, in at most 3,000 recomputes",
    patience,
    async () => {
      const began = Date.now();
      expect(await enroll(first)).toMatchObject({ rows: 2500, added: 2500, faults: 0 });
      expect(await send(first, write("sessions.csv", [header, ...rows]))).toMatchObject({
        rows: 50_520,
        accepted: 50_520,
        faults: 0,
      });
      bytes = await report(first);
      const seconds = (Date.now() - began) / 1000;
      const counted = await recomputes(first);
      console.log(`datas: imported and summarised in ${seconds.toFixed(1)} s, ${counted} recomputes`);
      expect(JSON.parse(bytes)).toMatchObject({
        students_enrolled: 2500,
        students_tutored: 1000,
        // 192 rows of 0 minutes are no-shows
        sessions: 50_328,
        total_minutes: 2_989_057,
      });
      expect(counted).toBeLessThanOrEqual(3000);
    },
  );

  it("imported again are 50,520 duplicates and change no byte of the report", patience, async () => {
    expect(await send(first, join(folder, "sessions.csv"))).toMatchObject({
      duplicate: 50_520,
      accepted: 0,
      faults: 0,
    });
    expect(await report(first)).toBe(bytes);
  });

  it("read with other targets equal a computation from scratch", async () => {
    const facts = await readFacts(first.target, {
      targetHours: 60,
      from: "0000",
      to: "9999",
      now: new Date(),
    });
    for (const hours of [15, 30, 45]) {
      const minutes = new Map<string, number>();
      for (const row of rows.map((line) => line.split(","))) {
        const [student = "", duration = "0"] = [row[COLUMN.student], row[COLUMN.duration]];
        minutes.set(student, (minutes.get(student) ?? 0) + Math.floor(Number(duration) + 0.5));
      }
      const full = [...minutes.values()].filter((sum) => sum >= hours * 60).length;
      expect(reportOf(facts, hours).full_dosage_rate.of_tutored).toBeCloseTo(full / minutes.size, 12);
    }
  });
  const columns = header.toLowerCase().split(",");
  const COLUMN = { student: columns.indexOf("student_id"), duration: columns.indexOf("session_duration") };

  it(
    "shuffled, with 10 % of the rows twice and 10 % sent wrong first or wrong late, give the same bytes",
    patience,
    async () => {
      const place = await testStack();
      const random = seeded(seed);
      const wrongTopic = (row: string) =>
        row.replace(/,(math|ela|reading)/i, ",other").replace(/,(\d+)(\.\d+)?(,|$)/, ",7$3");
      const right = rows.map((row, number) => `${row},row-${number},2`);
      const wrong = rows.flatMap((row, number) =>
        random.chance(0.1) ? [`${wrongTopic(row)},row-${number},1`] : [],
      );
      const twice = right.filter(() => random.chance(0.1));
      const told = random.shuffle([...right, ...wrong, ...twice]);
      await enroll(place);
      const result = await send(place, write("shuffled.csv", [`${header},session_id,revision`, ...told]));
      expect(result).toMatchObject({ conflict: 0, rejected: 0, faults: 0, duplicate: twice.length });
      // what was wrong came before what is right, and was corrected, or after it, and was stale
      expect(result.accepted + result.stale).toBe(right.length + wrong.length);
      expect([result.stale > 2000, result.accepted > right.length + 2000]).toEqual([true, true]);
      expect(await report(place)).toBe(bytes);
      await place.close();
    },
  );
});
