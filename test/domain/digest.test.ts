import { describe, expect, it } from "vitest";
import type { Alert } from "../../domain/alert-life.ts";
import { messageFor, weekBefore, type Told } from "../../domain/digest.ts";
import { mailOf, subjectOf, textOf, type Section } from "../../domain/notification.ts";
import { ruleOf } from "../../domain/rules/index.ts";
import { Contact, nothingSetUp } from "../../domain/setup.ts";
import { ROLES, RULE_IDS, type Role, type RuleId } from "../../domain/words.ts";
import { SCHOOL } from "../support/school.ts";

const schools = [{ ...SCHOOL, name: "Aspen Grove" }];
const contacts: Record<Role, Contact> = {
  site_lead: Contact.parse({ contact_id: "lead", role: "site_lead", email: "a@b.org", school_ids: ["A"] }),
  provider: Contact.parse({
    contact_id: "desk",
    role: "provider",
    email: "a@b.org",
    provider_id: "north-star",
  }),
  district: Contact.parse({ contact_id: "office", role: "district", email: "a@b.org", district_id: "D" }),
};

const MONDAY = "2026-03-16T13:00:00.000Z";
const BEFORE = "2026-03-13T13:00:00.000Z";

function alert(rule: RuleId, more: Partial<Alert> = {}): Alert {
  const subject = ruleOf(rule).about === "provider" ? "north-star" : "0016740395";
  return {
    school_id: "A",
    id: `${rule}#${subject}#2026-03-12`,
    rule,
    subject,
    provider_ids: ["north-star"],
    first_day: "2026-03-12",
    state: "open",
    history: [{ at: "2026-03-13T20:00:00.000Z", state: "open" }],
    facts: {},
    version: 1,
    ...more,
  };
}

function told(role: Role, alerts: Alert[], more: Partial<Told> = {}) {
  const setup = { ...nothingSetUp(), schools };
  const input = { setup, alerts, now: new Date(MONDAY), since: BEFORE, weeklySince: BEFORE, ...more };
  return messageFor(contacts[role], { ...input, day: "2026-03-16", forced: false });
}
const rulesOf = (sections: readonly Section[]) => sections.map(({ rule }) => rule);

describe("who is told", () => {
  it.each(RULE_IDS.map((rule) => [rule]))("%s goes to its roles alone", (rule) => {
    const heard = ROLES.filter((role) => rulesOf(told(role, [alert(rule)]).sections).includes(rule));
    expect(heard).toEqual(ROLES.filter((role) => ruleOf(rule).goesTo.includes(role)));
  });

  it("names a silent feed to a lead beside other things, and writes to nobody for it alone", () => {
    expect(told("site_lead", [alert("provider-feed-silent")]).state).toBe("empty");
    const message = told("site_lead", [alert("provider-feed-silent"), alert("student-missed-sessions")]);
    expect(rulesOf(message.sections)).toEqual(["student-missed-sessions", "provider-feed-silent"]);
    expect(subjectOf(message)).toContain("1 thing needs a look");
  });

  it("tells a provider nothing of another", () => {
    expect(told("provider", [alert("reports-late", { subject: "bright-path" })]).state).toBe("empty");
  });

  it("puts under-delivery before what happened to students", () => {
    const message = told(
      "site_lead",
      [...RULE_IDS].reverse().map((rule) => alert(rule)),
    );
    expect(rulesOf(message.sections)[0]).toBe("site-under-delivery");
  });
});

describe("when", () => {
  it("keeps weekly items for the first school day of the week", () => {
    const items = [alert("under-dosed"), alert("student-missed-sessions")];
    expect(rulesOf(told("site_lead", items).sections)).toEqual(["student-missed-sessions", "under-dosed"]);
    expect(rulesOf(told("site_lead", items, { weeklySince: undefined }).sections)).toEqual([
      "student-missed-sessions",
    ]);
  });

  it("finds the first school day of a week, and that of the week with school before it", () => {
    expect(weekBefore(SCHOOL, "2026-03-16")).toBe("2026-03-09");
    expect(weekBefore(SCHOOL, "2026-03-17")).toBeUndefined();
    const closures = [{ from: "2026-03-09", to: "2026-03-16" }];
    const school = { ...SCHOOL, calendar: { closures } };
    expect(weekBefore(school, "2026-03-16")).toBeUndefined();
    expect(weekBefore(school, "2026-03-17")).toBe("2026-03-02");
  });

  it("says that somebody is back on track only where it was told before, and once", () => {
    const back = (opened: string, resolved: string) =>
      alert("student-missed-sessions", {
        state: "resolved",
        history: [
          { at: opened, state: "open" },
          { at: resolved, state: "resolved" },
        ],
      });
    const known = back("2026-03-12T20:00:00.000Z", "2026-03-13T20:00:00.000Z");
    expect(told("site_lead", [known]).sections).toMatchObject([{ open: 0, resolved: 1 }]);
    expect(told("site_lead", [known], { since: "2026-03-13T21:00:00.000Z" }).state).toBe("empty");
    expect(told("site_lead", [back("2026-03-13T19:00:00.000Z", "2026-03-13T20:00:00.000Z")]).state).toBe(
      "empty",
    );
  });
});

describe("a text", () => {
  const optedIn = {
    ...contacts.site_lead,
    phone: "+13035550123",
    text_opt_in: { on: "2026-01-05", how: "form" },
  };

  it("is sent for what is new, by the rules that may, and only to who agreed", () => {
    for (const rule of RULE_IDS.filter((id) => ruleOf(id).goesTo.includes("site_lead"))) {
      const message = told("site_lead", [alert(rule)]);
      expect([rule, textOf(message, optedIn) !== undefined]).toEqual([rule, ruleOf(rule).text]);
      expect(textOf(message, contacts.site_lead)).toBeUndefined();
    }
    const old = told("site_lead", [alert("site-under-delivery")], { since: "2026-03-13T21:00:00.000Z" });
    expect(textOf(old, optedIn)).toBeUndefined();
  });

  it("is not sent because schedules run out, nor for a feed that is only named beside the rest", () => {
    const facts = { reason: "no_schedule_left" };
    const office = { ...optedIn, ...contacts.district };
    expect(textOf(told("district", [alert("provider-feed-silent", { facts })]), office)).toBeUndefined();
    const beside = told("site_lead", [alert("provider-feed-silent"), alert("student-missed-sessions")]);
    expect(textOf(beside, optedIn)).toBeUndefined();
  });
});

describe("a mail", () => {
  it("has at most 7 items and 120 words and names no student, whatever fires", () => {
    for (const role of ROLES) {
      const { text, html } = mailOf(
        told(
          role,
          RULE_IDS.map((rule) => alert(rule)),
        ),
      );
      expect(text.match(/[\w%(-]*\w[^\s]*/g)!.length).toBeLessThanOrEqual(120);
      expect((html.match(/<li/g) ?? []).length).toBeLessThanOrEqual(8);
      expect(text + html).not.toContain("0016740395");
    }
  });
});
