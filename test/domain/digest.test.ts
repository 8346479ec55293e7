import { flesch } from "../support/readability.ts";
import { describe, expect, it } from "vitest";
import type { Alert } from "../../domain/alert.ts";
import { Contact } from "../../domain/contact.ts";
import { routesOf } from "../../domain/routes.ts";
import { mailOf, subjectOf, wordsIn, type Links } from "../../domain/mail.ts";
import type { Message, Section } from "../../domain/message.ts";
import { ruleOf } from "../../domain/rules/index.ts";
import { nothingSetUp } from "../../domain/setup.ts";
import { decideDigest, decideNotice, decideText, type Telling } from "../../domain/telling.ts";
import { LANGUAGES, ROLES, RULE_IDS, type Role } from "../../domain/words.ts";
import { alert, SCHOOL } from "../support/school.ts";

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

const due = { school: schools[0]!, day: "2026-03-16" };
const TOLD: Message = {
  message_id: "",
  kind: "digest",
  contact_id: "",
  day: "2026-03-13",
  sections: [],
  state: "sent",
  decided_at: BEFORE,
  attempts: 0,
  left_out: 0,
  weekly: false,
  version: 1,
};
type More = { since?: string; day?: string; contact?: Partial<Contact> };

function telling(role: Role, alerts: Alert[], { since = BEFORE, contact: more = {} }: More = {}): Telling {
  const contact = { ...contacts[role], ...more };
  const setup = { ...nothingSetUp(), schools, contacts: [...Object.values(contacts), contact] };
  const now = new Date(MONDAY);
  const groups = routesOf(setup, { alerts, now }).groups.get(contact.contact_id) ?? [];
  const earlier = [{ ...TOLD, message_id: `${contact.contact_id}#2026-03-13#digest`, decided_at: since }];
  return { contact, setup, groups, now, earlier };
}

const told = (role: Role, alerts: Alert[], more: More = {}) =>
  decideDigest(
    telling(role, alerts, more),
    { ...due, day: more.day ?? due.day },
    {
      forced: false,
      unreachable: () => 0,
    },
  );
const rulesOf = (sections: readonly Section[]) => sections.map(({ topic }) => topic);

describe("who is told", () => {
  it.each(RULE_IDS.map((rule) => [rule]))("%s goes to its roles alone", (rule) => {
    const heard = ROLES.filter((role) => rulesOf(told(role, [alert(rule)]).sections).includes(rule));
    expect(heard).toEqual(ROLES.filter((role) => ruleOf(rule).goesTo.includes(role)));
  });

  it("names a silent feed to a lead beside other things, and writes to nobody for it alone", () => {
    expect(told("site_lead", [alert("provider-feed-silent")]).state).toBe("empty");
    const message = told("site_lead", [alert("provider-feed-silent"), alert("student-missed-sessions")]);
    expect(rulesOf(message.sections)).toEqual(["student-missed-sessions", "provider-feed-silent"]);
    expect(subjectOf(message, contacts.site_lead)).toContain("1 thing needs a look");
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
  });

  it("tells weekly items in the first digest of a week, on whichever day that is", () => {
    const items = [alert("under-dosed")];
    const monday = { ...TOLD, message_id: "x", decided_at: MONDAY, day: "2026-03-16", weekly: true };
    const on = (day: string, earlier: Message[]) => {
      const base = telling("site_lead", items);
      const now = new Date(`${day}T13:00:00.000Z`);
      return decideDigest(
        { ...base, now, earlier },
        { ...due, day },
        { forced: false, unreachable: () => 0 },
      );
    };
    expect(on("2026-03-17", [])).toMatchObject({ weekly: true, state: "decided" });
    expect(on("2026-03-17", [monday])).toMatchObject({ weekly: false, state: "empty" });
    // a Monday that was given up told nobody
    expect(on("2026-03-17", [{ ...monday, state: "dead" }])).toMatchObject({
      weekly: true,
      state: "decided",
    });
    expect(on("2026-03-23", [monday])).toMatchObject({ weekly: true, state: "decided" });
  });

  it("says that somebody is back on track only where it was told before, and once", () => {
    const back = (opened: string, resolved: string) =>
      alert("student-missed-sessions", {
        state: "resolved",
        history: [
          { at: opened, step: "opened" },
          { at: resolved, step: "resolved" },
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

const optedIn = { phone: "+13035550123", text_opt_in: { on: "2026-01-05", how: "form" } };
// of the last 24 hours
const fresh = { history: [{ at: "2026-03-16T12:59:00.000Z", step: "opened" }] } satisfies Partial<Alert>;

describe("a text", () => {
  const textFor = (role: Role, alerts: Alert[], { contact = {}, ...more }: More & { now?: string } = {}) =>
    decideText(
      {
        ...telling(role, alerts, { contact: { ...optedIn, ...contact } }),
        now: new Date(more.now ?? "2026-03-16T14:30:00Z"),
      },
      due,
    );

  it("is sent for what is new, by the rules that may, and only to who agreed", () => {
    for (const rule of RULE_IDS.filter((id) => ruleOf(id).goesTo.includes("site_lead"))) {
      expect([rule, textFor("site_lead", [alert(rule, fresh)]) !== undefined]).toEqual([
        rule,
        ruleOf(rule).text,
      ]);
      const silent = { text_opt_in: undefined };
      expect(textFor("site_lead", [alert(rule, fresh)], { contact: silent })).toBeUndefined();
    }
    expect(textFor("site_lead", [alert("site-under-delivery")])).toBeUndefined();
    const mailOnly = { channels: ["mail" as const] };
    expect(
      textFor("site_lead", [alert("site-under-delivery", fresh)], { contact: mailOnly }),
    ).toBeUndefined();
  });

  it("waits for the end of the quiet hours, hers or the usual ones", () => {
    const items = [alert("site-under-delivery", fresh)];
    expect(textFor("site_lead", items, { now: "2026-03-16T13:59:00Z" })).toBeUndefined();
    expect(textFor("site_lead", items, { now: "2026-03-16T14:00:00Z" })).toBeDefined();
    const early = { quiet_hours: { from: "18:00", to: "06:00" } };
    expect(textFor("site_lead", items, { now: "2026-03-16T13:00:00Z", contact: early })).toBeDefined();
    expect(textFor("site_lead", items, { now: "2026-03-17T00:30:00Z", contact: early })).toBeUndefined();
  });

  it("is the last of two a day", () => {
    const base = telling("site_lead", [alert("site-under-delivery", fresh)], { contact: optedIn });
    const texts = (count: number) =>
      Array.from({ length: count }, () => ({ ...TOLD, kind: "text" as const, day: due.day, decided_at: "" }));
    const now = new Date("2026-03-16T14:30:00Z");
    expect(decideText({ ...base, now, earlier: texts(1) }, due)).toBeDefined();
    expect(decideText({ ...base, now, earlier: texts(2) }, due)).toBeUndefined();
  });

  it("is not sent because schedules run out, nor for a feed that is only named beside the rest", () => {
    const facts = { reason: "no_schedule_left" };
    expect(textFor("district", [alert("provider-feed-silent", { ...fresh, facts })])).toBeUndefined();
    expect(textFor("district", [alert("provider-feed-silent", fresh)])).toBeDefined();
    const beside = [alert("provider-feed-silent", fresh), alert("student-missed-sessions", fresh)];
    expect(textFor("site_lead", beside)).toBeUndefined();
  });
});

describe("a notice", () => {
  it("goes out for rules of the same day, once, where the digest has gone before", () => {
    for (const rule of RULE_IDS) {
      const [role = "district"] = ruleOf(rule).goesTo;
      const found = decideNotice(telling(role, [alert(rule, fresh)]), due);
      expect([rule, found !== undefined]).toEqual([rule, ruleOf(rule).sameDay]);
      const after = telling(role, [alert(rule, fresh)], { since: "2026-03-16T12:59:00.000Z" });
      expect(decideNotice(after, due)).toBeUndefined();
    }
  });
});

describe("two sweeps at once", () => {
  it("decide the same notice, whenever each of them began", () => {
    const first = telling("site_lead", [alert("site-under-delivery", fresh)]);
    const second = { ...first, now: new Date("2026-03-16T13:00:07.000Z") };
    expect(decideNotice(second, due)?.message_id).toBe(decideNotice(first, due)?.message_id);
    expect(decideNotice(first, due)?.message_id).toBe("lead#2026-03-16#notice#2026-03-16T12:59:00.000Z");
  });
});

describe("a lead of many schools", () => {
  it("keeps a hundred lines of a message and counts the others", () => {
    const many = Array.from({ length: 300 }, (_, number) => ({ ...SCHOOL, school_id: `S${number}` }));
    const contact = { ...contacts.site_lead, school_ids: many.map(({ school_id }) => school_id) };
    const setup = { ...nothingSetUp(), schools: many, contacts: [contact] };
    const alerts = many.map(({ school_id }) => alert("ratio-over-limit", { school_id, facts: FACTS }));
    const now = new Date(MONDAY);
    const groups = routesOf(setup, { alerts, now }).groups.get("lead") ?? [];
    const message = decideDigest({ contact, setup, groups, now, earlier: [] }, due, {
      forced: false,
      unreachable: () => 0,
    });
    expect([message.sections.length, message.left_out]).toEqual([100, 200]);
    const { text } = mailOf(message, contact, links);
    const shown = text.match(/^- School/gm)?.length ?? 0;
    expect(text).toContain(`and ${300 - shown} more`);
    expect(JSON.stringify(message).length).toBeLessThan(60_000);
  });
});

const links: Links = {
  acknowledge: (item) => `https://api.example/v1/acknowledge/${item}`,
  unsubscribe: "https://api.example/v1/unsubscribe/x",
  page: (school_id) => `https://pages.example/${school_id ?? ""}`,
};
const FACTS = {
  percent: 61,
  missing: 12,
  expected: 120,
  students: 14,
  largest_group: 9,
  reason: "nothing_reported",
};
const everything = (role: Role, language: (typeof LANGUAGES)[number]) =>
  told(
    role,
    RULE_IDS.map((rule) => alert(rule, { ...fresh, facts: FACTS })),
    { contact: { language } },
  );

describe.each(LANGUAGES)("a mail in %s", (language) => {
  it("has at most 7 items and 120 words, one button an item, and names no student, whatever fires", () => {
    for (const role of ROLES) {
      const reader = { ...contacts[role], language };
      const { text, html } = mailOf(everything(role, language), reader, links);
      expect(wordsIn(text)).toBeLessThanOrEqual(120);
      expect(
        wordsIn(html.replaceAll(/<style>.*<\/style>|<title>.*<\/title>|<[^>]+>/g, " ")),
      ).toBeLessThanOrEqual(120);
      const items = html.match(/<li>.*?<\/li>/g) ?? [];
      expect(items.length).toBeLessThanOrEqual(8);
      for (const item of items) expect((item.match(/<a /g) ?? []).length).toBeLessThanOrEqual(1);
      expect(text + html).not.toContain("0016740395");
    }
  });

  it("stays within its words for a lead of many schools with long names, and says what it left out", () => {
    const names = Array.from(
      { length: 12 },
      (_, number) => `The ${number} Very Long Name Of A School Of Many Words`,
    );
    const [section] = everything("site_lead", language).sections;
    const sections = names.map((school_name, number) => ({
      ...section!,
      school_name,
      school_ids: [`${number}`],
    }));
    const mail = mailOf({ ...TOLD, sections }, { role: "site_lead", language }, links);
    expect(wordsIn(mail.text)).toBeLessThanOrEqual(120);
    expect(mail.text).toMatch(language === "en" ? /and \d+ more/ : /y \d+ más/);
  });

  it("is read at grade 8 or below, line by line and as a whole", () => {
    const lines = RULE_IDS.flatMap((rule) =>
      ruleOf(rule).goesTo.map((role) => {
        const message = told(role, [alert(rule, { ...fresh, facts: FACTS })], { contact: { language } });
        return mailOf(message, { role, language }).text;
      }),
    );
    for (const text of lines) {
      const said = text
        .split("\n")
        .filter((line) => line.startsWith("- "))
        .join(" ");
      expect([said, flesch(said, language)]).toEqual([said, expect.toSatisfy((grade: number) => grade <= 8)]);
    }
    expect(flesch(lines.join("\n"), language)).toBeLessThanOrEqual(8);
  });
});

describe("the measure of reading", () => {
  it("finds the talk of offices hard to read (control)", () => {
    expect(
      flesch("Insufficient instructional dosage necessitates immediate administrative intervention.", "en"),
    ).toBeGreaterThan(12);
    expect(
      flesch("La dosificación insuficiente requiere intervenciones administrativas inmediatas.", "es"),
    ).toBeGreaterThan(12);
  });
});
