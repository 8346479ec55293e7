import {
  canceled,
  completed,
  daysOf,
  MINUTES,
  scheduled,
  slotOf,
  type Slot,
} from "../../cli/demo-sessions.ts";
import { demoDistrict, type Post } from "../../cli/demo.ts";
import { GROUPS } from "../../cli/demo-setup.ts";
import { addDays, schoolDaysBetween } from "../../domain/school-day.ts";
import type { Setup } from "../../domain/setup.ts";
import { seeded, type Random } from "./random.ts";

/** Eighteen weeks from January to May, with two days off, a break and a clock change. */
export const TERM = {
  first_day: "2026-01-12",
  last_day: "2026-05-15",
  closures: [
    { from: "2026-01-19", to: "2026-01-19" },
    { from: "2026-02-16", to: "2026-02-16" },
    { from: "2026-03-23", to: "2026-03-27" },
  ],
};

/**
 * What went wrong in this term: a provider's system stood still for two days, a tutor shortage at one school for a
 * week, a bus strike, and some students who stay away for weeks.
 */
const OUTAGE = { provider_id: "bright-path", from: "2026-02-24", to: "2026-02-25" };
const SHORTAGE = { school: 3, from: "2026-04-06", to: "2026-04-10" };
const STRIKE = { school: 0, from: "2026-03-10", to: "2026-03-11" };
const within = (day: string, { from, to }: { from: string; to: string }) => from <= day && day <= to;

/** The demo district in that term, with every lead agreeing to texts. */
export function termSetup(): Setup {
  const { setup } = demoDistrict(new Date("2026-01-12T18:00:00Z"));
  const contacts = setup.contacts.map((contact, number) => ({
    ...contact,
    phone: `+130355502${String(number).padStart(2, "0")}`,
    text_opt_in: { on: "2026-01-05", how: "form" },
    quiet_hours: undefined,
  }));
  const schools = setup.schools.map((school) => ({ ...school, calendar: TERM }));
  // what 17 weeks of three half hours can hold
  const programs = setup.programs.map((program) => ({ ...program, target_hours: 24 }));
  return { ...setup, schools, programs, contacts };
}

const idOf = ({ group }: Slot) => group.provider_id;

/** All that providers post in the term, in order: schedules a week ahead, reports minutes or hours after a session. */
export function termPosts(seed: number): Post[] {
  const random = seeded(seed);
  const days = schoolDaysBetween(TERM.first_day, TERM.last_day, TERM);
  const slots = days.flatMap((day) =>
    GROUPS.filter((group) => daysOf(group, [day]).length > 0).map((group) => slotOf(group, day)),
  );
  const away = new Map(GROUPS.map(({ number }) => [number, awayOf(random, days)]));
  return slots
    .flatMap((slot): Post[] => {
      const start = Date.parse(slot.start);
      const plan = { at: start - 8 * 86_400_000, provider_id: idOf(slot), event: scheduled(slot) };
      return [
        plan,
        { at: reportedAt(slot, start, random), provider_id: idOf(slot), event: reportOf(slot, random, away) },
      ];
    })
    .sort((a, b) => a.at - b.at);
}

/** One student in twenty stays away for some weeks. */
function awayOf(random: Random, days: readonly string[]): { from: string; to: string } | undefined {
  if (!random.chance(0.2)) return undefined;
  const from = random.pick(days);
  return { from, to: addDays(from, 3 + random.below(18)) };
}

function reportedAt({ day, group }: Slot, start: number, random: Random): number {
  const end = start + MINUTES * 60_000;
  if (group.provider_id === OUTAGE.provider_id && within(day, OUTAGE))
    return Date.parse(`${addDays(OUTAGE.to, 1)}T18:00:00Z`) + random.below(3_600_000);
  return end + (random.chance(0.9) ? 5 + random.below(40) : 60 + random.below(600)) * 60_000;
}

function reportOf(
  slot: Slot,
  random: Random,
  away: ReadonlyMap<number, { from: string; to: string } | undefined>,
) {
  const { group, day } = slot;
  const short = group.school === SHORTAGE.school && within(day, SHORTAGE) && random.chance(0.5);
  if (short || random.chance(0.03)) return canceled(slot);
  const gone = away.get(group.number);
  return completed(slot, random, (place) => {
    if (group.school === STRIKE.school && within(day, STRIKE)) return random.chance(0.5);
    return place === 0 && gone !== undefined && within(day, gone) ? random.chance(0.8) : random.chance(0.05);
  });
}
