import type { DynamoDBRecord } from "aws-lambda";
import { describe, expect, it } from "vitest";
import { InMemoryAlertStore } from "../../adapters/in-memory/alert-store.ts";
import { InMemoryMessageStore } from "../../adapters/in-memory/message-store.ts";
import { InMemoryMuteStore } from "../../adapters/in-memory/mute-store.ts";
import { InMemorySessionStore, type Stream } from "../../adapters/in-memory/session-store.ts";
import { InMemorySetupStore } from "../../adapters/in-memory/setup-store.ts";
import { InMemorySummaryStore } from "../../adapters/in-memory/summary-store.ts";
import { InMemorySweepStore } from "../../adapters/in-memory/sweep-store.ts";
import { Setup } from "../../domain/setup.ts";
import { httpHandler } from "../../functions/framework/http.ts";
import { ingestEvents } from "../../functions/ingest-events/handler.ts";
import { notify } from "../../functions/notify/handler.ts";
import { linksOf } from "../../functions/notify/links.ts";
import { alertSchool } from "../../functions/summarize-school/alert-school.ts";
import { summarizeSchool } from "../../functions/summarize-school/handler.ts";
import { sweep } from "../../functions/sweep/handler.ts";
import { openDoor } from "../support/door.ts";
import { announceSeed, seeded, type Random } from "../support/random.ts";
import { completed, request, scheduled, ZONE } from "../support/world.ts";

const seed = announceSeed("privacy canaries", 8675309);
const EVENTS = 100_000;

/** Names, ids and phone numbers that no system should ever see leave the table. */
const CANARIES = ["Canary Q. Doe", "CANARY-ID-0016740395", "+13035559999", "canary@home.example"];
const SURNAME = "Canary";
const NEEDLES = ["canary", "3035559999"];
/** A thousand sessions a school. */
const schoolOf = (number: number) => `school-${Math.floor(number / 1000)}`;
const SCHOOLS = Array.from({ length: EVENTS / 1000 }, (_, number) => schoolOf(number * 1000));
const canary = (random: Random) => random.pick(CANARIES);

/** Events whose ids are canaries, and faulty ones with canaries wherever a text can stand. */
function eventOf(random: Random, number: number): unknown {
  const day = 2 + (number % 5);
  const student_id = `CANARY-ID-${String(number % 200).padStart(10, "0")}`;
  const absent = number % 4 === 0;
  const data = {
    session_id: `CANARY-${number}`,
    school_id: schoolOf(number),
    scheduled_start: `2026-03-0${day}T10:00:00-07:00`,
    tutor_id: `${SURNAME} Tutor`,
    students: [
      absent
        ? { student_id, attendance_status: "absent_unexcused" }
        : { student_id, attendance_status: "present", minutes_present: 30 },
    ],
  };
  const envelope = { id: canary(random), source: `/${canary(random)}`, subject: canary(random) };
  if (number % 50 === 0) return scheduled({ ...data, students: [{ student_id }] });
  if (number % 10 !== 7) return completed(data, envelope);
  const event = completed(data, envelope) as Record<string, unknown> & { data: Record<string, unknown> };
  const fault = random.below(6);
  if (fault === 0) event.data[canary(random)] = canary(random);
  if (fault === 1) event[`x${SURNAME.toLowerCase()}`] = { name: canary(random) };
  if (fault === 2) event.data["session_topic"] = canary(random);
  if (fault === 3)
    event.data["students"] = [{ student_id, name: canary(random), attendance_status: canary(random) }];
  if (fault === 4) event.data["scheduled_start"] = canary(random);
  if (fault === 5) return canary(random);
  return event;
}

const found = (place: string, texts: readonly string[]) =>
  texts
    .filter((text) => NEEDLES.some((needle) => text.toLowerCase().includes(needle)))
    .map((text) => `${place}: ${text.slice(0, 200)}`);

type Leaky = { log?: (line: object, event: unknown) => object };

async function run(count: number, { log: leak }: Leaky = {}) {
  const random = seeded(seed);
  const stream: Stream = { records: [] };
  const sessions = new InMemorySessionStore(stream);
  const stores = {
    summaries: new InMemorySummaryStore(),
    alerts: new InMemoryAlertStore(),
    messages: new InMemoryMessageStore(),
    mutes: new InMemoryMuteStore(),
    sweeps: new InMemorySweepStore(),
  };
  const setup = new InMemorySetupStore(
    Setup.parse({
      districts: [{ district_id: "D" }],
      schools: SCHOOLS.map((school_id) => ({
        school_id,
        district_id: "D",
        time_zone: ZONE,
        name: "Aspen Grove",
      })),
      providers: [{ provider_id: "north-star", contracts: [{}] }],
      contacts: [
        {
          contact_id: "lead",
          role: "site_lead",
          email: "lead@x.org",
          school_ids: SCHOOLS,
          phone: "+13035550100",
          text_opt_in: { on: "2026-01-05", how: "form" },
        },
        { contact_id: "district", role: "district", email: "district@x.org", district_id: "D" },
      ],
      default_owner: "district",
    }),
  );
  const lines: object[] = [];
  let current: unknown;
  const log = (line: object) => void lines.push(leak === undefined ? line : leak(line, current));
  let now = new Date("2026-03-06T22:00:00Z");
  const clock = () => now;
  const ingest = httpHandler({
    service: "ingest-events",
    log,
    clock,
    handle: ingestEvents({
      sessions,
      zones: async () => ZONE,
      ...openDoor(),
      // names are planted as ids: the district lets them through, and still none may leave the table
      rules: async () => ({ idPattern: /./ }),
      clock,
      log,
      openapi: () => "{}",
    }),
  });
  const kept: DynamoDBRecord[] = [];
  const alertDeps = { ...stores, setup, known: () => setup.all(), clock };
  // now and then the store fails with a message that quotes what it choked on
  let broken = 0;
  const brittle = {
    onDay: async (school_id: string, day: string) => {
      broken += 1;
      if (broken % 7 === 0) throw new TypeError(`cannot read ${canary(random)} of ${school_id}`);
      return sessions.onDay(school_id, day);
    },
  };
  const summarize = summarizeSchool({
    sessions: brittle,
    summaries: stores.summaries,
    failures: { keep: async (record) => void kept.push(record) },
    runRules: (days) => alertSchool(alertDeps, days),
    sleep: async () => undefined,
    log,
  });
  const answers: string[] = [];
  for (let at = 0; at < count; at += 250) {
    const events = Array.from({ length: Math.min(250, count - at) }, (_, place) =>
      eventOf(random, at + place),
    );
    current = events;
    const response = await ingest(request(events), {} as never);
    const { results = [] } = JSON.parse(response.body ?? "{}") as {
      results?: { result: string; problem?: { detail: string; title: string } }[];
    };
    for (const { problem } of results) if (problem) answers.push(`${problem.title} ${problem.detail}`);
    const records = stream.records.splice(0);
    for (let tries = 0; tries < 5; tries += 1) {
      const { batchItemFailures } = await summarize(
        { Records: records },
        { getRemainingTimeInMillis: () => 0 },
      );
      if (batchItemFailures.length === 0) break;
    }
  }
  now = new Date("2026-03-09T14:00:00Z");
  await sweep({ ...stores, erased: async () => () => false, sessions, setup, clock, log })({});
  const sent: string[] = [];
  const decided = (
    await Promise.all(["lead", "district"].map((id) => stores.messages.of(id, "2026-01-01")))
  ).flat();
  const records = decided.map((message): DynamoDBRecord => {
    const [contact = "", ...rest] = message.message_id.split("#");
    const Keys = { pk: { S: `MESSAGE#${contact}` }, sk: { S: rest.join("#") } };
    return { eventID: message.message_id, dynamodb: { Keys, NewImage: Keys, SequenceNumber: "1" } };
  });
  await notify({
    messages: stores.messages,
    mutes: stores.mutes,
    setup,
    sendMail: async (to, mail) => ({
      outcome: "taken",
      receipt: `m${sent.push(JSON.stringify([to, mail]))}`,
    }),
    sendText: async (to, text) => ({
      outcome: "taken",
      receipt: `t${sent.push(JSON.stringify([to, text]))}`,
    }),
    links: linksOf({
      apiUrl: "https://api.example",
      pagesUrl: "https://pages.example",
      secret: async () => "a secret that signs links in these tests",
    }),
    clock,
    log,
    sleep: async () => undefined,
  })({ Records: records }, { getRemainingTimeInMillis: () => 60_000 });
  return {
    lines: lines.map((line) => JSON.stringify(line)),
    answers,
    kept,
    sent,
    messages: decided.map((one) => JSON.stringify(one)),
    alerts: stores.alerts.alerts.size,
    sessions: sessions.facts.size,
  };
}

describe("planted names, ids and phone numbers", () => {
  it(
    "stay in the table: none in logs, metrics, errors, failure destinations, mails, texts or messages",
    { timeout: 300_000 },
    async () => {
      const told = await run(EVENTS);
      const hits = [
        ...found("log", told.lines),
        ...found("error", told.answers),
        ...found(
          "kept failure",
          told.kept.map((record) => JSON.stringify(record)),
        ),
        ...found("sent", told.sent),
        ...found("message", told.messages),
      ];
      console.log(
        `canaries: ${EVENTS} events, ${told.sessions} sessions, ${told.alerts} alerts, ${told.lines.length} lines, ${told.answers.length} errors, ${told.sent.length} mails and texts, ${hits.length} hits`,
      );
      expect(hits.slice(0, 5)).toEqual([]);
      expect(told.sessions).toBeGreaterThan(EVENTS / 2);
      expect([told.alerts > 20, told.sent.length > 0, told.answers.length > 1000]).toEqual([
        true,
        true,
        true,
      ]);
    },
  );

  it("are found where a log says more than it may (control)", async () => {
    const told = await run(500, { log: (line, event) => ({ ...line, event_sent: event }) });
    expect(found("log", told.lines).length).toBeGreaterThan(0);
  });
});
