/**
 * A generator of provider histories and a plain oracle of what they come to. Imports nothing of Rollcall's, so that a
 * fault of the code under test cannot hide in what it is compared with.
 */
import { seeded, type Random } from "./random.ts";

type Student = { student_id: string; attendance_status?: string; minutes_present?: number };
type Data = Record<string, unknown> & { session_id: string; school_id: string; revision: number };
type Event = { specversion: string; id: string; source: string; type: string; data: Data };
/** What the oracle must know of an event, kept apart from its wire form. */
type Meaning = {
  key: string;
  school: string;
  order: number;
  kind: "s" | "c" | "x" | "v";
  day: string;
  minutes: [string, number][];
  tutor: string;
  start: number;
};
export type Told = { event: Event; meaning: Meaning };

const DENVER_OFFSET = "-07:00";
const pad = (number: number) => String(number).padStart(2, "0");

/** Winter days, so that the offset is constant and the oracle needs no zone table. */
const dayOf = (index: number) => `2026-01-${pad(5 + index)}`;

const KINDS = ["s", "c", "c", "c", "c", "x", "v"] as const;
type Place = { revision: number; kind: Meaning["kind"] };

function snapshot(
  random: Random,
  session: { school: string; session_id: string },
  { revision, kind }: Place,
): Told {
  const day = dayOf(random.below(12));
  const hour = 8 + random.below(9);
  const minute = random.below(60);
  const stamp = `${day}T${pad(hour)}:${pad(minute)}:00${DENVER_OFFSET}`;
  const tutor = `T${random.below(6)}`;
  const duration = 20 + random.below(40);
  const first = random.below(30);
  const ids = Array.from({ length: 1 + random.below(3) }, (_, place) => `0${first + place * 30}`);
  const minutes: [string, number][] = [];
  const students = ids.map((student_id): Student => {
    if (kind !== "c") return { student_id };
    const present = random.chance(0.85);
    const minutes_present = present ? random.below(duration + 1) : 0;
    minutes.push([student_id, minutes_present]);
    return { student_id, attendance_status: present ? "present" : "absent_unexcused", minutes_present };
  });
  if (kind !== "c") for (const id of ids) minutes.push([id, 0]);
  const identity = { session_id: session.session_id, school_id: session.school, revision };
  const body = {
    ...identity,
    session_topic: "math",
    scheduled_start: stamp,
    scheduled_duration: duration,
    students,
  };
  const data: Data =
    kind === "v"
      ? identity
      : kind === "x"
        ? { ...body, not_held_reason: "tutor_absent" }
        : kind === "c"
          ? { ...body, tutor_id: tutor }
          : body;
  const stage = kind === "s" ? 0 : kind === "v" ? 2 : 1;
  const type = { s: "scheduled", c: "completed", x: "canceled", v: "voided" }[kind];
  return {
    event: {
      specversion: "1.0",
      id: `${session.session_id}-${revision}-${kind}`,
      source: "/t",
      type: `tutoring.session.${type}`,
      data,
    },
    meaning: {
      key: `${session.school}/${session.session_id}`,
      school: session.school,
      order: 4 * revision + stage,
      kind,
      day,
      minutes: kind === "v" ? [] : minutes,
      tutor,
      start: hour * 60 + minute,
    },
  };
}

/** Snapshots per session, so that a shuffled history leaves about two fifths of them stale. */
const SNAPSHOTS = [1, 2, 3, 4, 1, 2, 3, 5] as const;
/** Of all events, as many are sent again soon after, as by a system that got no answer. */
const REPEATED = 0.4;

/** Histories of a block of sessions of one school, mixed: repeats, snapshots out of order, corrections, voids. */
export function block(seed: number, school: string, size: { sessions: number; events: number }): Told[] {
  const random = seeded(seed);
  const distinct: Told[] = [];
  for (let number = 0; number < size.sessions; number += 1) {
    const session = { school, session_id: `S${number}` };
    let revision = 1;
    for (let count = random.pick(SNAPSHOTS); count > 0; count -= 1) {
      // a schedule and what came of it, or a void of it, often come under one revision
      const kinds =
        count > 1 && random.chance(0.3)
          ? (["s", random.pick(["c", "x", "v"] as const)] as const)
          : [random.pick(KINDS)];
      for (const kind of kinds) distinct.push(snapshot(random, session, { revision, kind }));
      count -= kinds.length - 1;
      revision += 1 + random.below(3);
    }
  }
  const placed = random.shuffle(distinct).map((one, at) => ({ one, at }));
  const repeats = placed
    .filter(() => random.chance(REPEATED))
    .map(({ one, at }) => ({ one, at: at + 0.5 + random.below(40) }));
  return [...placed, ...repeats]
    .sort((a, b) => a.at - b.at)
    .map(({ one }) => one)
    .slice(0, size.events);
}

type Day = { students: string[]; held: number; notHeld: number; pending: number };

/** Of each school's day: who had how many minutes, and how many sessions were held, not held or pending. */
export function oracle(told: readonly Told[]): Map<string, Day> {
  const best = new Map<string, Meaning>();
  for (const { meaning } of told) {
    const known = best.get(meaning.key);
    if (known === undefined || known.order < meaning.order) best.set(meaning.key, meaning);
  }
  const days = new Map<string, Day>();
  for (const { school, day, kind, minutes } of best.values()) {
    if (kind === "v") continue;
    const name = `${school}/${day}`;
    const sum = days.get(name) ?? { students: [], held: 0, notHeld: 0, pending: 0 };
    days.set(name, sum);
    if (kind === "c") sum.held += 1;
    if (kind === "x") sum.notHeld += 1;
    if (kind === "s") sum.pending += 1;
    if (kind !== "s")
      for (const [student, present] of minutes) sum.students.push(`${student}:${kind}:${present}`);
  }
  for (const day of days.values()) day.students.sort();
  return days;
}
