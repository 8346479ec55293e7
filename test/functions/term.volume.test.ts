import type { DynamoDBRecord } from "aws-lambda";
import { SegmentedMessage } from "sms-segments-calculator";
import { describe, expect, it } from "vitest";
import { demoDistrict } from "../../cli/demo.ts";
import { InMemorySessionStore, type Stream } from "../../adapters/in-memory/session-store.ts";
import { wordsIn, type Mail } from "../../domain/mail.ts";
import { channelOf } from "../../domain/message.ts";
import { ruleOf } from "../../domain/rules/index.ts";
import { clockOf } from "../../domain/school-day.ts";
import { alertSchool } from "../../functions/summarize-school/alert-school.ts";
import { summarizeSchool } from "../../functions/summarize-school/handler.ts";
import { openDoor } from "../support/door.ts";
import { storeEvents } from "../../functions/framework/store-events.ts";
import { alerting, isTold, linkIn, type AlertingWorld } from "../support/alerting.ts";
import { announceSeed, seeded } from "../support/random.ts";
import { TERM, termPosts, termSetup } from "../support/term.ts";
import { TEXTS_A_DAY } from "../../domain/contact.ts";

// a term in which a lead is texted, so that there are texts to judge: nobody is texted about what she has acknowledged
// before 8 a.m., and in some terms that is all there was to text
const seed = announceSeed("a term of the demo district", 19);
const QUARTER_MS = 900_000;
const ZONE = "America/Denver";
/** From a write to the function that its stream wakes; measured on one machine: 1 to 2 s. */
const STREAM_MS = 5000;

/** From posts to mails, in the time of the term: every part as it is shipped, the stores in memory. */
async function term() {
  const setup = termSetup();
  const { roster, enrolments } = demoDistrict(new Date("2026-01-12T18:00:00Z"));
  const place = alerting(setup);
  await place.setup.putRoster(roster);
  await place.setup.putEnrolments(
    enrolments.map((row) => ({ ...row, from: TERM.first_day, to: TERM.last_day })),
  );
  const stream: Stream = { records: [] };
  const sessions = new InMemorySessionStore(stream);
  const deps = { ...place, known: () => place.setup.all() };
  const summarize = summarizeSchool({
    sessions,
    summaries: place.summaries,
    failures: { keep: async () => undefined },
    runRules: (days) => alertSchool(deps, days),
    sleep: async () => undefined,
    log: place.log,
  });
  const ingest = { sessions, zones: async () => ZONE, ...openDoor(), clock: place.clock, log: place.log };
  const random = seeded(seed);
  const posts = termPosts(seed);
  const answers: { at: number; mail: Mail }[] = [];
  let next = 0;
  const end = Date.parse(`${TERM.last_day}T23:00:00Z`);
  for (let at = Date.parse(`${TERM.first_day}T06:00:00Z`); at < end; at += QUARTER_MS) {
    const due: typeof posts = [];
    while (next < posts.length && posts[next]!.at < at) due.push(posts[next++]!);
    place.at(new Date(at - 1));
    for (const [provider_id, own] of Map.groupBy(due, (post) => post.provider_id))
      await storeEvents(
        ingest,
        { provider_id, request_id: String(at) },
        own.map(({ event }) => ({ value: event, faults: [] })),
      );
    const records: DynamoDBRecord[] = stream.records.splice(0);
    if (records.length > 0) await summarize({ Records: records }, { getRemainingTimeInMillis: () => 60_000 });
    place.at(new Date(at));
    const before = place.mails.length;
    await place.sweep();
    // the stream takes its time
    place.at(new Date(at + STREAM_MS));
    await place.notify({}, undelivered(place));
    // half of what is mailed is answered by its first button, within the morning
    for (const { mail } of place.mails.slice(before))
      if (random.chance(0.5)) answers.push({ at: at + random.below(16) * QUARTER_MS, mail });
    for (const { mail } of answers.filter((answer) => answer.at === at))
      await place.follow(linkIn(mail, "acknowledge"), "POST");
  }
  return place;
}

const undelivered = ({ messages }: AlertingWorld) =>
  [...messages.messages.values()]
    .filter(({ state }) => state === "decided")
    .map(({ message_id }) => message_id);

const count = <T>(items: readonly T[], nameOf: (item: T) => string) =>
  [...Map.groupBy(items, nameOf).values()].map((own) => own.length);

describe("one term of the demo district", () => {
  it("is one mail a lead and school day at most, few texts, and what is urgent is handed over at once", async () => {
    const place = await term();
    const { contacts } = await place.setup.all();
    const told = [...place.messages.messages.values()].filter(isTold);
    const leads = new Set(
      contacts.filter(({ role }) => role === "site_lead").map(({ contact_id }) => contact_id),
    );
    const mails = told.filter((message) => channelOf(message) === "mail" && leads.has(message.contact_id));
    const digests = mails.filter(({ kind }) => kind === "digest");
    const texts = told.filter((message) => channelOf(message) === "text");
    const alerts = [...place.alerts.alerts.values()];
    for (const school of (await place.setup.all()).schools)
      alerts.push(...(await place.alerts.log(school.school_id)));
    const triggers = alerts.flatMap(({ history }) => history).filter(({ step }) => step === "opened").length;
    const segments = place.texts.reduce((sum, { text }) => sum + new SegmentedMessage(text).segmentsCount, 0);
    const weeks = 17;
    const leadTexts = texts.filter(({ contact_id }) => leads.has(contact_id)).length;
    const perWeek = leadTexts / leads.size / weeks;
    console.log(
      `term: ${triggers} alert triggers, ${digests.length} digests to ${leads.size} leads in ${weeks} weeks, ${texts.length} texts (${perWeek.toFixed(3)} a lead and week), ${((segments / triggers) * 1000).toFixed(1)} segments per 1,000 triggers`,
    );
    expect(triggers).toBeGreaterThan(300);
    expect(digests.length).toBeGreaterThan(100);
    expect(Math.max(...count(mails, ({ contact_id, day }) => `${contact_id} ${day}`))).toBe(1);
    expect(Math.max(...count(texts, ({ contact_id, day }) => `${contact_id} ${day}`))).toBeLessThanOrEqual(
      TEXTS_A_DAY,
    );
    expect(leadTexts).toBeGreaterThan(0);
    expect(perWeek).toBeLessThanOrEqual(0.2);
    expect((segments / triggers) * 1000).toBeLessThanOrEqual(20);
    for (const { text } of place.texts) expect(new SegmentedMessage(text).encodingName).toBe("GSM-7");
    for (const { mail } of place.mails) expect(wordsIn(mail.text)).toBeLessThanOrEqual(120);

    // a same-day alert stands in a mail of each owner within a minute of its opening
    const roleOf = new Map(contacts.map(({ contact_id, role }) => [contact_id, role as string]));
    const owing = new Map(alerts.map(({ rule }) => [rule, [...ruleOf(rule).goesTo] as string[]]));
    const delays: number[] = [];
    const urgent = alerts.filter(({ rule }) => ruleOf(rule).sameDay);
    expect(urgent.length).toBeGreaterThan(2);
    for (const { rule, history, school_id } of urgent) {
      for (const { at } of history.filter(({ step }) => step === "opened")) {
        const owners = owing.get(rule) ?? [];
        const inTime = told.filter(
          ({ sections, sent_at = "", kind, contact_id }) =>
            kind !== "text" &&
            owners.includes(roleOf.get(contact_id) ?? "") &&
            sections.some(
              ({ topic, school_ids, fresh }) => topic === rule && school_ids.includes(school_id) && fresh > 0,
            ) &&
            sent_at >= at &&
            Date.parse(sent_at) - Date.parse(at) <= 60_000,
        );
        expect([rule, at, new Set(inTime.map(({ contact_id }) => roleOf.get(contact_id))).size]).toEqual([
          rule,
          at,
          owners.length,
        ]);
        for (const { sent_at = "" } of inTime) delays.push((Date.parse(sent_at) - Date.parse(at)) / 1000);
      }
    }
    expect(Math.min(...delays)).toBeGreaterThan(0);
    for (const { sent_at = "" } of texts) {
      const clock = clockOf(Date.parse(sent_at) / 1000, ZONE);
      expect(clock >= "08:00" && clock < "21:00").toBe(true);
    }
  });
});
