import { ListObjectsV2Command, GetObjectCommand, PutObjectCommand } from "@aws-sdk/client-s3";
import { ScanCommand, type AttributeValue } from "@aws-sdk/client-dynamodb";
import { inflateRawSync } from "node:zlib";
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import type { Command } from "commander";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { faultsOfChain, hashOf, type Block } from "../../adapters/audit-chain.ts";
import { localClients } from "../../adapters/deployment.ts";
import { stateOf } from "../../local/state.ts";
import { auditLines, verifyAudit } from "../../cli/audit.ts";
import { rollcall } from "../../cli/commands.ts";
import { eraseStudent } from "../../cli/erase.ts";
import { exportStudent } from "../../cli/student.ts";
import { importStudents } from "../../cli/import-students.ts";
import { Setup } from "../../domain/setup.ts";
import { announceSeed, seeded } from "../support/random.ts";
import { postAll, tokenOf } from "../support/http.ts";
import { completed } from "../support/world.ts";
import { temporaryFolder, testStack, type TestStack } from "../support/stack.ts";
import { until } from "../support/inbox.ts";

let place: TestStack;
const SCHOOL = "631930";
const STUDENT = "stu-00167403951";
const quiet = { now: new Date(), progress: () => undefined };
const SESSIONS = 500;

const post = (events: unknown[]) => postAll(place, events);
const two = (number: number) => String(number).padStart(2, "0");
const present = (student_id: string) => ({ student_id, attendance_status: "present" });
const session = (number: number, more: Record<string, unknown> = {}) =>
  completed({
    session_id: `E-${number}`,
    scheduled_start: `2026-0${1 + (number % 5)}-${two(1 + (number % 27))}T${two(8 + (number % 8))}:00:00-07:00`,
    students: number % 3 === 0 ? [present(STUDENT)] : [present(STUDENT), present(`other-${number % 9}`)],
    ...more,
  });
const events = Array.from({ length: SESSIONS }, (_, number) => session(number));

beforeAll(async () => {
  place = await testStack();
  const { target } = place;
  await target.setup.put(
    Setup.parse({
      districts: [{ district_id: "D" }],
      schools: [{ school_id: SCHOOL, district_id: "D", time_zone: "America/Denver" }],
      people: [
        { person_id: "lead", email: "lead@x.org", grants: [{ role: "site_lead", school_ids: [SCHOOL] }] },
      ],
    }),
  );
  await target.setup.putRoster([
    { school_id: SCHOOL, student_id: STUDENT },
    { school_id: SCHOOL, student_id: "other-1" },
  ]);
  await target.setup.putEnrolments([{ school_id: SCHOOL, student_id: STUDENT, program_id: "math" }]);
  expect(new Set(await post(events))).toEqual(new Set(["accepted"]));
  expect(await post([session(9000, { school_id: "unknown" })])).toEqual(["quarantined"]);
  await target.alerts.write({
    school_id: SCHOOL,
    id: `student-missed-sessions#${STUDENT}#2026-03-02`,
    rule: "student-missed-sessions",
    subject: STUDENT,
    provider_ids: ["local"],
    first_day: "2026-03-02",
    state: "open",
    history: [{ at: "2026-03-02T20:00:00.000Z", step: "opened" }],
    facts: {},
    version: 1,
  });
  for (const [day, archived] of [["2026-03-02", false] as const, ["2026-02-02", true] as const]) {
    const alert = {
      school_id: SCHOOL,
      id: `student-missed-sessions#other-1#${day}`,
      rule: "student-missed-sessions" as const,
      subject: "other-1",
      provider_ids: ["local"],
      first_day: day,
      state: "open" as const,
      history: [
        { at: `${day}T20:00:00.000Z`, step: "opened" as const },
        { at: `${day}T21:00:00.000Z`, step: "acknowledged" as const, note: `as ${STUDENT} does`, by: "lead" },
      ],
      facts: {},
      version: 1,
    };
    if (archived) await target.alerts.archive(alert);
    else await target.alerts.write(alert);
  }
  const image = {
    pk: { S: `SCHOOL#${SCHOOL}` },
    sk: { S: "SESSION#local#E-1" },
    content: { S: `"${STUDENT}"` },
  };
  const record = { eventID: "x", dynamodb: { Keys: image, NewImage: image, SequenceNumber: "7" } };
  await target.failures.keep(record);
  const { s3, buckets } = stored();
  await s3.send(
    new PutObjectCommand({
      Bucket: buckets[0],
      Key: "aws/lambda/x",
      Body: JSON.stringify({ payload: { Records: [record] } }),
    }),
  );
  await until(
    async () => (await target.summaries.read({ school_id: SCHOOL, from: "0000", to: "9999" })).length,
    (days) => days >= 135,
  );
}, 120_000);
afterAll(async () => place.close());

/** The buckets of the stack: of failures, of anchors. */
function stored() {
  const { dynamo_endpoint: dynamo, s3_endpoint, kms_endpoint: kms, ...state } = stateOf(place.stack, {});
  const { s3 } = localClients({ dynamo, s3: s3_endpoint, kms });
  return { s3, buckets: [state.failure_bucket, state.anchor_bucket] as const };
}

const textOf = (value: AttributeValue): string => {
  if (value.B === undefined) return JSON.stringify(value);
  try {
    return inflateRawSync(value.B).toString("utf8");
  } catch {
    return Buffer.from(value.B).toString("latin1");
  }
};

/** Every byte of the table and the buckets, what is compressed opened. */
async function dump(): Promise<string> {
  const { target } = place;
  const parts: string[] = [];
  let ExclusiveStartKey: Record<string, AttributeValue> | undefined;
  do {
    const page = await target.table.client.send(
      new ScanCommand({ TableName: target.table.tableName, ExclusiveStartKey, ConsistentRead: true }),
    );
    for (const item of page.Items ?? []) parts.push(...Object.values(item).map(textOf));
    ExclusiveStartKey = page.LastEvaluatedKey;
  } while (ExclusiveStartKey !== undefined);
  const { s3, buckets } = stored();
  for (const Bucket of buckets) {
    const { Contents = [] } = await s3.send(new ListObjectsV2Command({ Bucket }));
    for (const { Key } of Contents) {
      const { Body } = await s3.send(new GetObjectCommand({ Bucket, Key }));
      parts.push(Key ?? "", (await Body?.transformToString()) ?? "");
    }
  }
  return parts.join("\n");
}

const silent = { out: () => undefined, err: () => undefined };
/** Needs no stack. */
const ALONE = new Set(["cost", "provider check"]);
/** Nothing is written where a command can be rehearsed. */
const REHEARSED = new Set(["restore", "redrive", "rebuild", "apply", "erase"]);
const SETTINGS = join(temporaryFolder(), "settings.yaml");
const GIVEN: Record<string, string> = {
  "--school": SCHOOL,
  "--from": "2026-03-02",
  "--to": "2026-03-06",
  "--settings": SETTINGS,
};
const NOTHING = "no-such";

/** Every command of the program, with something that is not there as what it is about. */
function leavesOf(command: Command, names: string[] = []): string[][] {
  const inner = command.commands.flatMap((one) => leavesOf(one, [...names, one.name()]));
  const hidden = names.length === 0 || ALONE.has(names.join(" "));
  const acts = command.commands.length === 0 || names.join(" ") === "alerts";
  if (hidden || !acts) return hidden && names.length > 0 ? [] : inner;
  const wanted = command.registeredArguments.map(() => NOTHING);
  const options = command.options.flatMap(({ long = "", mandatory, defaultValue }) => {
    if (long === "--dry-run" && REHEARSED.has(command.name())) return [long];
    return mandatory && defaultValue === undefined ? [long, GIVEN[long] ?? "none"] : [];
  });
  return [...inner, [...names, ...wanted, ...options]];
}

const token = (email: string) => tokenOf(place, email);

describe("the audit log", () => {
  it("holds every read of a student, counted, and every admin command, with who and why", async () => {
    const { target } = place;
    const lead = await token("lead@x.org");
    const read = (path: string) =>
      fetch(`${target.apiUrl}/v1/schools/${SCHOOL}${path}`, { headers: { authorization: `Bearer ${lead}` } });
    for (let times = 0; times < 3; times += 1)
      expect((await read(`/students/${encodeURIComponent(STUDENT)}`)).status).toBe(200);
    for (const path of ["/students", "/alerts", "/days/2026-03-02", "/weeks/2026-W10"])
      expect((await read(path)).status).toBe(200);
    expect((await read("/students/nobody")).status).toBe(404);

    const run = (...words: string[]) =>
      rollcall({ out: () => undefined, err: () => undefined }, async () => target).parseAsync([
        "node",
        "rollcall",
        ...words,
      ]);
    const commands = [
      ["--why", "request of the parents", "student", "export", STUDENT],
      ...leavesOf(rollcall(silent, async () => target)).map((words) => ["--why", "a test", ...words]),
    ];
    writeFileSync(SETTINGS, "settings: {}\n");
    // each is tried on something that is not there, or rehearsed: it is in the log before it does anything
    for (const words of commands) await run(...words).catch(() => undefined);

    const lines = await auditLines(target, { day: undefined, student_id: undefined });
    const whats = lines.map(({ what, count }) => `${what} ${count}`);
    const reads = ["getStudent", "getStudents", "getAlerts", "getDay", "getWeek"];
    for (const what of reads)
      expect(lines.some((line) => line.what === what && line.who === "person:lead")).toBe(true);
    const counted = lines
      .filter(({ what }) => what === "getStudent")
      .reduce((sum, { count }) => sum + count, 0);
    expect(counted).toBe(3);
    const nameOf = (words: string[]) => {
      const end = words.findIndex((word, at) => at > 1 && /[^a-z]/.test(word));
      return words.slice(2, end < 0 ? undefined : end).join(" ");
    };
    const expected = commands.map(nameOf);
    expect(expected.length).toBeGreaterThan(25);
    for (const what of expected.slice(1))
      expect([what, whats.some((one) => one.startsWith(`rollcall ${what} `))]).toEqual([what, true]);
    expect(lines.find(({ what }) => what === "rollcall student export")).toMatchObject({
      why: "request of the parents",
      student: await target.pseudonym(STUDENT),
    });
    expect(lines.every(({ who }) => who !== "")).toBe(true);
    expect(JSON.stringify(lines)).not.toContain(STUDENT);
    const about = await auditLines(target, { day: undefined, student_id: STUDENT });
    expect(about.map(({ what }) => what).sort()).toEqual(["getStudent", "rollcall student export"]);
    console.log(`audit: ${reads.length + commands.length} kinds of reads and commands, all in the log`);
  });

  it("is sealed into a chain in which 100 of 100 tamperings are found", async () => {
    const { target } = place;
    // a quarter of an hour later
    await target.audit.seal(new Date(Date.now() + 16 * 60_000));
    for (let number = 0; number < 12; number += 1)
      await target.audit.append({ at: new Date().toISOString(), who: "test", what: `line ${number}` });
    await place.stack.invoke("seal-audit", {});
    expect(await verifyAudit(target, new Date())).toMatchObject({ faults: [], open: 0 });
    const blocks = await target.audit.blocks();
    const anchors = await target.anchors.all();
    expect([anchors.size > 0, [...anchors.keys()].at(-1)]).toEqual([true, blocks.at(-1)?.number]);

    const random = seeded(announceSeed("audit", 616));
    const rehash = (block: Block) => ({ ...block, hash: hashOf(block) });
    const change = (block: Block): Block => {
      const lines = structuredClone(block.lines);
      const line = random.pick(lines);
      line.who = `${line.who}!`;
      return { ...block, lines };
    };
    const tamperings: ((chain: Block[], at: number) => Block[])[] = [
      (chain, at) => chain.with(at, change(chain[at]!)),
      (chain, at) => chain.with(at, rehash(change(chain[at]!))),
      (chain, at) => chain.filter((_, place) => place !== at),
      (chain, at) => chain.slice(0, at),
      (chain, at) => chain.with(at, { ...chain[at]!, lines: [] }),
      (chain, at) => chain.with(at, { ...chain[at]!, at: "2020-01-01T00:00:00.000Z" }),
      // all that follow made anew: only the anchor tells
      (chain, at) => {
        const forged = chain.slice(0, at);
        for (const block of chain.slice(at))
          forged.push(
            rehash({
              ...(block.number === at + 1 ? change(block) : block),
              previous: forged.at(-1)?.hash ?? "",
            }),
          );
        return forged;
      },
      (chain, at) => {
        const other = (at + 1) % chain.length;
        const swapped = chain.with(at, { ...chain[other]!, number: chain[at]!.number });
        return swapped.with(other, { ...chain[at]!, number: chain[other]!.number });
      },
    ];
    let found = 0;
    for (let round = 0; round < 100; round += 1) {
      const tampered = tamperings[round % tamperings.length]!([...blocks], random.below(blocks.length));
      if (faultsOfChain(tampered, { anchors, begins: 1 }).length > 0) found += 1;
    }
    expect(faultsOfChain(blocks, { anchors, begins: 1 })).toEqual([]);
    // a second hash beside the one that was kept: the chain cannot be both
    const [last = 0] = [...anchors.keys()].slice(-1);
    const doubled = new Map(anchors).set(last, [...(anchors.get(last) ?? []), "forged"]);
    expect(faultsOfChain(blocks, { anchors: doubled, begins: 1 })).toMatchObject([{ what: "changed" }]);
    console.log(`audit: ${found} of 100 tamperings found`);
    expect(found).toBe(100);
  });
});

describe("a student", () => {
  it("is exported whole, with nobody else in it", async () => {
    const told = await exportStudent(place.target, STUDENT, quiet);
    expect([told.sessions.length, told.waiting_for_a_school.length, told.alerts.length]).toEqual([
      SESSIONS,
      1,
      1,
    ]);
    expect([told.roster.length, told.enrolments.length, told.counted.length]).toEqual([1, 1, SESSIONS]);
    expect(JSON.stringify(told)).not.toContain("other-");
  });

  it("is erased in under ten seconds, to the last byte, and does not come back", async () => {
    const { target } = place;
    expect((await dump()).includes(STUDENT)).toBe(true);
    const began = Date.now();
    let pass = Number.NaN;
    const certificate = await eraseStudent(target, STUDENT, {
      ...quiet,
      why: "request of the parents",
      untilForgotten: async () => {
        pass = (Date.now() - began) / 1000;
        // longer than the functions remember is not waited for here: they are asked again below
      },
    });
    console.log(`erasure: ${certificate.erased.sessions} sessions in ${pass.toFixed(1)} s`);
    expect(certificate).toMatchObject({
      verified: true,
      erased: {
        sessions: SESSIONS,
        roster: 1,
        enrolments: 1,
        alerts: 1,
        mentions: 2,
        quarantined: 1,
        failures: 2,
      },
    });
    expect(pass).toBeLessThan(10);
    expect(certificate.remaining.map(({ what }) => what)).toEqual(
      expect.arrayContaining(["the table's stream", "point-in-time recovery of the table"]),
    );
    expect(JSON.stringify(certificate)).not.toContain(STUDENT);
    expect((await dump()).includes(STUDENT)).toBe(false);

    // an alert about somebody else goes on, without the note
    const [other] = (await target.alerts.current(SCHOOL)).filter(({ subject }) => subject === "other-1");
    expect(other?.history.map(({ step, note }) => [step, note])).toEqual([
      ["opened", undefined],
      ["acknowledged", undefined],
    ]);

    // what others did still counts
    const days = await target.summaries.read({ school_id: SCHOOL, from: "0000", to: "9999" });
    expect(days.length).toBeGreaterThan(100);
    const file = join(temporaryFolder(), "roster.csv");
    writeFileSync(file, `student_id,school_id,district_id\n${STUDENT},${SCHOOL},D\n`);
    const imported = await importStudents(target, {
      file,
      full: false,
      yes: false,
      dryRun: true,
      today: "2026-03-02",
      warn: () => undefined,
    });
    expect(imported).toMatchObject({ faults: 1, added: 0 });
  });
});
