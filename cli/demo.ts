import type { Person } from "../domain/access.ts";
import { addDays, dayOf, isoWeekday, isSchoolDay, schoolDaysBack } from "../domain/school-day.ts";
import { Setup, type Enrolment, type RosterEntry } from "../domain/setup.ts";
import { readLocalTime } from "./local-time.ts";
import { seeded, type Seeded } from "./seeded.ts";

/** A made-up district, dated around today, with something planted for everybody to find. No real person is in it. */
export type Demo = {
  setup: Setup;
  roster: RosterEntry[];
  enrolments: Enrolment[];
  /** Events in the order in which each provider's system would post them. */
  events: { provider_id: string; event: unknown }[];
};

const ZONE = "America/Denver";
const NO_CALENDAR = { closures: [] };
const STUDENTS = 400;
const GROUP = 4;
const DAYS_BACK = 20;
const DAYS_AHEAD = 5;
export const MINUTES = 30;
export const SILENT_PROVIDER = "bright-path";
const PROVIDERS = ["north-star", SILENT_PROVIDER, "tutor-corps"] as const;
const PROVIDER_NAMES = ["North Star", "Bright Path", "Tutor Corps"] as const;
const SCHOOLS = ["Aspen Grove", "Blue Mesa", "Cedar Ridge", "Dry Creek", "Eagle Nest", "Fox Hollow"] as const;
/** Half of its sessions of the last week were not held. */
const CANCELING_SCHOOL = 3;
const WEEKDAYS = [
  [1, 3, 5],
  [2, 3, 4],
] as const;

const idOf = (school: number) => `63193${school}`;
const studentId = (number: number) => String(16_740_395 + number * 7919).padStart(10, "0");

const DISTRICT = {
  district_id: "0100",
  name: "Demo district",
  student_link: "https://sis.demo.example/students/{student_id}",
};

function setupOf(): Setup {
  const leads = SCHOOLS.map((_, school) => ({
    contact_id: `lead-${idOf(school)}`,
    role: "site_lead",
    email: `lead-${idOf(school)}@demo.example`,
    school_ids: [idOf(school)],
  }));
  const desks = PROVIDERS.map((provider_id) => ({
    contact_id: `desk-${provider_id}`,
    role: "provider",
    provider_id,
    email: `desk@${provider_id}.example`,
    school_ids: [],
  }));
  const district = {
    contact_id: "district-lead",
    role: "district",
    district_id: "0100",
    email: "tutoring@demo.example",
    phone: "+13035550123",
    text_opt_in: { on: "2026-01-05", how: "demo" },
    // the demo is looked at whatever the hour
    quiet_hours: { from: "00:00", to: "00:00" },
    school_ids: [],
  };
  return Setup.parse({
    districts: [DISTRICT],
    schools: SCHOOLS.map((name, school) => ({
      school_id: idOf(school),
      district_id: "0100",
      name,
      time_zone: ZONE,
    })),
    programs: [{ program_id: "math-boost", target_hours: 30, weeks: 20 }],
    providers: PROVIDERS.map(providerAt),
    people: peopleOf(leads),
    contacts: [...leads, district, ...desks],
    default_owner: "district-lead",
  });
}

type Lead = { contact_id: string; email: string; school_ids: string[] };

/** Whom a token may be had for, in a try. */
const peopleOf = (leads: readonly Lead[]): Person[] => [
  ...leads.map(({ contact_id: person_id, email, school_ids }): Person => ({
    person_id,
    email,
    grants: [{ role: "site_lead", school_ids }],
  })),
  {
    person_id: "district-lead",
    email: "tutoring@demo.example",
    grants: [{ role: "district_admin", district_id: "0100" }],
  },
  {
    person_id: "district-viewer",
    email: "board@demo.example",
    grants: [{ role: "district_viewer", district_id: "0100" }],
  },
  {
    person_id: "auditor",
    email: "auditor@demo.example",
    grants: [{ role: "auditor", district_id: "0100" }],
  },
  ...PROVIDERS.map((provider_id): Person => ({
    person_id: `desk-${provider_id}`,
    email: `desk@${provider_id}.example`,
    grants: [{ role: "provider_user", provider_id }],
  })),
];

/** Each may report at every school of the district. */
const providerAt = (provider_id: string, place: number) => ({
  provider_id,
  name: PROVIDER_NAMES[place],
  contracts: [{ school_ids: SCHOOLS.map((_, school) => idOf(school)) }],
});

export type Group = { number: number; school: number; provider_id: string; students: string[] };
const providerOf = (school: number) => PROVIDERS[school % PROVIDERS.length] ?? SILENT_PROVIDER;

/** Groups of students with their school and provider; others may plan other days for them. */
export const GROUPS = Array.from({ length: STUDENTS / GROUP }, (_, number): Group => {
  const school = number % SCHOOLS.length;
  const students = Array.from({ length: GROUP }, (_, place) => studentId(number * GROUP + place));
  return { number, school, provider_id: providerOf(school), students };
});

type Scene = { random: Seeded; now: Date; today: string; lastDay: string; past: string[] };
export type Slot = { group: Group; day: string; start: string; session_id: string };

/** A fifth of the groups has one who stayed away the last times. */
const misses = (group: Group, place: number) => place === 0 && group.number % 5 === 0;

/** Those of the days on which the group meets: each school has groups of both rhythms. */
export function daysOf({ number }: Group, days: readonly string[]): string[] {
  const weekdays: readonly number[] = WEEKDAYS[Math.floor(number / SCHOOLS.length) % 2] ?? [];
  return days.filter((day) => weekdays.includes(isoWeekday(day)));
}

export function slotOf(group: Group, day: string): Slot {
  const time = `${8 + (group.number % 7)}:${String((group.number * 5) % 60).padStart(2, "0")}`;
  const start = readLocalTime(`${day} ${time}`, ZONE, "month-first")?.instant ?? "";
  return { group, day, start, session_id: `${group.provider_id}-${group.number}-${day}` };
}

const base = ({ group, start, session_id }: Slot) => ({
  session_id,
  school_id: idOf(group.school),
  program_id: "math-boost",
  session_topic: "math",
  scheduled_start: start,
  scheduled_duration: MINUTES,
});

function eventOf(type: string, data: { session_id: string }): unknown {
  const id = `${data.session_id}-${type}`;
  return { specversion: "1.0", id, source: "/demo", type: `tutoring.session.${type}`, data };
}

const expected = ({ group }: Slot) => group.students.map((student_id) => ({ student_id }));
export const scheduled = (slot: Slot) =>
  eventOf("scheduled", { ...base(slot), ...{ students: expected(slot) } });
export const canceled = (slot: Slot) =>
  eventOf("canceled", { ...base(slot), ...{ not_held_reason: "tutor_absent", students: expected(slot) } });

function reported(slot: Slot, { random, past, today }: Scene): unknown {
  const recent = daysOf(slot.group, [...past, today])
    .slice(-3)
    .includes(slot.day);
  return completed(slot, random, (place) => (misses(slot.group, place) ? recent : random.chance(0.04)));
}

/** The report of a session that was held; `isAbsent` tells of each place in the group. */
export function completed(slot: Slot, random: Seeded, isAbsent: (place: number) => boolean): unknown {
  const students = slot.group.students.map((student_id, place) => {
    if (isAbsent(place)) return { student_id, attendance_status: "absent_unexcused" };
    const late = random.chance(0.1);
    return {
      student_id,
      attendance_status: late ? "late" : "present",
      minutes_present: late ? 20 + random.below(8) : MINUTES,
    };
  });
  return eventOf("completed", { ...base(slot), ...{ tutor_id: `T-${slot.group.number % 40}`, students } });
}

function reportOf(slot: Slot, scene: Scene): unknown {
  const silent = slot.group.provider_id === SILENT_PROVIDER && slot.day >= scene.lastDay;
  const over = Date.parse(slot.start) + MINUTES * 60_000 < scene.now.getTime();
  if (silent || !over) return scheduled(slot);
  const lastWeek = slot.day > addDays(scene.today, -8);
  // half of the groups, of either rhythm
  const canceling = Math.floor(slot.group.number / SCHOOLS.length) % 4 < 2;
  if (slot.group.school === CANCELING_SCHOOL && lastWeek && canceling) return canceled(slot);
  return reported(slot, scene);
}

function sceneOf(now: Date, seed: number): Scene {
  const today = dayOf(now.getTime() / 1000, ZONE);
  const past = schoolDaysBack(addDays(today, -1), DAYS_BACK, NO_CALENDAR).reverse();
  return { random: seeded(seed), now, today, lastDay: past.at(-1) ?? today, past };
}

function schoolDaysFrom(today: string, count: number): string[] {
  const days = Array.from({ length: count * 3 }, (_, ahead) => addDays(today, ahead));
  return days.filter((day) => isSchoolDay(day, NO_CALENDAR)).slice(0, count);
}

/** One session reported wrongly first and corrected, and one with a student whom the roster does not know. */
function extras(scene: Scene): Demo["events"] {
  const [group] = GROUPS;
  if (group === undefined) return [];
  const slot = { ...slotOf(group, scene.past[0] ?? scene.today), session_id: "corrected" };
  const student = (student_id: string, minutes_present: number) => [
    { student_id, attendance_status: "present", minutes_present },
  ];
  const data = { ...base(slot), tutor_id: "T-0" };
  const known = group.students[0] ?? "";
  return [
    eventOf("completed", { ...data, ...{ students: student(known, 5) } }),
    eventOf("completed", { ...data, ...{ revision: 2, students: student(known, MINUTES) } }),
    eventOf("completed", {
      ...data,
      ...{ session_id: "stranger", students: student("0099999999", MINUTES) },
    }),
  ].map((event) => ({ provider_id: group.provider_id, event }));
}

/** The demo district as of `now`. The same seed and day give the same district. */
export function demoDistrict(now: Date, seed = 400): Demo {
  const scene = sceneOf(now, seed);
  const days = [...scene.past, ...schoolDaysFrom(scene.today, DAYS_AHEAD)];
  const slots = days.flatMap((day) =>
    GROUPS.filter((group) => daysOf(group, [day]).length > 0).map((group) => slotOf(group, day)),
  );
  const from = scene.past[0] ?? scene.today;
  const members = GROUPS.flatMap(({ school, provider_id, students }) =>
    students.map((student_id) => ({ student_id, school_id: idOf(school), provider_id })),
  );
  return {
    setup: setupOf(),
    roster: members.map(({ student_id, school_id }) => ({ student_id, school_id, district_id: "0100" })),
    enrolments: members.map((member) => ({ ...member, program_id: "math-boost", from })),
    events: [
      ...slots.map((slot) => ({ provider_id: slot.group.provider_id, event: reportOf(slot, scene) })),
      ...extras(scene),
    ],
  };
}
