import { describe, expect, it } from "vitest";
import { answered, standingOf, stepped, type Alert } from "../../domain/alert.ts";
import { Contact, hasChannel, isQuiet } from "../../domain/contact.ts";
import { escalate, isEscalated } from "../../domain/escalation.ts";
import { guardiansOf, unreachableOf } from "../../domain/mute.ts";
import { ownersOf, presentFor, schoolsOf } from "../../domain/routing.ts";
import { DEFAULT_SETTINGS } from "../../domain/settings.ts";
import { nothingSetUp, type School, type Setup } from "../../domain/setup.ts";
import { oneSegment } from "../../domain/text.ts";
import { ROLES, type RuleId } from "../../domain/words.ts";
import { SegmentedMessage } from "sms-segments-calculator";
import { SCHOOL } from "../support/school.ts";

function alertOf(rule: RuleId, opened: string, more: Partial<Alert> = {}): Alert {
  return {
    school_id: "A",
    id: `${rule}#1#2026-03-02`,
    rule,
    subject: "1",
    provider_ids: ["north-star"],
    first_day: "2026-03-02",
    state: "open",
    // seven in the morning, in winter
    history: [{ at: `${opened}T14:00:00.000Z`, step: "opened" }],
    facts: {},
    version: 1,
    ...more,
  };
}
const at = (day: string) => `${day}T15:00:00.000Z`;
const acknowledge = (alert: Alert, day: string) =>
  answered(alert, { at: at(day), step: "acknowledged", by: "ada", note: "seen" }, day);
const snooze = (alert: Alert, day: string, until: string) =>
  answered(alert, { at: at(day), step: "snoozed", by: "ada", until }, day);

describe("an answer to an alert", () => {
  it("is kept with who gave it, and asks for nothing when it was given before", () => {
    const seen = acknowledge(alertOf("student-missed-sessions", "2026-03-03"), "2026-03-03")!;
    expect(seen.history.at(-1)).toEqual({
      at: at("2026-03-03"),
      step: "acknowledged",
      by: "ada",
      note: "seen",
    });
    expect([seen.version, standingOf(seen, "2026-03-04")]).toEqual([2, "acknowledged"]);
    expect(acknowledge(seen, "2026-03-04")).toBeUndefined();
  });

  it("is forgotten when the same episode opens again, and kept in its history", () => {
    const seen = acknowledge(alertOf("student-missed-sessions", "2026-03-03"), "2026-03-03")!;
    const again = {
      ...stepped(stepped(seen, { at: at("2026-03-05"), step: "resolved" }), {
        at: at("2026-03-09"),
        step: "opened",
      }),
    };
    expect(standingOf(again, "2026-03-09")).toBe("open");
    expect(again.history.map(({ step }) => step)).toEqual(["opened", "acknowledged", "resolved", "opened"]);
    expect(acknowledge({ ...again, state: "resolved" }, "2026-03-10")).toBeUndefined();
  });

  it("may be a snooze, which ends on its day", () => {
    const asleep = snooze(alertOf("student-missed-sessions", "2026-03-03"), "2026-03-03", "2026-03-06")!;
    expect(standingOf(asleep, "2026-03-05")).toBe("snoozed");
    expect(standingOf(asleep, "2026-03-06")).toBe("open");
    expect(standingOf(acknowledge(asleep, "2026-03-04")!, "2026-03-06")).toBe("acknowledged");
  });
});

describe("a second answer", () => {
  it("moves the end of a snooze, and asks for nothing where it says the same", () => {
    const asleep = snooze(alertOf("student-missed-sessions", "2026-03-03"), "2026-03-03", "2026-03-06")!;
    expect(snooze(asleep, "2026-03-04", "2026-03-06")).toBeUndefined();
    expect(standingOf(snooze(asleep, "2026-03-04", "2026-03-20")!, "2026-03-10")).toBe("snoozed");
    expect(standingOf(snooze(asleep, "2026-03-04", "2026-03-05")!, "2026-03-05")).toBe("open");
  });
});

describe("an alert that nobody answers", () => {
  const calendar = { closures: [{ from: "2026-03-09", to: "2026-03-10" }] };
  const due = (alert: Alert, today: string, school: School = SCHOOL) =>
    escalate([alert], { school, today, now: new Date(at(today)), settings: DEFAULT_SETTINGS }).length === 1;

  it("goes to the district after three school days, not before, and only once", () => {
    const alert = alertOf("student-missed-sessions", "2026-03-03");
    expect(["04", "05", "06"].map((day) => due(alert, `2026-03-${day}`))).toEqual([false, false, true]);
    const [escalated] = escalate([alert], {
      school: SCHOOL,
      today: "2026-03-06",
      now: new Date(at("2026-03-06")),
      settings: DEFAULT_SETTINGS,
    });
    expect(isEscalated(escalated!, "2026-03-06")).toBe(true);
    expect(due(escalated!, "2026-03-09")).toBe(false);
    expect(isEscalated(acknowledge(escalated!, "2026-03-09")!, "2026-03-09")).toBe(false);
  });

  it("does not count holidays, nor the days before weekly items are told", () => {
    const alert = alertOf("student-missed-sessions", "2026-03-05");
    const school = { ...SCHOOL, calendar };
    expect(["11", "12"].map((day) => due(alert, `2026-03-${day}`, school))).toEqual([false, true]);
    // opened on a Tuesday, told on Monday the 9th, five school days later is Monday the 16th
    const weekly = alertOf("off-pace", "2026-03-03");
    expect(["13", "16"].map((day) => due(weekly, `2026-03-${day}`))).toEqual([false, true]);
  });

  it("waits while it is snoozed, and counts anew from then", () => {
    const asleep = snooze(alertOf("student-missed-sessions", "2026-03-03"), "2026-03-04", "2026-03-11")!;
    expect(["10", "12", "13", "16"].map((day) => due(asleep, `2026-03-${day}`))).toEqual([
      false,
      false,
      false,
      true,
    ]);
    expect(due(acknowledge(asleep, "2026-03-12")!, "2026-03-20")).toBe(false);
  });

  it("stays where it is when it goes to the district anyway", () => {
    expect(due(alertOf("provider-feed-silent", "2026-03-02"), "2026-03-31")).toBe(false);
    expect(due(alertOf("reports-late", "2026-03-02"), "2026-03-31")).toBe(true);
  });

  it("is first told the next morning where it opened after this one", () => {
    const afternoon = alertOf("student-missed-sessions", "2026-03-02", {
      history: [{ at: "2026-03-02T23:00:00.000Z", step: "opened" }],
    });
    expect(["05", "06"].map((day) => due(afternoon, `2026-03-${day}`))).toEqual([false, true]);
  });

  it("goes by the settings of its school", () => {
    const settings = { ...DEFAULT_SETTINGS, escalate_days: 1 };
    const clock = { school: SCHOOL, today: "2026-03-04", now: new Date(at("2026-03-04")), settings };
    expect(escalate([alertOf("student-missed-sessions", "2026-03-03")], clock)).toHaveLength(1);
  });
});

const contact = (contact_id: string, more: object) =>
  Contact.parse({ contact_id, email: `${contact_id}@example.org`, ...more });
const ada = contact("ada", { role: "site_lead", school_ids: ["A"] });
const office = contact("office", { role: "district", district_id: "D", kind: "department" });
const bob = contact("bob", { role: "site_lead", school_ids: ["B"] });

describe("the owners of an alert", () => {
  const matter = { goesTo: ["site_lead"] as const, school: SCHOOL };
  const setup = (contacts: Contact[], default_owner?: string): Setup => ({
    ...nothingSetUp(),
    schools: [SCHOOL],
    contacts,
    default_owner,
  });
  const ids = (found: Contact[]) => found.map(({ contact_id }) => contact_id);

  it("are the contacts of its roles there", () => {
    expect(ids(ownersOf(matter, setup([ada, bob, office]), "2026-03-03"))).toEqual(["ada"]);
    expect(ids(ownersOf({ ...matter, goesTo: ["district"] }, setup([ada, office]), "2026-03-03"))).toEqual([
      "office",
    ]);
  });

  it("are never nobody: the default owner gets what is nobody's, whatever the role", () => {
    for (const role of ROLES)
      expect(
        ids(ownersOf({ ...matter, goesTo: [role], provider_id: "x" }, setup([bob], "bob"), "2026-03-03")),
      ).toEqual(["bob"]);
    expect(ownersOf(matter, setup([bob]), "2026-03-03")).toEqual([]);
  });

  it("are stood in for while they are on leave, by whoever is there in the end", () => {
    const away = (one: Contact, stand_in: string) => ({
      ...one,
      on_leave: { until: "2026-03-06", stand_in },
    });
    const chain = setup([away(ada, "bob"), away(bob, "office"), office], "office");
    expect(ids(ownersOf(matter, chain, "2026-03-06"))).toEqual(["office"]);
    expect(ids(ownersOf(matter, chain, "2026-03-07"))).toEqual(["ada"]);
    const circle = setup([away(ada, "bob"), away(bob, "ada"), office], "office");
    expect(presentFor(circle.contacts[0]!, circle, "2026-03-06")).toBeUndefined();
    expect(ids(ownersOf(matter, circle, "2026-03-06"))).toEqual(["office"]);
  });

  it("are told by the clocks of their own schools", () => {
    const other = { ...SCHOOL, school_id: "B", district_id: "E" };
    const both = { ...setup([]), schools: [SCHOOL, other] };
    expect(schoolsOf(bob, both)).toEqual([other]);
    expect(schoolsOf(office, both)).toEqual([SCHOOL]);
    expect(schoolsOf(contact("desk", { role: "provider", provider_id: "north-star" }), both)).toEqual([]);
  });
});

describe("a contact", () => {
  const faults = (more: object) =>
    (
      Contact.safeParse({
        contact_id: "x",
        email: "x@example.org",
        role: "district",
        district_id: "D",
        ...more,
      }).error?.issues ?? []
    ).map(({ path, message }) => `${path.join(".")} ${message}`);

  it.each([
    [{ channels: ["text"] }, "text_opt_in is missing"],
    [{ text_opt_in: { on: "2026-01-05", how: "form" } }, "phone is missing"],
    [
      { kind: "department", phone: "+13035550123", text_opt_in: { on: "2026-01-05", how: "form" } },
      "text_opt_in is for persons",
    ],
    [{ kind: "department", on_leave: { until: "2026-03-06", stand_in: "y" } }, "on_leave is for persons"],
    [{ digest_hour: "06:45" }, "digest_hour must lie between 07:00 and 18:00"],
    [{ digest_hour: "07:10" }, "digest_hour must be a quarter of an hour"],
    [{ language: "fr" }, "language must be en or es"],
    [{ channels: [] }, "channels"],
    [
      { channels: ["text"], phone: "+13035550123", text_opt_in: { on: "2026-01-05", how: "form" } },
      "channels must include mail",
    ],
  ])("with %j is refused: %s", (more, reason) => {
    expect(faults(more).join("; ")).toContain(reason);
  });

  it("is texted only where she agreed, and never in her quiet hours", () => {
    const agreed = { phone: "+13035550123", text_opt_in: { on: "2026-01-05", how: "form" } };
    expect([hasChannel(office, "text"), hasChannel({ ...ada, ...agreed }, "text")]).toEqual([false, true]);
    expect(hasChannel({ ...ada, ...agreed, channels: ["mail"] }, "text")).toBe(false);
    expect(["07:59", "08:00", "20:59", "21:00"].map((clock) => isQuiet(ada, clock))).toEqual([
      true,
      false,
      false,
      true,
    ]);
  });
});

describe("a contact whom no mail reaches", () => {
  it("is found by a muted address or a mail that was given up, and her district is told", () => {
    const setup = { ...nothingSetUp(), schools: [SCHOOL], contacts: [ada, office], default_owner: "office" };
    const mute = {
      channel: "mail",
      address: "ada@example.org",
      why: "bounced",
      at: at("2026-03-03"),
    } as const;
    expect(unreachableOf(setup, [mute], () => undefined)).toMatchObject([{ contact: ada, why: "bounced" }]);
    expect(unreachableOf(setup, [{ ...mute, channel: "text" }], () => undefined)).toEqual([]);
    expect(guardiansOf(ada, setup, () => "2026-03-03")).toEqual(["office"]);
    expect(guardiansOf(office, setup, () => "2026-03-03")).toEqual([]);
    const above = { ...setup, contacts: [ada, office, bob], default_owner: "bob" };
    expect(guardiansOf(office, above, () => "2026-03-03")).toEqual(["bob"]);
  });
});

describe("one segment", () => {
  it.each([
    ["faltan 3 años: ¿quién llamó? Dé más clases", "faltan 3 años: ¿quién llamo? Dé mas clases"],
    ["100 € [x]", "100 € [x]"],
    ["日本 🙂 ok", "?? ? ok"],
  ])("of %j is %j", (text, cut) => {
    expect(oneSegment(text)).toBe(cut);
  });

  it("is one segment of GSM-7 by another's count, whatever is put in", () => {
    const pieces = ["á", "ñ", "€", "{", "Z", "ç", "—", "🙂", "\u0301", "Ω", " ", "7"];
    for (let length = 0; length < 400; length += 7) {
      const text = Array.from({ length }, (_, index) => pieces[(index * 7 + length) % pieces.length]).join(
        "",
      );
      const message = new SegmentedMessage(oneSegment(text));
      expect([message.encodingName, message.segmentsCount <= 1]).toEqual(["GSM-7", true]);
    }
    expect(new SegmentedMessage("faltó").encodingName).toBe("UCS-2");
  });
});
