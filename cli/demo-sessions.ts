import { isoWeekday } from "../domain/school-day.ts";
import { idOf, SCHOOLS, ZONE, type Group } from "./demo-setup.ts";
import { readLocalTime } from "./local-time.ts";
import type { Seeded } from "./seeded.ts";

/** When the groups of the demo district meet, and the events that say so. */

export const MINUTES = 30;
const WEEKDAYS = [
  [1, 3, 5],
  [2, 3, 4],
] as const;

export type Slot = { group: Group; day: string; start: string; session_id: string };

/** Those of the days on which the group meets: each school has groups of both rhythms. */
export function daysOf({ number }: Group, days: readonly string[]): string[] {
  const weekdays: readonly number[] = WEEKDAYS[Math.floor(number / SCHOOLS.length) % 2] ?? [];
  return days.filter((day) => weekdays.includes(isoWeekday(day)));
}

const timeOf = ({ number }: Group) => ({ hour: 8 + (number % 7), minute: (number * 5) % 60 });

/** The midnight before a session, in milliseconds. No clock changes between the two on a school day. */
export function midnightOf({ group, start }: Slot): number {
  const { hour, minute } = timeOf(group);
  return Date.parse(start) - (hour * 60 + minute) * 60_000;
}

export function slotOf(group: Group, day: string): Slot {
  const { hour, minute } = timeOf(group);
  const time = `${hour}:${String(minute).padStart(2, "0")}`;
  const start = readLocalTime(`${day} ${time}`, ZONE, "month-first")?.instant ?? "";
  return { group, day, start, session_id: `${group.provider_id}-${group.number}-${day}` };
}

export const base = ({ group, start, session_id }: Slot) => ({
  session_id,
  school_id: idOf(group.school),
  program_id: "math-boost",
  session_topic: "math",
  scheduled_start: start,
  scheduled_duration: MINUTES,
});

export function eventOf(type: string, data: { session_id: string }): unknown {
  const id = `${data.session_id}-${type}`;
  return { specversion: "1.0", id, source: "/demo", type: `tutoring.session.${type}`, data };
}

const expected = ({ group }: Slot) => group.students.map((student_id) => ({ student_id }));
export const scheduled = (slot: Slot) =>
  eventOf("scheduled", { ...base(slot), ...{ students: expected(slot) } });
export const canceled = (slot: Slot) =>
  eventOf("canceled", { ...base(slot), ...{ not_held_reason: "tutor_absent", students: expected(slot) } });

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
