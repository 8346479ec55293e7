import type { Person } from "../domain/person.ts";
import type { Calendar } from "../domain/school-day.ts";
import { Setup } from "../domain/setup.ts";

/** Who and what the demo district is made of. No real person is in it. */

export const ZONE = "America/Denver";
/** Of the program; half of them lie behind. */
export const WEEKS = 20;
const STUDENTS = 300;
const GROUP = 4;
/** The one with a story. */
export const SLIPPING_PROVIDER = "bright-path";
const PROVIDERS = ["north-star", SLIPPING_PROVIDER, "tutor-corps"] as const;
const PROVIDER_NAMES = ["North Star", "Bright Path", "Tutor Corps"] as const;
export const SCHOOLS = [
  "Aspen Grove",
  "Blue Mesa",
  "Cedar Ridge",
  "Dry Creek",
  "Eagle Nest",
  "Fox Hollow",
] as const;

export const idOf = (school: number) => `63193${school}`;
const studentId = (number: number) => String(16_740_395 + number * 7919).padStart(10, "0");

const DISTRICT = {
  district_id: "0100",
  name: "Demo district",
  student_link: "https://sis.demo.example/students/{student_id}",
};

export function demoSetup(calendar: Calendar): Setup {
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
      calendar,
    })),
    programs: [{ program_id: "math-boost", target_hours: 30, weeks: WEEKS }],
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
const providerOf = (school: number) => PROVIDERS[school % PROVIDERS.length] ?? SLIPPING_PROVIDER;

/** Groups of students with their school and provider; others may plan other days for them. */
export const GROUPS = Array.from({ length: STUDENTS / GROUP }, (_, number): Group => {
  const school = number % SCHOOLS.length;
  const students = Array.from({ length: GROUP }, (_, place) => studentId(number * GROUP + place));
  return { number, school, provider_id: providerOf(school), students };
});
