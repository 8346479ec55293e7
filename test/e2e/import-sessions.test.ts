import { existsSync, readFileSync, writeFileSync } from "node:fs";
import { createServer } from "node:http";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { importSessions } from "../../cli/import-sessions.ts";
import type { ImportOptions } from "../../cli/send-sessions.ts";
import { readFacts, reportOf, writeStudents } from "../../cli/report.ts";
import { reportText } from "../../cli/report-text.ts";
import { readContent } from "../../domain/session-content.ts";
import { EVENT_TYPES } from "../../domain/session-event.ts";
import { keyIdOf, newKey } from "../../adapters/provider-key-store.ts";
import { postEvents } from "../../cli/post-events.ts";
import { announceSeed, seeded } from "../support/random.ts";
import { listen } from "../../local/listen.ts";
import { readAll } from "../../local/lambda-pool.ts";
import { temporaryFolder, testStack, type TestStack } from "../support/stack.ts";

let place: TestStack;
const folder = temporaryFolder();
const HEADER = "student_id,session_topic,session_date,session_duration,session_ratio,tutor_id";
let warnings: string[] = [];
let number = 0;

beforeAll(async () => {
  place = await testStack();
  const { setup } = place.target;
  const denver = (school_id: string) => ({ school_id, district_id: "D", time_zone: "America/Denver" });
  await setup.put({
    districts: [{ district_id: "D" }],
    schools: [denver("A"), denver("B")],
    programs: [],
    providers: [],
    contacts: [],
  });
  await setup.putRoster(["01", "02", "03"].map((student_id) => ({ student_id, school_id: "A" })));
});
afterAll(async () => place.close());

function send(lines: string[], more: Partial<ImportOptions> = {}, header = HEADER) {
  number += 1;
  const file = join(folder, `sessions-${number}.csv`);
  writeFileSync(file, [header, ...lines, ""].join("\n"));
  warnings = [];
  const warn = (line: string) => void warnings.push(line);
  return importSessions(place.target, {
    file,
    provider: "local",
    correct: false,
    dryRun: false,
    quiet: true,
    warn,
    ...more,
  });
}

/** Minutes present of a day's sessions, in rising order. */
async function minutesOn(day: string, tutor_id?: string) {
  const records = await place.target.sessions.onDay("A", day);
  return records
    .flatMap(({ content }) => readContent(content) ?? [])
    .filter((one) => tutor_id === undefined || one.tutor_id === tutor_id)
    .flatMap(({ students }) => students.map(({ minutes_present }) => minutes_present))
    .sort((a, b) => a - b);
}

describe("rollcall import sessions", () => {
  it("counts equal rows as one session and rows that differ in content as two", async () => {
    const row = "01,math,2025-11-13 14:40:00,30,1:3,T1";
    expect(await send([row, row, row.replace(",30,", ",20,")])).toMatchObject({ accepted: 2, duplicate: 1 });
    expect(await send([row.replace(",30,", ",20,"), row])).toMatchObject({ accepted: 0, duplicate: 2 });
  });

  it("reads the aliases of DATAS, rounds minutes half up and says so", async () => {
    const result = await send(
      ["02,Reading,2025-11-13T14:40,30.5,2:1,T1"],
      {},
      "student_id,session_topic,session_datetime,duration,ratio,tutor_id",
    );
    expect(result).toMatchObject({ accepted: 1, warnings: 1 });
    expect(warnings).toEqual(["row 2: session_duration was rounded to whole minutes"]);
  });

  it("decides about hours that do not exist or exist twice, and says so", async () => {
    const rows = [
      "01,ela,2026-03-08 02:30:00,30,1:1,T1",
      "01,ela,2025-11-02 01:30:00,30,1:1,T1",
      "01,ela,2025-11-03,30,1:1,T1",
    ];
    expect(await send(rows)).toMatchObject({ accepted: 3, warnings: 3 });
    expect(warnings.sort().map((line) => line.slice(0, 40))).toEqual([
      "row 2: session_date does not exist: the ",
      "row 3: session_date exists twice: the cl",
      "row 4: session_date has no time; read as",
    ]);
    const days = await place.target.summaries.read({ school_id: "A", from: "2025-11-02", to: "2025-11-03" });
    expect(days.map(({ day }) => day)).toEqual(["2025-11-02", "2025-11-03"]);
  });

  it("names row and column of what cannot be sent, in a file that can be imported again", async () => {
    const rows = [
      "01,math,2025-12-01 10:00,30,1:1,T1",
      "99,math,2025-12-01 10:00,30,1:1,T1",
      "02,chess,2025-12-01 10:00,30,1:1,T1",
      "02,math,2025-02-30,30,1:1,T1",
      "02,math,2025-12-01 11:00,many,1:1,T1",
    ];
    const result = await send(rows);
    expect(result).toMatchObject({ rows: 5, accepted: 1, faults: 4 });
    expect(warnings.map((line) => line.split(":")[0])).toEqual([
      "row 3, column student_id",
      "row 4, column session_topic",
      "row 5, column session_date",
      "row 6, column session_duration",
    ]);
    const errors = readFileSync(result.error_file!, "utf8");
    const [header = "", ...again] = errors
      .replace(/^99/m, "03")
      .replace("chess", "math")
      .replace("2025-02-30", "2025-02-28")
      .replace("many", "30")
      .trimEnd()
      .split("\n");
    expect(header).toBe(`${HEADER},reason`);
    expect(await send(again, {}, header)).toMatchObject({ accepted: 4, faults: 0 });
  });

  it("tells a changed row as a conflict with its number, and corrects it when asked", async () => {
    const header = `${HEADER},session_id`;
    await send(["01,math,2025-12-02 10:00,30,1:1,T1,X-1"], {}, header);
    const changed = ["01,math,2025-12-02 10:00,45,1:1,T1,X-1"];
    const refused = await send(changed, {}, header);
    expect(refused).toMatchObject({ conflict: 1, faults: 1 });
    expect(readFileSync(refused.error_file!, "utf8")).toContain(
      "/data/students: conflict: differs from what is stored",
    );
    expect(warnings).toEqual([expect.stringMatching(/^row 2: conflict: Revision 1 is stored/)]);
    expect(await send(changed, { correct: true }, header)).toMatchObject({
      conflict: 0,
      corrected: 1,
      faults: 0,
    });
    expect(await send(changed, { correct: true }, header)).toMatchObject({ corrected: 0, duplicate: 1 });
    const changedAgain = ["01,math,2025-12-02 10:00,50,1:1,T1,X-1"];
    expect(await send(changedAgain, {}, header)).toMatchObject({ conflict: 1, faults: 1 });
    expect(await send(changedAgain, { correct: true }, header)).toMatchObject({ corrected: 1 });
  });

  it("keeps a session at the school where it was stored, whatever the roster says later", async () => {
    const row = "03,math,2025-12-03 10:00,30,1:1,T1";
    await send([row]);
    await place.target.setup.putRoster([
      { student_id: "03", school_id: "A", to: "2025-12-31" },
      { student_id: "03", school_id: "B", from: "2026-01-01" },
    ]);
    expect(await send([row])).toMatchObject({ duplicate: 1, accepted: 0 });
    expect(await send(["03,math,2026-01-08 10:00,30,1:1,T1"])).toMatchObject({ accepted: 1 });
    expect(await place.target.summaries.read({ school_id: "B", from: "2025", to: "2027" })).toHaveLength(1);
  });

  it("goes on where it was interrupted", async () => {
    let requests = 0;
    const breaking = createServer((request, response) => {
      requests += 1;
      if (requests > 2) return void response.writeHead(401).end();
      const headers = {
        "content-type": "application/json",
        authorization: request.headers.authorization ?? "",
      };
      void (async () => {
        const answer = await fetch(`${place.target.apiUrl}/v1/events`, {
          method: "POST",
          headers,
          body: await readAll(request),
        });
        response.writeHead(answer.status).end(await answer.text());
      })();
    });
    const apiUrl = `http://127.0.0.1:${await listen(breaking, 0)}`;
    const clock = (place: number) => `${8 + Math.floor(place / 60)}:${String(place % 60).padStart(2, "0")}`;
    const rows = Array.from(
      { length: 1200 },
      (_, row) => `02,ela,2026-02-${10 + (row % 3)} ${clock(Math.floor(row / 3))},30,1:1,T1`,
    );
    const file = join(folder, "long.csv");
    writeFileSync(file, [HEADER, ...rows, ""].join("\n"));
    const options = {
      file,
      provider: "local",
      correct: false,
      dryRun: false,
      quiet: true,
      warn: () => undefined,
    };
    await expect(importSessions({ ...place.target, apiUrl }, options)).rejects.toThrow("key is wrong");
    expect(existsSync(`${file}.progress.json`)).toBe(true);
    expect(await importSessions(place.target, options)).toMatchObject({
      rows: 1200,
      accepted: 200,
      duplicate: 0,
    });
    expect(existsSync(`${file}.progress.json`)).toBe(false);
    breaking.close();
  });

  it("sends nothing in a dry run", async () => {
    const rows = Array.from({ length: 3 }, (_, place) => `02,ela,2025-12-${10 + place} 10:00,30,1:1,T1`);
    expect(await send(rows, { dryRun: true })).toMatchObject({ rows: 3, accepted: 0 });
    expect(await send(rows)).toMatchObject({ accepted: 3 });
  });

  it("never takes one of several sessions of a moment for another", async () => {
    const row = "02,math,2025-10-01 09:00,30,1:3,T7";
    const [longer, third] = [row.replace(",30,", ",45,"), row.replace(",30,", ",50,")];
    expect(await send([row, longer])).toMatchObject({ accepted: 2 });
    expect(await send([longer], { correct: true })).toMatchObject({
      duplicate: 1,
      corrected: 0,
      conflict: 0,
    });
    // which of the two it corrects, nobody can tell
    expect(await send([third], { correct: true })).toMatchObject({ corrected: 0, conflict: 1, faults: 1 });
    expect(warnings[0]).toContain("several sessions of this student and tutor at this moment");
    expect(await minutesOn("2025-10-01")).toEqual([30, 45]);
  });

  it("corrects by elimination what a file tells whole, and holds back what a faulty row belongs to", async () => {
    const row = (minutes: number | string) => `02,math,2025-10-08 09:00,${minutes},1:3,T7`;
    expect(await send([row(30), row(45)])).toMatchObject({ accepted: 2 });
    expect(await send([row(30), row(50)])).toMatchObject({ duplicate: 1, conflict: 1 });
    expect(await minutesOn("2025-10-08")).toEqual([30, 45]);
    expect(await send([row(30), row(50), row(50)], { correct: true })).toMatchObject({
      ...{ corrected: 1, duplicate: 2, faults: 0 },
    });
    expect(await minutesOn("2025-10-08")).toEqual([30, 50]);
    const other = (minutes: number | string) => row(minutes).replace("-08 ", "-09 ");
    expect(await send([other(30), other("many")])).toMatchObject({ accepted: 0, faults: 2 });
    expect(warnings[1]).toContain("waits for row 3");
    const misspelled = other(45).replace("math", "maht");
    const zulu = other("many").replace("2025-10-09 09:00", "2025-10-09T15:00:00Z");
    for (const faulty of [misspelled, zulu])
      expect(await send([other(30), faulty])).toMatchObject({ accepted: 0, faults: 2 });
    // also where the file has a column of schools, and leaves it empty
    const empty = [other(30), zulu].map((line) => `${line},`);
    expect(await send(empty, {}, `${HEADER},school_id`)).toMatchObject({ accepted: 0, faults: 2 });
    expect(await send([other(30), other(45)], { correct: true })).toMatchObject({ accepted: 2 });
  });

  it("never gives a further session the id of one that was corrected", async () => {
    const row = (minutes: number) => `02,math,2025-10-21 09:00,${minutes},1:3,T7`;
    await send([row(30), row(45)]);
    expect(await send([row(30), row(50)], { correct: true })).toMatchObject({ corrected: 1 });
    expect(await send([row(30), row(50), row(45)])).toMatchObject({ duplicate: 2, accepted: 1 });
    expect(await minutesOn("2025-10-21")).toEqual([30, 45, 50]);
    expect(await send([row(45), row(50), row(30)])).toMatchObject({ duplicate: 3 });
  });

  it("tells programs of one moment apart, and refuses one moment at two schools", async () => {
    const row = (more: string) => `02,math,2025-10-22 09:00,30,1:3,T7,${more}`;
    const header = `${HEADER},program_id,school_id`;
    expect(await send([row("P1,"), row("P2,")], { correct: true }, header)).toMatchObject({ accepted: 2 });
    expect(await send([row("P2,"), row("P1,")], { correct: true }, header)).toMatchObject({ duplicate: 2 });
    const split = [row("P1,A"), row("P1,B")].map((line) => line.replace("-22", "-23"));
    expect(await send(split, {}, header)).toMatchObject({ accepted: 0, faults: 2 });
    expect(warnings[0]).toContain("a session is at one school");
  });

  it("says nothing against a known group size where the file has none", async () => {
    const [known, unknown] = ["1:3", ""].map((ratio) => `02,math,2025-10-24 09:00,30,${ratio},T7`);
    await send([known!]);
    expect(await send([unknown!], { correct: true })).toMatchObject({ duplicate: 1, corrected: 0 });
    const named = [known, unknown].map((line) => [`${line!.replace("-24", "-27")},N-1`]);
    await send(named[0]!, {}, `${HEADER},session_id`);
    expect(await send(named[1]!, { correct: true }, `${HEADER},session_id`)).toMatchObject({ duplicate: 1 });
  });

  it("does not take one of several sessions for the voided one", async () => {
    const row = (minutes: number) => `02,math,2025-10-16 11:00,${minutes},1:3,T7`;
    await send([row(30)]);
    const [stored] = await place.target.sessions.onDay("A", "2025-10-16");
    const { session_id, school_id } = stored!;
    const data = { session_id, school_id, revision: 2 };
    const voided = { specversion: "1.0", id: "v", source: "test", type: EVENT_TYPES.voided, data };
    expect(await postEvents({ url: place.target.apiUrl, key: place.key }, [voided])).toMatchObject([
      { result: "accepted" },
    ]);
    expect(await send([row(45)])).toMatchObject({ conflict: 1, faults: 1 });
    expect(await send([row(30), row(45)], { correct: true })).toMatchObject({ conflict: 2, faults: 2 });
    expect(warnings[0]).toContain("was voided");
  });

  it("reads program and attendance where the file has them, and names the columns that it does not read", async () => {
    const header = `${HEADER},program_id,attendance_status,mood`;
    const rows = [
      "01,math,2025-10-17 09:00,30,1:3,T1,math-boost,Tardy,fine",
      "02,math,2025-10-17 09:00,0,1:3,T1,math-boost,No-Show,",
      "03,math,2025-10-17 09:00,0,1:3,T1,,,",
      "01,math,2025-10-17 10:00,30,1:3,T1,,absent,",
      "01,math,2025-10-17 11:00,30,1:3,T1,,perhaps,",
    ];
    expect(await send(rows, {}, header)).toMatchObject({ accepted: 3, faults: 2 });
    expect(warnings[0]).toBe("not read: column mood");
    expect(warnings.filter((line) => line.includes("read as an absence"))).toHaveLength(1);
    const stored = await place.target.sessions.onDay("A", "2025-10-17");
    const read = stored.flatMap(({ content }) => readContent(content) ?? []);
    expect(read.flatMap(({ students }) => students.map((one) => one.attendance_status)).sort()).toEqual([
      "absent_unexcused",
      "absent_unexcused",
      "late",
    ]);
    expect(read.filter(({ program_id }) => program_id === "math-boost")).toHaveLength(2);
  });

  it("tells a group of unknown size from a group of one", async () => {
    const rows = ["01,math,2025-10-10 09:00,30,Jan-03,T1", "02,math,2025-10-10 09:00,30,,T1"];
    expect(await send(rows)).toMatchObject({ accepted: 2 });
    expect(await send(["03,math,2025-10-10 09:00,30,3,T1"])).toMatchObject({ accepted: 1 });
    const records = await place.target.sessions.onDay("A", "2025-10-10");
    const sizes = records.map(({ content }) => readContent(content)?.group_size);
    expect(sizes.sort()).toEqual([3, null, null]);
  });

  it("refuses a key of another provider before anything is compared", async () => {
    const key = newKey();
    await place.target.providerKeys.put(key, {
      ...{ key_id: keyIdOf(key), provider_id: "north-star", created_at: "2026-01-01T00:00:00Z" },
    });
    await expect(send(["01,math,2025-12-02,30,1:1,T1"], { key })).rejects.toThrow(
      "Say --provider north-star",
    );
  });

  it("stores a session once, whether or not a row names its school", async () => {
    const row = "01,math,2025-10-13 09:00,30,1:3,T1";
    await send([row]);
    expect(await send([`${row},A`], {}, `${HEADER},school_id`)).toMatchObject({ duplicate: 1 });
    expect(await send([`${row},B`], {}, `${HEADER},school_id`)).toMatchObject({ accepted: 0, faults: 1 });
    expect(warnings[0]).toContain("stored at school A");
  });

  it.each([
    [
      "a revision without the session's own id",
      ["01,math,2025-10-14 09:00,30,1:1,T1,,2"],
      "session_id: is empty",
    ],
    [
      "students of one session under different revisions",
      ["01,math,2025-10-14 09:00,30,1:2,T1,R-1,1", "02,math,2025-10-14 09:00,30,1:2,T1,R-1,2"],
      "column revision: differs",
    ],
    [
      "tutors that differ in zeros",
      ["01,math,2025-10-14 09:00,30,1:2,07,,", "01,math,2025-10-14 10:00,30,1:2,7,,"],
      "column tutor_id: differs from another id",
    ],
    ["20:00 of an hour", ["01,math,2025-10-14 09:00,20:00,1:2,T1,,"], "were minutes and seconds meant"],
    ["a year as an offset", ["01,math,2025-10-14-1500,30,1:2,T1,,"], "session_date: is no date"],
    ["a wrong date of a stranger", ["97,math,tomorrow,30,1:2,T1,,"], "session_date: is no date"],
  ])("refuses %s", async (_, rows, reason) => {
    expect(await send(rows, {}, `${HEADER},session_id,revision`)).toMatchObject({ faults: rows.length });
    for (const warning of warnings) expect(warning).toContain(reason);
  });

  it("knows an instant in every notation, and takes the school of the session's own day", async () => {
    await place.target.setup.putRoster([
      { student_id: "04", school_id: "A", to: "2025-12-31" },
      { student_id: "04", school_id: "B" },
    ]);
    expect(await send(["04,math,2025-09-10 15:00,30,1:3,T1"])).toMatchObject({ accepted: 1 });
    for (const time of ["2025-09-10t21:00:00z", "2025-09-10T15:00-06:00", "09/10/2025 3:00 PM"])
      expect(await send([`04,math,${time},30,1:3,T1`], { forms: { dates: "month-first" } })).toMatchObject({
        accepted: 0,
        duplicate: 1,
      });
    expect(await minutesOn("2025-09-10")).toEqual([30]);
  });

  it("joins the rows of one session_id to one session, and corrects no child into another", async () => {
    const header = `${HEADER},session_id`;
    const rows = ["01", "02"].map((id) => `${id},math,2025-10-02 10:00,30,1:3,T1,G-1`);
    expect(await send(rows, {}, header)).toMatchObject({ accepted: 2, faults: 0 });
    expect(await send([...rows].reverse(), {}, header)).toMatchObject({ duplicate: 2 });
    const once = "01,math,2025-10-07 10:00,30,1:3,T1,G-3";
    expect(await send([once, once], {}, header)).toMatchObject({ accepted: 1, duplicate: 1 });
    for (const day of ["02", "06"]) {
      const other = [`03,math,2025-10-${day} 10:00,30,1:3,T1,G-1`];
      expect(await send(other, { correct: true }, header)).toMatchObject({ corrected: 0, conflict: 1 });
      expect(warnings[0]).toContain("students whom the file does not name");
    }
    const twice = ["01,math,2025-10-03 10:00,30,1:3,T1,G-2", "01,math,2025-10-03 10:00,45,1:3,T1,G-2"];
    expect(await send(twice, {}, header)).toMatchObject({ accepted: 0, faults: 2 });
    expect(await minutesOn("2025-10-02")).toEqual([30, 30]);
  });

  it("stores the same whatever the order of rows, their split into files and the notation of time", async () => {
    const seed = announceSeed("import permutations", 20_261_127);
    const random = seeded(seed);
    const moments = Array.from({ length: 12 }, (_, at) => 9 + at);
    const rowsOf = (day: string) =>
      moments.flatMap((hour) =>
        Array.from({ length: 1 + random.below(3) }, (_, more) => ({
          moment: hour,
          minutes: 30 + 5 * more,
          times: [
            `2025-05-${day} ${hour}:00`,
            `2025-05-${day}T${String(hour).padStart(2, "0")}:00:00-06:00`,
            `5/${day}/2025 ${((hour + 11) % 12) + 1}:00 ${hour < 12 ? "AM" : "PM"}`,
          ],
        })),
      );
    for (const day of ["14", "15", "16"]) {
      const rows = rowsOf(day);
      const expected = rows.map(({ minutes }) => minutes).sort((a, b) => a - b);
      // rows of one moment stay in one file: in two, nobody can tell a correction from another session
      const files = [0, 1, 2].map((part) => rows.filter(({ moment }) => moment % 3 === part));
      for (const file of [...files, rows]) {
        const lines = random
          .shuffle([...file, ...file])
          .map((row) => `02,ela,${random.pick(row.times)},${row.minutes},1:3,T9`);
        expect(
          await send(lines, { forms: { dates: "month-first" } }),
          `seed ${seed}, day ${day}`,
        ).toMatchObject({ conflict: 0, faults: 0 });
      }
      expect(await minutesOn(`2025-05-${day}`), `seed ${seed}, day ${day}`).toEqual(expected);
    }
  });

  it("judges dates and durations by their whole column", async () => {
    const lines = ["02,math,13/11/2025 10:00,30,1:3,T4", "02,math,03/11/2025 10:00,1:00,3,T4"];
    expect(await send(lines)).toMatchObject({ accepted: 2 });
    expect(warnings[0]).toContain("day/month/year, as 13/11/2025 10:00 tells");
    expect(await minutesOn("2025-11-03", "T4")).toEqual([60]);
    await expect(send(lines.slice(1))).rejects.toThrow("--dates month-first or --dates day-first");
    await expect(send([...lines, lines[0]!.replace("13/11", "11/13")])).rejects.toThrow("both orders");
    await expect(send(["02,math,2025-11-20 10:00,0.5,1:3,T4"])).rejects.toThrow("--durations hours");
    expect(
      await send(["02,math,2025-11-20 10:00,0.5,1:3,T4"], { forms: { durations: "hours" } }),
    ).toMatchObject({ accepted: 1 });
    expect(await minutesOn("2025-11-20")).toEqual([30]);
  });

  it.each([
    ["session_date", "2025-11-21 14:30 AM", "30"],
    ["session_date", "11/21/2025 17:05 AM", "30"],
    ["session_date", "11/21/25 3:00 PM", "30"],
    ["session_date", "45982.6458", "30"],
    ["session_duration", "2025-11-21 10:00", "1,200"],
    ["session_duration", "2025-11-21 10:00", "0.02083"],
    ["session_duration", "2025-11-21 10:00", "30 sec"],
  ])("refuses a %s of %s, %s, and says which are read", async (column, date, minutes) => {
    const fine = "02,math,2025-11-21 08:00,30,1:3,T5";
    expect(await send([fine, `02,math,${date},"${minutes}",1:3,T5`])).toMatchObject({ faults: 1 });
    expect(warnings.at(-1)).toMatch(new RegExp(`^row 3, column ${column}: is (no|less)`));
  });

  it("names every fault of a row, not the first alone", async () => {
    await send(["02,chess,2025-11-21 08:00,many,1:3,Maria Lopez"]);
    expect(warnings).toHaveLength(1);
    for (const column of ["session_topic", "session_duration", "tutor_id"])
      expect(warnings[0]).toContain(`${column}: is`.replace("tutor_id: is", "tutor_id: "));
  });

  it("refuses a revision without a session_id, and a provider without a key", async () => {
    await expect(send(["01,math,2025-12-02,30,1:1,T1,2"], {}, `${HEADER},revision`)).rejects.toThrow(
      "no session_id",
    );
    await expect(send(["01,math,2025-12-02,30,1:1,T1"], { provider: "north-star" })).rejects.toThrow(
      "ROLLCALL_PROVIDER_KEY",
    );
  });

  it("is told by the report, for a terminal and as a row per student and program", async () => {
    const options = { targetHours: 1, from: "0000", to: "9999", now: new Date() };
    const facts = await readFacts(place.target, options);
    const report = reportOf(facts, 1);
    expect(report).toMatchObject({ students_enrolled: 4, students_tutored: 4 });
    expect(report.by_school.map(({ school_id }) => school_id)).toEqual(["A", "B"]);
    expect(reportText(report)).toContain("Students tutored    4");
    const file = join(folder, "students.csv");
    // the four, and one row more for each further program of a student
    expect(writeStudents(file, facts, options)).toBe(8);
    expect(readFileSync(file, "utf8").split("\n")[1]).toMatch(/^01,A,/);
    const b = reportOf(await readFacts(place.target, { ...options, school: "B" }), 1);
    expect(b).toMatchObject({ students_enrolled: 2 });
  });

  it("sends sessions of many students in requests that the service takes", async () => {
    const id = (number: number) => `${"x".repeat(50)}-${number}`;
    await place.target.setup.putRoster(
      Array.from({ length: 200 }, (_, number) => ({ student_id: id(number), school_id: "A" })),
    );
    const rows = Array.from({ length: 60 }, (_, at) =>
      Array.from(
        { length: 200 },
        (_, number) => `${id(number)},math,2025-10-15 ${8 + (at % 10)}:00,30,1:200,T1,L-${at}`,
      ),
    );
    expect(await send(rows.flat(), {}, `${HEADER},session_id`)).toMatchObject({
      accepted: 12_000,
      faults: 0,
    });
  });
});
