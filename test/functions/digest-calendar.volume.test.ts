import { describe, expect, it } from "vitest";
import { answered } from "../../domain/alert.ts";
import {
  addDays,
  dayOf as localDay,
  clockOf,
  instantAt,
  isSchoolDay,
  isoWeekday,
} from "../../domain/school-day.ts";
import { RULE_IDS } from "../../domain/words.ts";
import { alerting, isTold, lead } from "../support/alerting.ts";
import { announceSeed, seeded, type Random } from "../support/random.ts";
import { dayOf, row } from "../support/school.ts";
import type { School } from "../../domain/setup.ts";

const seed = announceSeed("digest calendar", 7);
const ZONES = [
  "America/New_York",
  "America/Chicago",
  "America/Denver",
  "America/Los_Angeles",
  "America/Anchorage",
  "Pacific/Honolulu",
] as const;
const YEARS = [2025, 2026, 2027];
const QUARTER_MS = 900_000;

/** A school year with breaks, single days off, and a quarter-hour of its own for the digest. */
function schoolOf(random: Random, year: number, time_zone: string): School {
  const closures = [
    { from: `${year}-11-24`, to: `${year}-11-28` },
    { from: `${year}-12-21`, to: `${year + 1}-01-02` },
    { from: `${year + 1}-03-09`, to: `${year + 1}-03-13` },
    ...Array.from({ length: 6 }, () => {
      const day = addDays(`${year}-09-01`, random.below(260));
      return { from: day, to: day };
    }),
  ];
  const calendar = { first_day: `${year}-08-18`, last_day: `${year + 1}-05-29`, closures };
  return { school_id: time_zone.split("/")[1]!, district_id: "D", time_zone, calendar };
}

/** One rule is enough to open and close: two absences in a row, and nothing else. */
const settings = { off: RULE_IDS.filter((id) => id !== "student-missed-sessions"), missed_sessions: 100 };

type Reported = { day: string; absent: boolean };

/** Whether something is open in the morning of a day: the last two reported days were absences. */
const isOpen = (reported: readonly Reported[]) => {
  const last = reported.slice(-2);
  return last.length === 2 && last.every(({ absent }) => absent);
};

const AREA = "all";
const LAST_ZONE = "Pacific/Honolulu";
type AreaState = { open: Map<string, boolean>; told: Set<string> };
type AreaInput = {
  schools: School[];
  reported: Map<string, Reported[]>;
  expected: Map<string, boolean>;
  area: AreaState;
};

/** Of a contact of all schools: due where any has school; told what is open at any, and once more what is over. */
function areaOn(day: string, { schools, reported, expected, area }: AreaInput): void {
  const inSession = schools.filter(({ calendar }) => isSchoolDay(day, calendar!));
  if (inSession.length === 0) return;
  for (const { school_id } of inSession)
    area.open.set(school_id, isOpen(reported.get(school_id)!.filter((one) => one.day < day)));
  const open = schools.map(({ school_id }) => school_id).filter((id) => area.open.get(id) === true);
  const over = [...area.told].filter((id) => !open.includes(id));
  expected.set(`${AREA} ${day}`, open.length + over.length > 0);
  area.told = new Set(open);
}

type Wrong = { school: string; day: string; expected: number; sent: number };

async function year(random: Random, first: number) {
  const schools = ZONES.map((zone) => schoolOf(random, first, zone));
  const hours = schools.map(
    () => `${String(7 + random.below(3)).padStart(2, "0")}:${random.pick(["00", "15", "30", "45"])}`,
  );
  const contacts = schools.map(({ school_id }, index) =>
    lead(`lead-${school_id}`, [school_id], { digest_hour: hours[index] }),
  );
  // one contact of all zones, late in the day: when it is her hour in Honolulu it is tomorrow in New York
  const area = lead(
    `lead-${AREA}`,
    schools.map(({ school_id }) => school_id),
    { digest_hour: "18:00" },
  );
  const place = alerting({ schools, contacts: [...contacts, area], settings });
  const reported = new Map<string, Reported[]>(schools.map(({ school_id }) => [school_id, []]));
  const expected = new Map<string, boolean>();
  let told = new Map<string, boolean>();
  const areaState: AreaState = { open: new Map(), told: new Set() };
  let sweeps = 0;
  const end = Date.parse(`${first + 1}-06-02T00:00:00Z`);
  for (let at = Date.parse(`${first}-08-15T00:00:00Z`); at < end; at += QUARTER_MS) {
    place.at(new Date(at));
    for (const school of schools) {
      const [day, clock] = [localDay(at / 1000, school.time_zone), clockOf(at / 1000, school.time_zone)];
      const past = reported.get(school.school_id)!;
      if (clock !== "15:00" || !isSchoolDay(day, school.calendar!) || past.at(-1)?.day === day) continue;
      // runs of absences and of attendance, so that alerts open, last and are resolved
      const absent = random.chance((past.at(-1)?.absent ?? false) ? 0.7 : 0.3);
      past.push({ day, absent });
      await place.put(school.school_id, dayOf(day, [row(day, absent ? "absent_unexcused" : "present")]));
    }
    for (const [index, school] of schools.entries()) {
      const [day, clock] = [localDay(at / 1000, school.time_zone), clockOf(at / 1000, school.time_zone)];
      if (clock !== hours[index] || !isSchoolDay(day, school.calendar!)) continue;
      const name = `${school.school_id} ${day}`;
      const open = isOpen(reported.get(school.school_id)!.filter((one) => one.day < day));
      // once more when it is over: "back on track"
      expected.set(name, open || told.get(school.school_id) === true);
      told = new Map(told).set(school.school_id, open);
    }
    const [day, clock] = [localDay(at / 1000, LAST_ZONE), clockOf(at / 1000, LAST_ZONE)];
    if (clock === "20:00") areaOn(day, { schools, reported, expected, area: areaState });
    await place.sweep();
    sweeps += 1;
  }
  return { place, schools, expected, sweeps, reported };
}

function wrongOf({ place, schools, expected }: Awaited<ReturnType<typeof year>>): Wrong[] {
  const messages = [...place.messages.messages.values()].filter(isTold);
  const sent = Map.groupBy(messages, ({ contact_id, day }) => `${contact_id.replace("lead-", "")} ${day}`);
  const names = new Set([...expected.keys(), ...sent.keys()]);
  return [...names].flatMap((name) => {
    const [school = "", day = ""] = name.split(" ");
    const [want, have] = [expected.get(name) === true ? 1 : 0, sent.get(name)?.length ?? 0];
    const known = school === AREA || schools.some(({ school_id }) => school_id === school);
    return want === have && known ? [] : [{ school, day, expected: want, sent: have }];
  });
}

describe("six zones in three school years, with closures and clock changes", () => {
  it.each(YEARS)(
    "from %i on each lead gets exactly one digest a school day when something is open, and none when nothing is",
    async (first) => {
      const run = await year(seeded(seed + first), first);
      const digests = [...run.expected.values()].filter(Boolean).length;
      console.log(
        `from ${first}: ${run.sweeps} sweeps, ${run.expected.size} school days, ${digests} digests`,
      );
      expect(run.expected.size).toBeGreaterThan(6 * 150);
      expect(digests).toBeGreaterThan(200);
      expect(wrongOf(run)).toEqual([]);
      // and never on a weekend, a closure, or before its hour
      for (const message of run.place.messages.messages.values()) {
        if (message.contact_id === `lead-${AREA}`) continue;
        const school = run.schools.find(({ school_id }) => message.contact_id === `lead-${school_id}`)!;
        const contact = await run.place.setup.contact(message.contact_id);
        expect(isSchoolDay(message.day, school.calendar!)).toBe(true);
        expect(Date.parse(message.decided_at) / 1000).toBe(
          instantAt(message.day, contact!.digest_hour, school.time_zone),
        );
      }
    },
  );

  it("finds a digest too many and one too few (control)", async () => {
    const run = await year(seeded(seed), 2025);
    const [first] = [...run.place.messages.messages.values()].filter(isTold);
    run.place.messages.messages.set("again", { ...first!, message_id: "again" });
    expect(wrongOf(run)).toHaveLength(1);
    for (const [id, message] of run.place.messages.messages)
      if (message.day === first!.day && message.contact_id === first!.contact_id)
        run.place.messages.messages.delete(id);
    expect(wrongOf(run)).toMatchObject([{ expected: 1, sent: 0 }]);
  });
});

describe("the wall clock", () => {
  it("is turned back into an instant on both sides of a clock change, in every zone", () => {
    for (const zone of ZONES)
      for (const day of ["2026-03-07", "2026-03-08", "2026-03-09", "2026-11-01", "2026-11-02"])
        for (const clock of ["00:30", "01:30", "03:30", "07:00", "23:45"]) {
          const instant = instantAt(day, clock, zone);
          expect([localDay(instant, zone), clockOf(instant, zone)]).toEqual([day, clock]);
        }
    expect(isoWeekday("2026-03-08")).toBe(7);
  });
});

describe("an answer", () => {
  it("stops the digests, and a snooze until the day that it names, also across a closure", async () => {
    const calendar = { closures: [{ from: "2026-03-16", to: "2026-03-20" }] };
    const school: School = { school_id: "A", district_id: "D", time_zone: "America/Denver", calendar };
    const place = alerting({ schools: [school], contacts: [lead("ada", ["A"])], settings });
    for (const day of ["2026-03-09", "2026-03-10"])
      await place.put("A", dayOf(day, [row(day, "absent_unexcused")]));
    const days: string[] = [];
    for (let day = "2026-03-11"; day < "2026-03-28"; day = addDays(day, 1)) {
      place.at(new Date(instantAt(day, "07:00", school.time_zone) * 1000));
      await place.sweep();
      if (place.toldTo("ada").some((message) => message.day === day)) days.push(day);
      const [alert] = await place.alerts.current("A");
      const trail = { at: `${day}T14:00:00.000Z`, step: "snoozed" as const, by: "ada", until: "2026-03-19" };
      if (day === "2026-03-12") await place.alerts.write(answered(alert!, trail, day)!);
      if (day === "2026-03-24")
        await place.alerts.write(
          answered(alert!, { at: `${day}T14:00:00.000Z`, step: "acknowledged", by: "ada" }, day)!,
        );
    }
    // snoozed on the 12th, shown again after the closure, acknowledged on the 24th, and open all the time
    expect(days).toEqual(["2026-03-11", "2026-03-12", "2026-03-23", "2026-03-24"]);
    expect((await place.alerts.current("A"))[0]?.state).toBe("open");
  });
});
