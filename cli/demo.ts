import { addDays, dayOf, mondayOf, schoolDaysBetween, type Calendar } from "../domain/school-day.ts";
import type { Enrolment, RosterEntry, Setup } from "../domain/setup.ts";
import {
  midnightOf,
  base,
  canceled,
  completed,
  daysOf,
  eventOf,
  MINUTES,
  scheduled,
  slotOf,
  type Slot,
} from "./demo-sessions.ts";
import {
  demoSetup,
  GROUPS,
  idOf,
  SCHOOLS,
  SLIPPING_PROVIDER,
  WEEKS,
  ZONE,
  type Group,
} from "./demo-setup.ts";
import { seeded, type Seeded } from "./seeded.ts";

/**
 * A made-up district in the middle of its program, dated around today, with something planted for everybody to find.
 * Two providers do as they should. The third one's reports have come a day late for three weeks; at one of its schools
 * half of the last week's sessions were not held, and from the other nothing has come since the last school day.
 */
export type Demo = {
  setup: Setup;
  roster: RosterEntry[];
  enrolments: Enrolment[];
  /** In the order in which they are posted. */
  posts: Post[];
};
/** An event, and when its provider's system posts it. */
export type Post = { at: number; provider_id: string; event: unknown };

const DAYS_AHEAD = 5;
const HOUR_MS = 3_600_000;
/** Providers post what is over at half past ten, at one, and when school is out; of weeks long past only the last counts. */
const POSTED_AT = [10.5, 13, 15.5].map((hours) => hours * HOUR_MS);
const CLOSE_DAYS = 15;
/** Where half of the sessions of the last week were not held. */
const CANCELING_SCHOOL = 4;
const SILENT_SCHOOL = 1;
const LATE_DAYS = 21;

type Scene = { random: Seeded; now: Date; today: string; past: string[]; lastDay: string };

/** A fifth of the groups has one who stayed away the last times. */
const misses = (group: Group, place: number) => place === 0 && group.number % 5 === 0;

/** A term of twenty weeks, half of it over, with a day off in each half. */
function termAround(today: string): Required<Pick<Calendar, "first_day" | "last_day">> & Calendar {
  const first_day = addDays(mondayOf(today), -7 * (WEEKS / 2));
  const dayOff = (week: number) => ({
    from: addDays(first_day, 7 * week + 4),
    to: addDays(first_day, 7 * week + 4),
  });
  return { first_day, last_day: addDays(first_day, 7 * WEEKS - 3), closures: [dayOff(4), dayOff(13)] };
}

const endOf = (slot: Slot) => Date.parse(slot.start) + MINUTES * 60_000;

/** When the report of a session is posted. */
function reportedAt(slot: Slot, { today }: Scene): number {
  const midnight = midnightOf(slot);
  const times = slot.day > addDays(today, -CLOSE_DAYS) ? POSTED_AT : POSTED_AT.slice(-1);
  const at = times.map((time) => midnight + time).find((time) => time >= endOf(slot)) ?? endOf(slot);
  const isLate = slot.group.provider_id === SLIPPING_PROVIDER && slot.day > addDays(today, -LATE_DAYS);
  // that a session was called off is known in time
  return isLate && !isCanceled(slot, today) ? at + 24 * HOUR_MS : at;
}

/** Half of the groups of one school, of either rhythm, in the last week. */
const isCanceled = ({ group, day }: Slot, today: string) =>
  group.school === CANCELING_SCHOOL &&
  day > addDays(today, -8) &&
  Math.floor(group.number / SCHOOLS.length) % 4 < 2;

function reportOf(slot: Slot, { random, today, past }: Scene): unknown {
  if (isCanceled(slot, today)) return canceled(slot);
  const recent = daysOf(slot.group, [...past, today])
    .slice(-3)
    .includes(slot.day);
  return completed(slot, random, (place) => (misses(slot.group, place) ? recent : random.chance(0.04)));
}

/** What is posted of a session: its schedule in the week before, where it is still to come or nothing else came. */
function postsOf(slot: Slot, scene: Scene): Post[] {
  const { provider_id } = slot.group;
  const at = reportedAt(slot, scene);
  const silent = slot.group.school === SILENT_SCHOOL && slot.day >= scene.lastDay;
  if (silent || at > scene.now.getTime())
    return [
      { at: Math.min(at, scene.now.getTime()) - 7 * 24 * HOUR_MS, provider_id, event: scheduled(slot) },
    ];
  return [{ at, provider_id, event: reportOf(slot, scene) }];
}

function sceneOf(now: Date, { today, term, seed }: { today: string; term: Calendar; seed: number }): Scene {
  const past = schoolDaysBetween(term.first_day ?? today, addDays(today, -1), term);
  return { random: seeded(seed), now, today, past, lastDay: past.at(-1) ?? today };
}

/** One session reported wrongly first and corrected, and one with a student whom the roster does not know. */
function extras(scene: Scene): Post[] {
  const [known, , , , strange] = GROUPS;
  if (known === undefined || strange === undefined) return [];
  const lasting = (group: Group, session_id: string, from: number) => {
    const free = scene.past.filter((day) => daysOf(group, [day]).length === 0);
    return { ...slotOf(group, free.at(from) ?? scene.today), session_id };
  };
  const post = (
    slot: Slot,
    data: { student_id: string; minutes_present: number; revision?: number },
  ): Post => {
    const { student_id, minutes_present, revision = 1 } = data;
    const students = [{ student_id, attendance_status: "present", minutes_present }];
    const event = eventOf("completed", { ...base(slot), ...{ tutor_id: "T-0", revision, students } });
    const { provider_id } = slot.group;
    return { at: endOf(slot) + revision * HOUR_MS, provider_id, event };
  };
  const corrected = lasting(known, "corrected", 0);
  const student_id = known.students[0] ?? "";
  return [
    post(corrected, { student_id, minutes_present: 5 }),
    post(corrected, { student_id, minutes_present: MINUTES, revision: 2 }),
    post(lasting(strange, "stranger", -2), { student_id: "0099999999", minutes_present: MINUTES }),
  ];
}

/** The demo district as of `now`. The same seed and time give the same district. */
export function demoDistrict(now: Date, seed = 400): Demo {
  const today = dayOf(now.getTime() / 1000, ZONE);
  const term = termAround(today);
  const scene = sceneOf(now, { today, term, seed });
  const ahead = schoolDaysBetween(today, term.last_day, term).slice(0, DAYS_AHEAD);
  const slots = [...scene.past, ...ahead].flatMap((day) =>
    GROUPS.filter((group) => daysOf(group, [day]).length > 0).map((group) => slotOf(group, day)),
  );
  const members = GROUPS.flatMap(({ school, provider_id, students }) =>
    students.map((student_id) => ({ student_id, school_id: idOf(school), provider_id })),
  );
  const from = term.first_day;
  return {
    setup: demoSetup(term),
    roster: members.map(({ student_id, school_id }) => ({ student_id, school_id, district_id: "0100" })),
    enrolments: members.map((member) => ({ ...member, program_id: "math-boost", from })),
    posts: [...slots.flatMap((slot) => postsOf(slot, scene)), ...extras(scene)]
      .filter(({ at }) => at <= now.getTime())
      .sort((a, b) => a.at - b.at),
  };
}
