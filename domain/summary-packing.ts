import * as z from "zod";
import type { StudentSession, Summary } from "./day-summary.ts";
import { LAG_BOUNDS } from "./day-summary.ts";
import { ATTENDANCE_STATUSES, NOT_HELD_REASONS, SESSION_TOPICS } from "./words.ts";

/**
 * The stored shape of a day: columns instead of rows, ids spelled once, times as differences. Of the shapes measured
 * (see README) it compresses best, and a day of 60 sessions stays within two write units.
 */
const STATUSES: readonly StudentSession["status"][] = [
  ...ATTENDANCE_STATUSES.filter((status) => status !== "not_expected"),
  "not_held",
];

const numbers = z.array(z.int());
const texts = z.array(z.string());
const Packed = z.object({
  /** ids: providers, programs and tutors, referred to by position */
  i: texts,
  /** columns of the student-sessions */
  s: z.object({
    u: texts,
    b: z.int(),
    a: numbers,
    p: numbers,
    g: numbers,
    t: numbers,
    w: numbers,
    n: numbers,
    k: numbers,
    m: numbers,
    d: numbers,
  }),
  w: z.array(z.tuple([z.int(), z.int(), z.int(), z.int(), z.int()])),
  p: z.array(z.tuple([z.int(), z.int(), z.array(z.tuple([z.int(), z.int()])), numbers])),
  q: z.array(z.tuple([z.int(), z.string(), z.int(), z.int(), z.int(), texts])),
  x: texts,
});

type Ids = { of: (id: string) => number; all: string[] };

function collectIds(): Ids {
  const positions = new Map<string, number>();
  const all: string[] = [];
  const of = (id: string) => {
    const known = positions.get(id);
    if (known !== undefined) return known;
    positions.set(id, all.length);
    return all.push(id) - 1;
  };
  return { of, all };
}

/** The text under which a summary is stored; equal summaries give equal texts. */
export function pack(summary: Summary): string {
  const ids = collectIds();
  const packed: z.infer<typeof Packed> = {
    i: ids.all,
    s: packStudentSessions(summary.student_sessions, ids),
    w: summary.tutors.map((row) => [
      ids.of(row.provider_id),
      ids.of(row.tutor_id),
      row.sessions_held,
      row.minutes,
      row.substitutes,
    ]),
    p: summary.providers.map((row) => [
      ids.of(row.provider_id),
      row.sessions_held,
      row.not_held.map(({ reason, sessions }) => [NOT_HELD_REASONS.indexOf(reason), sessions]),
      row.lag,
    ]),
    q: summary.pending.map((row) => [
      ids.of(row.provider_id),
      row.session_id,
      ids.of(row.program_id),
      row.scheduled_end,
      row.scheduled_minutes,
      row.students,
    ]),
    x: summary.unreadable,
  };
  return JSON.stringify(packed);
}

/** No group is of 0. */
const UNKNOWN_GROUP = 0;

function packStudentSessions(rows: readonly StudentSession[], ids: Ids): z.infer<typeof Packed>["s"] {
  const base = rows.reduce((least, { at }) => Math.min(least, at), Infinity);
  return {
    u: rows.map((row) => row.student_id),
    b: rows.length === 0 ? 0 : base,
    a: rows.map((row) => row.at - base),
    p: rows.map((row) => ids.of(row.provider_id)),
    g: rows.map((row) => ids.of(row.program_id)),
    t: rows.map((row) => SESSION_TOPICS.indexOf(row.session_topic)),
    w: rows.map((row) => ids.of(row.tutor_id)),
    n: rows.map((row) => row.group_size ?? UNKNOWN_GROUP),
    k: rows.map((row) => STATUSES.indexOf(row.status)),
    m: rows.map((row) => row.minutes),
    d: rows.map((row) => row.scheduled_minutes),
  };
}

const required = <T>(value: T | undefined): T => {
  if (value === undefined) throw new Error("a stored summary refers to something it does not hold");
  return value;
};

/** The summary behind a stored text. Throws when it is not one: a view can be rebuilt, see `rollcall redrive`. */
export function unpack(text: string): Summary {
  const packed = Packed.parse(JSON.parse(text));
  const id = (position: number | undefined) => required(packed.i[required(position)]);
  return {
    student_sessions: unpackStudentSessions(packed.s, id),
    tutors: packed.w.map(([provider, tutor, sessions_held, minutes, substitutes]) => ({
      provider_id: id(provider),
      tutor_id: id(tutor),
      sessions_held,
      minutes,
      substitutes,
    })),
    providers: packed.p.map(([provider, sessions_held, not_held, lag]) => ({
      provider_id: id(provider),
      sessions_held,
      not_held: not_held.map(([reason, sessions]) => ({
        reason: required(NOT_HELD_REASONS[reason]),
        sessions,
      })),
      lag: LAG_BOUNDS.map((_, bin) => required(lag[bin])),
    })),
    pending: packed.q.map(([provider, session_id, program, scheduled_end, scheduled_minutes, students]) => ({
      provider_id: id(provider),
      session_id,
      program_id: id(program),
      scheduled_end,
      scheduled_minutes,
      students,
    })),
    unreadable: packed.x,
  };
}

function unpackStudentSessions(
  columns: z.infer<typeof Packed>["s"],
  id: (position: number | undefined) => string,
) {
  return columns.u.map((student_id, row) => ({
    student_id,
    at: columns.b + required(columns.a[row]),
    provider_id: id(columns.p[row]),
    program_id: id(columns.g[row]),
    session_topic: required(SESSION_TOPICS[required(columns.t[row])]),
    tutor_id: id(columns.w[row]),
    group_size: columns.n[row] === UNKNOWN_GROUP ? null : required(columns.n[row]),
    status: required(STATUSES[required(columns.k[row])]),
    minutes: required(columns.m[row]),
    scheduled_minutes: required(columns.d[row]),
  }));
}
