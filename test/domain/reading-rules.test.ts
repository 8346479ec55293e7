import { describe, expect, it } from "vitest";
import { merge, mergeAll, summarize, empty, type Summary } from "../../domain/day-summary.ts";
import { dosageReport } from "../../domain/dosage-report.ts";
import {
  attendanceRates,
  deliveryOf,
  lagQuantile,
  ratioCompliance,
  tutorConsistency,
} from "../../domain/metrics.ts";
import { gini, quantileOf } from "../../domain/numbers.ts";
import { arrivalOf, snapshotOf } from "../../domain/session-record.ts";
import { SessionEvent } from "../../domain/session-event.ts";
import { ATTENDANCE_STATUSES } from "../../domain/words.ts";
import { pack, unpack } from "../../domain/summary-packing.ts";
import { announceSeed, seeded } from "../support/random.ts";
import { canceled, completed, scheduled } from "../support/world.ts";

const seed = announceSeed("reading rules", 615);
const random = seeded(seed);
const NOW = new Date("2026-03-02T20:00:00Z");
const two = (number: number) => String(number).padStart(2, "0");

/** Sessions as they were posted: what everything below is computed from a second time, the long way. */
type Told = {
  kind: "s" | "c" | "x";
  hour: number;
  tutor: string;
  group: number | null;
  students: { id: string; status: (typeof ATTENDANCE_STATUSES)[number]; minutes: number }[];
};
const told = Array.from({ length: 300 }, (): Told => ({
  kind: random.pick(["s", "c", "c", "c", "x"] as const),
  hour: 8 + random.below(9),
  tutor: `T${random.below(3)}`,
  group: random.chance(0.2) ? null : 1 + random.below(8),
  students: [...new Set(Array.from({ length: 3 }, () => `${random.below(40)}`))].map((id) => {
    const status = random.pick(ATTENDANCE_STATUSES);
    const away = status.startsWith("absent") || status === "not_expected";
    return { id, status, minutes: away ? 0 : random.below(60) };
  }),
}));

function recordOf({ kind, hour, tutor, group, students }: Told, number: number) {
  const start = {
    session_id: `S-${number}`,
    scheduled_start: `2026-03-02T${two(hour)}:00:00-07:00`,
    group_size: group,
    program_id: "P",
  };
  const expected = students.map(({ id, status }) => ({
    student_id: id,
    ...(status === "not_expected" && { attendance_status: "not_expected" }),
  }));
  const attended = students.map(({ id, status, minutes }) => ({
    student_id: id,
    attendance_status: status,
    minutes_present: minutes,
  }));
  const event = {
    s: () => scheduled({ ...start, students: expected }),
    x: () => canceled({ ...start, students: expected }),
    c: () => completed({ ...start, tutor_id: tutor, students: attended }),
  }[kind]();
  const { snapshot, reported } = arrivalOf(snapshotOf(SessionEvent.parse(event), "p"), "2026-03-02", NOW);
  return { ...snapshot, first_reported_at: reported };
}
const records = told.map(recordOf);
const summary: Summary = unpack(pack(summarize(records)));
const students = Array.from({ length: 40 }, (_, number) => `${number}`);

describe("minimum minutes, group limit and now, changed without touching a summary", () => {
  it.each([0, 1, 15, 30, 59])(
    "give attendance as a computation from scratch does, from %i minutes",
    (minimum_minutes) => {
      for (const group_limit of [1, 4, 8]) {
        const rules = { minimum_minutes, group_limit, now: 0 };
        for (const student of students) {
          const rows = summary.student_sessions.filter(({ student_id }) => student_id === student);
          const own = told
            .filter(({ kind }) => kind !== "s")
            .flatMap((session) =>
              session.students
                .filter(({ id, status }) => id === student && status !== "not_expected")
                .map((row) => ({ ...session, ...row })),
            );
          const held = own.filter(({ kind }) => kind === "c");
          const came = held.filter(({ status, minutes }) =>
            status === "partial" ? minutes >= minimum_minutes : !status.startsWith("absent"),
          );
          const rate = (whole: number) => (whole === 0 ? null : came.length / whole);
          expect(attendanceRates(rows, 0, rules)).toEqual({
            attendance_rate_scheduled: rate(own.length),
            attendance_rate_held: rate(held.length),
          });
          const known = held.filter(({ group }) => group !== null);
          const total = known.reduce((sum, { minutes }) => sum + minutes, 0);
          const within = known
            .filter(({ group }) => (group ?? 0) <= group_limit)
            .reduce((sum, { minutes }) => sum + minutes, 0);
          expect(ratioCompliance(rows, rules)).toEqual(total === 0 ? null : within / total);
          const tutors = came.map(({ tutor }) => came.filter((other) => other.tutor === tutor).length);
          expect(tutorConsistency(rows, rules)).toEqual(
            came.length === 0 ? null : Math.max(...tutors) / came.length,
          );
        }
      }
    },
  );

  it.each([7, 9, 12, 17, 24])("give delivery as a computation from scratch does, at %i o'clock", (hour) => {
    const now = Date.parse("2026-03-02T07:00:00Z") / 1000 + hour * 3600;
    const count = (kind: Told["kind"]) => told.filter((session) => session.kind === kind).length;
    const ended = told.filter((session) => session.kind === "s" && session.hour + 0.5 <= hour).length;
    const [held, not] = [count("c"), count("x")];
    expect(deliveryOf(summary, now)).toMatchObject({
      sessions_held: held,
      sessions_not_held: not,
      sessions_unreported: ended,
      delivery_rate: held / (held + not + ended),
      completeness: (held + not) / (held + not + ended),
      provider_fault_rate: not / (held + not + ended),
    });
  });

  it.each([0, 15, 59])(
    "give the report as a computation from scratch does, from %i minutes",
    (minimum_minutes) => {
      const programs = [
        {
          program_id: "P",
          target_hours: 1,
          sessions_per_week: 3,
          minutes_per_session: 30,
          weeks: 10,
          minimum_minutes,
          group_limit: 4,
        },
      ];
      const roster = students.map((student_id) => ({ student_id, school_id: "A" }));
      const report = dosageReport({
        roster,
        schools: [],
        programs,
        student_sessions: summary.student_sessions,
        target_hours: 1,
      });
      const held = told.filter(({ kind }) => kind === "c").flatMap((session) => session.students);
      const came = held.filter(({ status, minutes }) =>
        status === "partial"
          ? minutes >= minimum_minutes
          : !status.startsWith("absent") && status !== "not_expected",
      );
      expect(report.sessions).toBe(came.length);
      expect(report.total_minutes).toBe(held.reduce((sum, { minutes }) => sum + minutes, 0));
      expect(Object.values(report.buckets).reduce<number>((sum, share) => sum + (share ?? 0), 0)).toBeCloseTo(
        1,
        12,
      );
    },
  );
});

describe("the fold of summaries", () => {
  const third = records.length / 3;
  const [a, b, c] = [0, 1, 2].map((part) => summarize(records.slice(part * third, (part + 1) * third)));

  it("is a commutative monoid, to the byte", () => {
    expect(pack(merge(merge(a!, b!), c!))).toBe(pack(merge(a!, merge(b!, c!))));
    expect(pack(merge(a!, b!))).toBe(pack(merge(b!, a!)));
    expect(pack(merge(a!, empty()))).toBe(pack(a!));
    expect(pack(mergeAll([c!, a!, b!]))).toBe(pack(summarize(records)));
  });

  it("does not depend on the order of the sessions", () => {
    expect(pack(summarize(random.shuffle([...records])))).toBe(pack(summary));
  });
});

describe("numbers", () => {
  it("interpolate quantiles as numpy does", () => {
    expect([0, 0.25, 0.5, 0.75, 1].map((at) => quantileOf([1, 2, 4, 8], at))).toEqual([1, 1.75, 3, 5, 8]);
    expect(quantileOf([], 0.5)).toBeNull();
    expect(quantileOf([3], 0.9)).toBe(3);
  });

  it("measure inequality from 0 to nearly 1, and nothing of nothing", () => {
    expect(gini([2, 2, 2])).toBe(0);
    expect(gini([0, 0, 0, 4])).toBeCloseTo(0.75, 12);
    expect(gini([0, 0])).toBeNull();
  });

  it("give the lag as the upper bound of its bin", () => {
    expect(lagQuantile(empty(), 0.5)).toBeNull();
    expect(lagQuantile(summary, 0.9)).toBeGreaterThanOrEqual(lagQuantile(summary, 0.5) ?? 0);
  });
});
