import { firingOf } from "../domain/rules/index.ts";
import type { RuleInput } from "../domain/rule.ts";
import { schoolDaysBetween } from "../domain/school-day.ts";
import { DEFAULT_SETTINGS } from "../domain/settings.ts";
import { Program } from "../domain/setup.ts";
import { pack, unpack } from "../domain/summary-packing.ts";
import { RULE_IDS } from "../domain/words.ts";
import { dayOf, row } from "../test/support/school.ts";

const ROWS = 180;
const STUDENTS = 300;
const RUNS = 7;
const TODAY = "2026-05-04";
const calendar = { first_day: "2025-08-18", last_day: "2026-05-29", closures: [] };

const studentOf = (number: number) => `00167${number % STUDENTS}`;
const rowsOf = (day: string, index: number) =>
  Array.from({ length: ROWS }, (_, place) =>
    row(day, "present", {
      student_id: studentOf(place + index * 7),
      tutor_id: `T${place % 40}`,
      group_size: 3,
    }),
  );

const enrolments = Array.from({ length: STUDENTS }, (_, number) => ({
  student_id: studentOf(number),
  school_id: "A",
  program_id: "math",
  provider_id: "north-star",
  from: calendar.first_day,
}));

/** CPU of every rule at a school late in its year, as the sweep runs them, over unpacking the same summaries. */
export function morningOverFloor() {
  const stored = schoolDaysBetween(calendar.first_day, "2026-05-01", calendar).map((day, index) => ({
    day,
    packed: pack(dayOf(day, rowsOf(day, index)).summary),
  }));
  const unpacked = () => stored.map(({ day, packed }) => ({ day, summary: unpack(packed) }));
  const morning = () =>
    firingOf(RULE_IDS, {
      school: { school_id: "A", district_id: "D", time_zone: "America/Denver", calendar },
      today: TODAY,
      now: Date.parse(`${TODAY}T13:00:00Z`) / 1000,
      days: unpacked(),
      enrolments,
      roster: [],
      programs: [Program.parse({ program_id: "math", target_hours: 60 })],
      scheduling: [],
      settings: () => DEFAULT_SETTINGS,
    } satisfies RuleInput);
  const [floor_ms, rules_ms] = [medianOf(unpacked), medianOf(morning)];
  return { days: stored.length, rows_a_day: ROWS, rules_ms, floor_ms, ratio: rules_ms / floor_ms };
}

function medianOf(task: () => unknown): number {
  const times = Array.from({ length: RUNS }, () => {
    const began = process.cpuUsage();
    task();
    const { user, system } = process.cpuUsage(began);
    return (user + system) / 1000;
  });
  return times.sort((a, b) => a - b)[Math.floor(RUNS / 2)] ?? Number.NaN;
}
