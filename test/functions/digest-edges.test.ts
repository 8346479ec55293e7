import { describe, expect, it } from "vitest";
import { redriveMessages } from "../../cli/redrive-messages.ts";
import { answered } from "../../domain/alert.ts";
import { Contact } from "../../domain/contact.ts";
import { addDays, instantAt, isoWeekday } from "../../domain/school-day.ts";
import { RULE_IDS } from "../../domain/words.ts";
import {
  alerting,
  desk,
  district,
  isTold,
  lead,
  linkIn,
  school,
  TEXTS,
  type AlertingWorld,
} from "../support/alerting.ts";
import { dayOf, pending, row } from "../support/school.ts";

const absent = (day: string) => dayOf(day, [row(day, "absent_unexcused")]);
const came = (day: string) => dayOf(day, [row(day, "present")]);
const silent = (day: string) => dayOf(day, [], { pending: [pending(day)] });
const boss = Contact.parse({
  contact_id: "boss",
  role: "district",
  district_id: "other",
  email: "boss@example.org",
});

/** Sweeps and sends at this wall clock of a zone on each weekday from one date to another. */
async function mornings(
  place: AlertingWorld,
  { from, to, clock = "07:00", zone = "America/Denver" }: Mornings,
) {
  for (let day = from; day <= to; day = addDays(day, 1)) {
    if (isoWeekday(day) > 5) continue;
    place.at(new Date(instantAt(day, clock, zone) * 1000));
    await place.sweep().catch(() => undefined);
    await place.notify();
  }
}
type Mornings = { from: string; to: string; clock?: string; zone?: string };
const daysOf = (place: AlertingWorld, contact_id: string) => place.toldTo(contact_id).map(({ day }) => day);

describe("a busy district", () => {
  const schools = Array.from({ length: 10 }, (_, number) => school(`S${number}`));
  const leads = schools.map(({ school_id }) => lead(`lead-${school_id}`, [school_id]));

  it("reads first what nobody answers and whom no mail reaches, and then strangers of all schools in one line", async () => {
    const place = alerting({ schools, contacts: [...leads, district], default_owner: "district" });
    for (const { school_id } of schools) {
      await place.setup.putRoster([{ student_id: "2", school_id }]);
      for (const day of ["2026-03-11", "2026-03-12"]) await place.put(school_id, absent(day));
    }
    await place.mutes.mute({
      channel: "mail",
      address: "lead-s0@example.org",
      why: "bounced",
      at: "2026-03-12T00:00:00Z",
    });
    await mornings(place, { from: "2026-03-13", to: "2026-03-18" });
    const { text } = place.mails.findLast(({ to }) => to === district.email)!.mail;
    const lines = text.split("\n").filter((line) => line.startsWith("- "));
    expect(lines.slice(0, 2)).toEqual([
      "- 10 schools: 10 alerts have had no answer for days. Ask the schools.",
      "- 10 schools: north-star taught 10 students not on the roster. Load the roster.",
    ]);
    const monday = place.mails.find(
      ({ to, mail }) => to === district.email && mail.text.includes("March 13"),
    )!;
    expect(monday.mail.text.split("\n")[2]).toBe(
      "- Mail no longer gets to 1 person. Run: rollcall contacts.",
    );
    // one button answers for all of them
    await place.follow(
      linkIn(place.mails.findLast(({ to }) => to === district.email)!.mail, "acknowledge"),
      "POST",
    );
    const standing = [...place.alerts.alerts.values()].filter(
      ({ rule }) => rule === "student-missed-sessions",
    );
    expect(standing.every(({ history }) => history.at(-1)?.step === "acknowledged")).toBe(true);
  });

  it("whose own mail is muted is heard by the default owner, escalations too", async () => {
    const place = alerting({
      schools: [school("A")],
      contacts: [lead("ada", ["A"]), district, boss],
      default_owner: "boss",
    });
    for (const day of ["2026-03-11", "2026-03-12"]) await place.put("A", absent(day));
    await place.mutes.mute({
      channel: "mail",
      address: "d@example.org",
      why: "bounced",
      at: "2026-03-12T00:00:00Z",
    });
    await mornings(place, { from: "2026-03-13", to: "2026-03-18" });
    const texts = place.mails.filter(({ to }) => to === "boss@example.org").map(({ mail }) => mail.text);
    expect(texts[0]).toContain("Mail no longer gets to 1 person");
    expect(texts.at(-1)).toContain("1 alert has had no answer for days");
  });
});

describe("a school whose rules fail", () => {
  it("keeps the digests of the others waiting for an hour, and no longer", async () => {
    const area = lead("area", ["A", "B"]);
    const place = alerting({ schools: [school("A"), school("B")], contacts: [area] });
    for (const day of ["2026-03-11", "2026-03-12"]) await place.put("A", absent(day));
    const read = place.summaries.read.bind(place.summaries);
    place.summaries.read = async (range) => {
      if (range.school_id === "B") throw new Error("broken");
      return read(range);
    };
    await mornings(place, { from: "2026-03-13", to: "2026-03-13", clock: "07:45" });
    expect(daysOf(place, "area")).toEqual([]);
    await mornings(place, { from: "2026-03-13", to: "2026-03-13", clock: "08:00" });
    expect(daysOf(place, "area")).toEqual(["2026-03-13"]);
  });
});

describe("a contact of several zones", () => {
  const east = school("E", "America/New_York");
  const west = school("W", "Pacific/Honolulu");

  it("with a late hour gets the digest of each day, though it is another day elsewhere by then", async () => {
    const place = alerting({
      schools: [east, west],
      contacts: [lead("area", ["E", "W"], { digest_hour: "18:00" })],
    });
    for (const day of ["2026-04-09", "2026-04-10"]) await place.put("E", absent(day));
    for (
      let at = Date.parse("2026-04-13T00:00:00Z");
      at < Date.parse("2026-04-18T12:00:00Z");
      at += 900_000
    ) {
      place.at(new Date(at));
      await place.sweep();
    }
    expect(daysOf(place, "area")).toEqual(["13", "14", "15", "16", "17"].map((day) => `2026-04-${day}`));
  });

  it("is texted only when it is night at none of the schools", async () => {
    const office = Contact.parse({ ...district, quiet_hours: undefined });
    const place = alerting({ schools: [school("L", "America/Los_Angeles"), east], contacts: [office] });
    await place.put("E", came("2026-03-11"));
    await place.put("E", silent("2026-03-12"));
    for (
      let at = Date.parse("2026-03-13T11:00:00Z");
      at < Date.parse("2026-03-14T05:00:00Z");
      at += 900_000
    ) {
      place.at(new Date(at));
      await place.sweep();
      await place.notify();
    }
    expect(place.texts).toHaveLength(1);
    const text = place.toldTo("district").find(({ kind }) => kind === "text");
    // eight o'clock in Los Angeles, eleven in New York
    expect(text?.decided_at).toBe("2026-03-13T15:00:00.000Z");
  });
});

describe("a stand-in", () => {
  it("is told by the days of the school that she stands in for, though her own has its break", async () => {
    const closed = { ...school("B"), calendar: { closures: [{ from: "2026-03-09", to: "2026-03-20" }] } };
    const ada = lead("ada", ["A"], { on_leave: { until: "2026-03-20", stand_in: "bob" } });
    const place = alerting({ schools: [school("A"), closed], contacts: [ada, lead("bob", ["B"])] });
    for (const day of ["2026-03-11", "2026-03-12"]) await place.put("A", absent(day));
    await mornings(place, { from: "2026-03-13", to: "2026-03-17" });
    expect(daysOf(place, "bob")).toEqual(["2026-03-13", "2026-03-16", "2026-03-17"]);
    expect(daysOf(place, "ada")).toEqual([]);
  });
});

describe("back on track", () => {
  const saidOn = (place: AlertingWorld, contact_id: string) =>
    place
      .toldTo(contact_id)
      .filter(({ sections }) => sections.some(({ resolved }) => resolved > 0))
      .map(({ day }) => day);

  it("is said once to a lead of two schools, one of them closed in between", async () => {
    const closed = { ...school("A"), calendar: { closures: [{ from: "2026-03-19", to: "2026-03-19" }] } };
    const place = alerting({ schools: [closed, school("B")], contacts: [lead("area", ["A", "B"])] });
    for (const day of ["2026-03-16", "2026-03-17"]) await place.put("B", absent(day));
    await mornings(place, { from: "2026-03-18", to: "2026-03-18" });
    await place.put("B", came("2026-03-18"));
    await mornings(place, { from: "2026-03-19", to: "2026-03-24" });
    expect(saidOn(place, "area")).toEqual(["2026-03-19"]);
  });

  it("is said after a day without any sweep, too", async () => {
    const place = alerting({ schools: [school("A")], contacts: [lead("ada", ["A"])] });
    for (const day of ["2026-03-16", "2026-03-17"]) await place.put("A", absent(day));
    await mornings(place, { from: "2026-03-18", to: "2026-03-18" });
    await place.put("A", came("2026-03-18"));
    place.at("2026-03-18T23:00:00Z");
    await place.rules("A", ["2026-03-18"]);
    await mornings(place, { from: "2026-03-20", to: "2026-03-23" });
    expect(saidOn(place, "ada")).toEqual(["2026-03-20"]);
  });

  it("is not said where a rule was switched off, or a new term began", async () => {
    const place = alerting({ schools: [school("A")], contacts: [lead("ada", ["A"])] });
    for (const day of ["2026-03-11", "2026-03-12"]) await place.put("A", absent(day));
    await mornings(place, { from: "2026-03-13", to: "2026-03-13" });
    const rest = await place.setup.all();
    await place.setup.put({ ...rest, settings: { off: ["student-missed-sessions"] } });
    await mornings(place, { from: "2026-03-16", to: "2026-03-17" });
    expect((await place.alerts.current("A"))[0]).toMatchObject({ state: "resolved" });
    expect(saidOn(place, "ada")).toEqual([]);
    const term = alerting({ schools: [school("A")], contacts: [lead("ada", ["A"])] });
    for (const day of ["2026-03-11", "2026-03-12"]) await term.put("A", absent(day));
    await mornings(term, { from: "2026-03-13", to: "2026-03-13" });
    const { schools, ...others } = await term.setup.all();
    const next = schools.map((one) => ({ ...one, calendar: { first_day: "2026-08-17", closures: [] } }));
    await term.setup.put({ ...others, schools: next });
    await mornings(term, { from: "2026-08-17", to: "2026-08-18" });
    expect(saidOn(term, "ada")).toEqual([]);
  });
});

describe("the trail of an alert", () => {
  it("goes on when an episode begins on the same day as one before it", async () => {
    const place = alerting({
      schools: [school("A")],
      contacts: [lead("ada", ["A"])],
      settings: { off: RULE_IDS.filter((id) => id !== "assigned-never-started") },
    });
    await place.setup.putEnrolments([
      { student_id: "1", school_id: "A", program_id: "math", from: "2026-02-02" },
    ]);
    await mornings(place, { from: "2026-02-16", to: "2026-02-16" });
    const [alert] = await place.alerts.current("A");
    const trail = {
      at: "2026-02-16T15:00:00.000Z",
      step: "acknowledged" as const,
      by: "ada",
      note: "called",
    };
    await place.alerts.write(answered(alert!, trail, "2026-02-16")!);
    await place.put("A", came("2026-02-16"));
    await mornings(place, { from: "2026-02-17", to: "2026-02-17" });
    await place.put("A", dayOf("2026-02-16", []));
    await mornings(place, { from: "2026-03-04", to: "2026-03-04" });
    const [again] = await place.alerts.current("A");
    expect(again?.history.map(({ step, note }) => note ?? step)).toEqual([
      "opened",
      "called",
      "resolved",
      "opened",
    ]);
  });
});

describe("a schedule that ends", () => {
  const enrolment = { student_id: "1", school_id: "A", program_id: "math", provider_id: "north-star" };
  const run = async (closures: { from: string; to: string }[]) => {
    const place = alerting({ schools: [{ ...school("A"), calendar: { closures } }], contacts: [desk] });
    await place.setup.putEnrolments([enrolment]);
    await place.put("A", silent("2026-03-20"));
    await mornings(place, { from: "2026-03-19", to: "2026-03-19" });
    await place.put("A", came("2026-03-20"));
    await mornings(place, { from: "2026-03-20", to: "2026-03-20" });
    return (await place.alerts.current("A")).map(({ facts }) => facts["reason"]);
  };

  it("is told, but not before a break", async () => {
    expect(await run([])).toEqual(["no_schedule_left"]);
    expect(await run([{ from: "2026-03-23", to: "2026-03-27" }])).toEqual([]);
  });
});

describe("redrive", () => {
  it("hands a text to the sweep, which knows the night, and no text of another day", async () => {
    const place = alerting({ schools: [school("A")], contacts: [district] });
    await place.put("A", came("2026-03-11"));
    await place.put("A", silent("2026-03-12"));
    await place.sweep();
    await place.notify({ sendText: async () => ({ outcome: "refused", reason: "ValidationException" }) });
    expect(await redriveMessages(place, { now: new Date("2026-03-20T14:30:00Z"), dryRun: true })).toBe(0);
    expect(await redriveMessages(place, { now: new Date("2026-03-14T02:00:00Z"), dryRun: false })).toBe(1);
    place.at("2026-03-14T04:00:00Z");
    await place.sweep();
    await place.notify();
    expect(place.texts).toEqual([]);
    place.at("2026-03-14T14:15:00Z");
    await place.sweep();
    await place.notify();
    expect(place.texts).toHaveLength(1);
  });
});

describe("a link to stop the mails", () => {
  it("does not silence who has the post now", async () => {
    const place = alerting({ schools: [school("A")], contacts: [lead("ada", ["A"])] });
    for (const day of ["2026-03-11", "2026-03-12"]) await place.put("A", absent(day));
    await mornings(place, { from: "2026-03-13", to: "2026-03-13" });
    const { contacts, ...rest } = await place.setup.all();
    await place.setup.put({
      ...rest,
      contacts: contacts.map((one) => ({ ...one, email: "successor@example.org" })),
    });
    const answer = await place.follow(linkIn(place.mails[0]?.mail, "unsubscribe"), "POST");
    expect(answer.statusCode).toBe(410);
    expect(await place.mutes.all()).toEqual([]);
  });
});

describe("a forced sweep before the hour", () => {
  it("leaves the rules and the digest of the day to come", async () => {
    const place = alerting({ schools: [school("A")], contacts: [lead("ada", ["A"], TEXTS)] });
    for (const day of ["2026-03-11", "2026-03-12"]) await place.put("A", absent(day));
    place.at("2026-03-13T10:00:00Z");
    await place.sweep(true);
    place.at("2026-03-13T13:00:00Z");
    expect(await place.sweep()).toMatchObject({ schools: 1 });
    expect([...place.messages.messages.values()].filter(isTold)).toHaveLength(2);
  });
});
