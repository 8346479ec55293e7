import { describe, expect, it } from "vitest";
import { LAG_BOUNDS, type StudentSession } from "../../domain/day-summary.ts";
import { alerting, desk, district, lead, school, TEXTS } from "../support/alerting.ts";
import { dayOf, pending, row } from "../support/school.ts";

const SCHOOLS = 40;
const STUDENTS = 125;
const schools = Array.from({ length: SCHOOLS }, (_, number) => school(`S${String(number).padStart(2, "0")}`));
const leads = schools.map(({ school_id }, number) =>
  lead(`lead-${school_id}`, [school_id], { ...TEXTS, phone: `+130355501${String(number).padStart(2, "0")}` }),
);
const everyone = (status: StudentSession["status"], day: string) =>
  Array.from({ length: STUDENTS }, (_, student) => row(day, status, { student_id: `${student}` }));

describe("a storm", () => {
  it("of 5,000 breaches in 40 schools is 40 digests, and nothing is repeated", async () => {
    const place = alerting({ schools, contacts: [...leads, desk, district] });
    for (const { school_id } of schools)
      for (const day of ["2026-03-11", "2026-03-12"])
        await place.put(school_id, dayOf(day, everyone("absent_unexcused", day)));
    place.at("2026-03-12T22:00:00Z");
    for (const { school_id } of schools) await place.rules(school_id, ["2026-03-12"]);
    const alerts = [...place.alerts.alerts.values()].filter(({ state }) => state === "open");
    expect(alerts.length).toBe(SCHOOLS * STUDENTS);
    place.at("2026-03-13T13:00:00Z");
    for (let quarter = 0; quarter < 30; quarter += 1) {
      place.at(new Date(Date.parse("2026-03-13T13:00:00Z") + quarter * 900_000));
      await place.sweep();
      await place.notify();
    }
    expect(place.mails).toHaveLength(SCHOOLS);
    expect(new Set(place.mails.map(({ to }) => to)).size).toBe(SCHOOLS);
    expect(place.mails[0]?.mail.text).toContain("125 students missed sessions (125 new)");
    expect(place.texts).toEqual([]);
    place.at("2026-03-16T13:00:00Z");
    await place.sweep();
    await place.notify();
    // what is open is told again the next school day, as no news
    expect(place.mails).toHaveLength(2 * SCHOOLS);
    expect(place.mails.at(-1)?.mail.text).toContain("125 students missed sessions. Call home.");
  });

  it("of sessions that were not held texts each lead once, and at most twice a day", async () => {
    const place = alerting({ schools, contacts: [...leads, desk, district] });
    for (const { school_id } of schools) {
      const provider = (provider_id: string) => ({
        provider_id,
        sessions_held: 1,
        not_held: [{ reason: "tutor_absent" as const, sessions: 9 }],
        lag: LAG_BOUNDS.map(() => 0),
      });
      const providers = Array.from({ length: 5 }, (_, number) => provider(`p${number}`));
      await place.put(school_id, dayOf("2026-03-12", [], { providers }));
    }
    for (let quarter = 0; quarter < 56; quarter += 1) {
      place.at(new Date(Date.parse("2026-03-13T13:00:00Z") + quarter * 900_000));
      await place.sweep();
      await place.notify();
    }
    const texts = Map.groupBy(place.texts, ({ phone }) => phone);
    expect(texts.size).toBe(SCHOOLS);
    for (const own of texts.values()) expect(own.length).toBeLessThanOrEqual(2);
    expect(place.texts).toHaveLength(SCHOOLS);
    expect(place.mails).toHaveLength(SCHOOLS);
  });

  it("that goes on all day stops at two texts a person", async () => {
    const place = alerting({ schools: [school("A")], contacts: [lead("ada", ["A"], TEXTS)] });
    const provider = (provider_id: string) => ({
      provider_id,
      sessions_held: 1,
      not_held: [{ reason: "tutor_absent" as const, sessions: 9 }],
      lag: LAG_BOUNDS.map(() => 0),
    });
    // every hour another provider is found to have held one session of ten
    for (let hour = 0; hour < 6; hour += 1) {
      place.at(new Date(Date.parse("2026-03-13T15:00:00Z") + hour * 3_600_000));
      const providers = Array.from({ length: hour + 1 }, (_, number) => provider(`p${number}`));
      await place.put("A", dayOf("2026-03-12", [], { providers }));
      await place.sweep(true);
      await place.notify();
    }
    const found = (await place.alerts.current("A")).filter(({ rule }) => rule === "site-under-delivery");
    expect([found.length, place.texts.length]).toEqual([6, 2]);
  });

  it("of one silent provider is one notice to each of those whom it concerns", async () => {
    const place = alerting({ schools, contacts: [...leads, desk, district] });
    for (const { school_id } of schools) {
      await place.put(school_id, dayOf("2026-03-11", everyone("present", "2026-03-11")));
      await place.put(school_id, dayOf("2026-03-12", [], { pending: [pending("2026-03-12")] }));
    }
    for (let quarter = 0; quarter < 56; quarter += 1) {
      place.at(new Date(Date.parse("2026-03-13T13:00:00Z") + quarter * 900_000));
      await place.sweep();
      await place.notify();
    }
    expect(place.mails.map(({ to }) => to).sort()).toEqual(["d@example.org", "desk@example.org"]);
    const [{ mail }] = place.mails as [(typeof place.mails)[0]];
    expect(mail.text.match(/no reports from north-star/g)).toHaveLength(1);
    expect(mail.text).toContain("40 schools");
    expect(place.texts).toHaveLength(1);
  });
});
