import { describe, expect, it } from "vitest";
import type { InMemoryAlertStore } from "../../adapters/in-memory/alert-store.ts";
import type { InMemorySummaryStore } from "../../adapters/in-memory/summary-store.ts";
import type { Contact } from "../../domain/contact.ts";
import { empty } from "../../domain/day-summary.ts";
import { mailOf } from "../../domain/mail.ts";
import type { Message } from "../../domain/message.ts";
import { arrivalOf, snapshotOf } from "../../domain/session-record.ts";
import { SessionEvent } from "../../domain/session-event.ts";
import type { School } from "../../domain/setup.ts";
import { pack } from "../../domain/summary-packing.ts";
import { textOf } from "../../domain/text.ts";
import { alertSchool } from "../../functions/summarize-school/alert-school.ts";
import { sweep } from "../../functions/sweep/handler.ts";
import { alerting, desk, district, lead, school } from "../support/alerting.ts";
import { dayOf, pending, row } from "../support/school.ts";
import { completed } from "../support/world.ts";

const scene = (schools: School[], contacts: Contact[]) => alerting({ schools, contacts });

const absent = (day: string) => dayOf(day, [row(day, "absent_unexcused")]);
const came = (day: string) => dayOf(day, [row(day, "present")]);
const silent = (day: string) => dayOf(day, [], { pending: [pending(day)] });

async function twoMissed() {
  const place = scene([school("A")], [lead("ada", ["A"]), desk, district]);
  await place.put("A", absent("2026-03-11"));
  await place.put("A", absent("2026-03-12"));
  await place.rules("A", ["2026-03-12"]);
  return place;
}

describe("the rules after a recompute", () => {
  it("open an alert, bear being run again, and resolve it by a correction", async () => {
    const place = await twoMissed();
    expect(await place.alerts.current("A")).toMatchObject([
      { rule: "student-missed-sessions", state: "open", version: 1 },
    ]);
    await place.rules("A", ["2026-03-12"]);
    expect(await place.alerts.current("A")).toMatchObject([{ version: 1 }]);
    await place.put("A", came("2026-03-12"));
    await place.rules("A", ["2026-03-12"]);
    expect(await place.alerts.current("A")).toMatchObject([{ state: "resolved", version: 2 }]);
  });

  it("are not run for days that no rule looks at, nor for unknown schools", async () => {
    const place = await twoMissed();
    place.alerts.alerts.clear();
    await place.rules("A", ["2026-02-01", "2026-03-20"]);
    await place.rules("nowhere", ["2026-03-12"]);
    expect(await place.alerts.current("A")).toEqual([]);
  });

  it("read nothing more where what changed cannot matter to them", async () => {
    const place = await twoMissed();
    let reads = 0;
    const summaries = {
      read: async (range: Parameters<InMemorySummaryStore["read"]>[0]) => (
        reads++,
        place.summaries.read(range)
      ),
    };
    const deps = { ...place, summaries, known: () => place.setup.all() };
    const change = (before: ReturnType<typeof dayOf>, after: ReturnType<typeof dayOf>) =>
      alertSchool(deps, [
        { school_id: "A", day: after.day, before: pack(before.summary), after: after.summary },
      ]);
    const day = "2026-03-13";
    const other = { student_id: "2" };
    await change(dayOf(day, []), dayOf(day, [row(day, "present", other)]));
    expect(reads).toBe(0);
    await change(dayOf(day, []), dayOf(day, [row(day, "absent_excused", other)]));
    await change(dayOf(day, [row(day, "absent_excused", other)]), dayOf(day, []));
    // of a student with an open alert, attendance may resolve it
    await change(dayOf(day, []), dayOf(day, [row(day, "present")]));
    expect(reads).toBe(3);
  });

  it("end a silence as soon as a report comes", async () => {
    const place = scene([school("A")], []);
    await place.put("A", came("2026-03-11"));
    await place.put("A", silent("2026-03-12"));
    await place.sweep(true);
    expect(await place.alerts.current("A")).toMatchObject([{ rule: "provider-feed-silent", state: "open" }]);
    await place.put("A", came("2026-03-12"));
    await place.rules("A", ["2026-03-12"]);
    expect(await place.alerts.current("A")).toMatchObject([
      { rule: "provider-feed-silent", state: "resolved" },
    ]);
  });

  /** A newer summary, and the rules of the one who wrote it, come between another's reading and writing. */
  async function overtaken(verify: boolean) {
    const place = await twoMissed();
    place.alerts.alerts.clear();
    let overtake = true;
    const alerts = Object.assign(Object.create(place.alerts) as InMemoryAlertStore, {
      write: async (alert: Parameters<InMemoryAlertStore["write"]>[0]) => {
        if (overtake) {
          overtake = false;
          await place.put("A", came("2026-03-12"));
          await place.rules("A", ["2026-03-12"]);
        }
        return place.alerts.write(alert);
      },
    });
    let frozen: Awaited<ReturnType<InMemorySummaryStore["read"]>> | undefined;
    const read = async (range: Parameters<InMemorySummaryStore["read"]>[0]) =>
      verify ? place.summaries.read(range) : (frozen ??= await place.summaries.read(range));
    const deps = { ...place, alerts, summaries: { read }, known: () => place.setup.all() };
    await alertSchool(deps, [{ school_id: "A", day: "2026-03-12", before: pack(empty()), after: empty() }]);
    return (await place.alerts.current("A")).map(({ state }) => state);
  }

  it("leave no alert behind that a newer summary has overtaken", async () => {
    expect(await overtaken(true)).toEqual(["resolved"]);
  });

  it("would leave one if the versions were not read again (control)", async () => {
    expect(await overtaken(false)).toEqual(["open"]);
  });
});

describe("sweep", () => {
  it("tells a site lead once a school day, from seven o'clock of her school, and only when something is open", async () => {
    const place = await twoMissed();
    place.at("2026-03-13T12:59:00Z");
    expect(await place.sweep()).toMatchObject({ schools: 0, messages: 0 });
    place.at("2026-03-13T13:01:00Z");
    expect(await place.sweep()).toMatchObject({ schools: 1, messages: 1 });
    place.at("2026-03-13T13:16:00Z");
    expect(await place.sweep()).toMatchObject({ schools: 0, messages: 0 });
    expect([...place.messages.messages.values()].map(({ contact_id, state }) => [contact_id, state])).toEqual(
      [
        ["ada", "decided"],
        ["district", "empty"],
      ],
    );
    place.at("2026-03-14T14:00:00Z");
    expect(await place.sweep()).toMatchObject({ schools: 0, messages: 0 });
  });

  it("says what is new and what is back on track exactly once", async () => {
    const place = await twoMissed();
    await place.sweep();
    expect(place.messages.messages.get("ada#2026-03-13#digest")?.sections).toMatchObject([
      { open: 1, fresh: 1, resolved: 0 },
    ]);
    await place.put("A", came("2026-03-13"));
    place.at("2026-03-13T20:00:00Z");
    await place.rules("A", ["2026-03-13"]);
    place.at("2026-03-16T13:05:00Z");
    await place.sweep();
    expect(place.messages.messages.get("ada#2026-03-16#digest")?.sections).toMatchObject([
      { open: 0, resolved: 1 },
    ]);
    place.at("2026-03-17T13:05:00Z");
    await place.sweep();
    expect(place.messages.messages.get("ada#2026-03-17#digest")).toMatchObject({
      state: "empty",
      sections: [],
    });
  });

  it("tells provider and district of a silent feed on the day it is found, in one message for many schools", async () => {
    const schools = Array.from({ length: 30 }, (_, number) => school(`S${number}`));
    const place = scene(schools, [desk, district]);
    for (const { school_id } of schools) {
      await place.put(school_id, came("2026-03-11"));
      await place.put(school_id, silent("2026-03-12"));
    }
    // a mail to each, and a text to the one who agreed
    expect(await place.sweep()).toMatchObject({ schools: 30, messages: 3 });
    await place.notify();
    expect(place.mails.map(({ to }) => to).sort()).toEqual(["d@example.org", "desk@example.org"]);
    expect(place.mails[0]?.mail.text).toContain("30 schools: no reports from north-star since March 12");
    expect(place.texts).toEqual([
      {
        phone: "+13035550123",
        text: "Rollcall: no reports from north-star since March 12 at 30 schools. See your mail.",
      },
    ]);
    place.at("2026-03-16T13:05:00Z");
    for (const { school_id } of schools) await place.put(school_id, silent("2026-03-13"));
    // what is still open stands in the next digest, and is texted to nobody
    expect(await place.sweep()).toMatchObject({ messages: 2 });
    await place.notify();
    expect([place.mails.length, place.texts.length]).toEqual([4, 1]);
  });

  it("goes by the zone of each school", async () => {
    const place = scene(
      [school("E", "America/New_York"), school("W", "America/Los_Angeles")],
      [lead("east", ["E"]), lead("west", ["W"]), desk],
    );
    for (const id of ["E", "W"]) await place.put(id, came("2026-03-11"));
    await place.put("W", silent("2026-03-12"));
    place.at("2026-03-13T11:30:00Z");
    expect(await place.sweep()).toMatchObject({ schools: 1, messages: 0 });
    expect([...place.messages.messages.keys()]).toEqual(["east#2026-03-13#digest"]);
    place.at("2026-03-13T14:30:00Z");
    // a provider of both is told once, when both have been looked at; a lead is not written to for a silence alone
    expect(await place.sweep()).toMatchObject({ schools: 1, messages: 1 });
    expect(place.messages.messages.get("desk#2026-03-13#digest")).toMatchObject({
      state: "decided",
      sections: [{ school_ids: ["W"] }],
    });
  });

  it("remembers who posts schedules, and tells when none is left", async () => {
    const place = scene([school("A")], [desk]);
    const enrolment = { student_id: "1", school_id: "A", program_id: "math", provider_id: "north-star" };
    await place.setup.putEnrolments([enrolment]);
    await place.put("A", silent("2026-03-16"));
    await place.sweep();
    await place.put("A", came("2026-03-16"));
    place.at("2026-03-17T14:30:00Z");
    expect(await place.sweep()).toMatchObject({ messages: 1 });
    expect(await place.alerts.current("A")).toMatchObject([{ facts: { reason: "no_schedule_left" } }]);
    await place.notify();
    expect(place.mails[0]?.mail.text).toContain("no more sessions planned");
  });

  it("tells that a feed is back as good news, and texts nobody about it", async () => {
    const place = scene([school("A")], [district]);
    await place.put("A", came("2026-03-11"));
    await place.put("A", silent("2026-03-12"));
    await place.sweep();
    await place.put("A", came("2026-03-12"));
    await place.put("A", came("2026-03-13"));
    place.at("2026-03-16T14:30:00Z");
    await place.sweep();
    await place.notify();
    expect(place.mails.map(({ mail }) => mail.subject)).toEqual([
      "Rollcall: session reports are missing (March 13)",
      "Rollcall: back on track (March 16)",
    ]);
    expect(place.mails[1]?.mail.text).toContain("north-star reports again.");
    expect(place.texts).toHaveLength(1);
  });

  it("stores what waited for a school, and puts alerts away whose episode is over", async () => {
    const place = await twoMissed();
    const snapshot = snapshotOf(SessionEvent.parse(completed({ school_id: "A" })), "north-star");
    await place.sessions.quarantine.put(arrivalOf(snapshot, undefined, new Date()));
    expect(await place.sweep()).toMatchObject({ released: 1 });
    expect(place.sessions.facts.size).toBe(1);
    await place.put("A", came("2026-03-13"));
    await place.rules("A", ["2026-03-13"]);
    place.at("2026-04-10T14:30:00Z");
    await place.sweep();
    expect((await place.alerts.current("A")).map(({ rule }) => rule)).toEqual(["provider-feed-silent"]);
    expect(await place.alerts.log("A")).toMatchObject([{ state: "resolved" }]);
  });

  it("runs the rules again the same day where thresholds changed, and only there", async () => {
    const place = scene([school("A"), school("B")], [lead("ada", ["A"])]);
    for (const id of ["A", "B"]) await place.put(id, absent("2026-03-12"));
    await place.sweep();
    expect(await place.sweep()).toMatchObject({ schools: 0 });
    const { schools, ...rest } = await place.setup.all();
    const strict = schools.map((one) =>
      one.school_id === "A" ? { ...one, settings: { missed_in_a_row: 1 } } : one,
    );
    await place.setup.put({ ...rest, schools: strict });
    expect(await place.sweep()).toMatchObject({ schools: 1 });
    expect(await place.alerts.current("A")).toMatchObject([{ rule: "student-missed-sessions" }]);
    expect(await place.alerts.current("B")).toEqual([]);
  });

  it("goes on past a school that fails, and says so", async () => {
    const place = scene([school("A"), school("B")], [lead("ada", ["B"])]);
    const enrolments = async (school_id: string) => {
      if (school_id === "A") throw new Error("secret-student");
      return [];
    };
    const setup = { all: () => place.setup.all(), enrolments, roster: async () => [] };
    await expect(sweep({ ...place, setup })({})).rejects.toThrow("done again");
    expect(place.messages.messages.size).toBe(1);
    expect(JSON.stringify(place.lines)).not.toContain("secret-student");
  });
});

describe("notify", () => {
  it("sends a mail once, however often it is woken", async () => {
    const place = await twoMissed();
    await place.sweep();
    await place.notify();
    await place.notify();
    expect(place.mails).toHaveLength(1);
    expect(place.messages.messages.get("ada#2026-03-13#digest")).toMatchObject({
      state: "sent",
      receipt: "m1",
      version: 2,
    });
  });

  it("sends no text where no number is registered, says why, and raises no alarm", async () => {
    const place = scene([school("A")], [district]);
    await place.put("A", came("2026-03-11"));
    await place.put("A", silent("2026-03-12"));
    await place.sweep();
    await place.notify({ sendText: undefined });
    expect([place.mails.length, place.texts.length]).toEqual([1, 0]);
    expect(place.messages.messages.get("district#2026-03-13#text#0")).toMatchObject({
      state: "muted",
      reason: "no_number_registered",
    });
    expect(JSON.stringify(place.lines)).not.toContain("not_sent");
  });

  it("leaves what it has no time for to the next call", async () => {
    const place = await twoMissed();
    await place.sweep();
    const { notify } = await import("../../functions/notify/handler.ts");
    const { streamOf } = await import("../support/alerting.ts");
    const answer = await notify(place.notifyDeps)(streamOf(["ada#2026-03-13#digest"]), {
      getRemainingTimeInMillis: () => 9_999,
    });
    expect(answer.batchItemFailures).toEqual([{ itemIdentifier: "ada#2026-03-13#digest" }]);
    expect(place.mails).toEqual([]);
  });
});

describe("what is sent", () => {
  it("names no student, and is short", async () => {
    const place = scene([school("A")], [lead("ada", ["A"])]);
    const student_id = "0016740395";
    for (const day of ["2026-03-11", "2026-03-12"]) {
      await place.put("A", dayOf(day, [row(day, "absent_unexcused", { student_id })]));
    }
    await place.sweep();
    await place.notify();
    const [sent] = place.mails;
    expect(JSON.stringify([sent, [...place.messages.messages.values()], place.lines])).not.toContain(
      student_id,
    );
    expect(sent?.mail.text).toContain("1 student missed sessions (1 new). Call home.");
    expect(sent?.mail.text).toContain("School A");
  });

  it("escapes what stands in names, and fits a text into one segment", () => {
    const section = {
      school_ids: ["A"],
      school_name: "<b>&",
      topic: "provider-feed-silent" as const,
      provider_id: "p".repeat(64),
      open: 1,
      fresh: 1,
      resolved: 0,
      since: "2026-03-12",
      facts: { reason: "nothing_reported" },
    } satisfies Message["sections"][number];
    const message: Message = {
      message_id: "m",
      kind: "digest",
      contact_id: "district",
      day: "2026-03-13",
      sections: [section],
      state: "decided",
      decided_at: "",
      attempts: 0,
      left_out: 0,
      weekly: false,
      version: 1,
    };
    expect(mailOf(message, district).html).toContain("&lt;b&gt;&amp;");
    expect(textOf(message, district).length).toBeLessThanOrEqual(160);
  });
});
