import { uncovered, type Contract } from "./contract.ts";
import { idFaults } from "./opaque-ids.ts";
import { overlapping } from "./overlaps.ts";
import { dayOf } from "./school-day.ts";
import { scheduledMinutes, sessionOf, startOf } from "./session.ts";
import { EVENT_TYPES, type SessionEvent } from "./session-event.ts";
import { isTooOld, timeFaults } from "./time-faults.ts";

/** An event and where it stands. */
export type Place = { index: number; event: SessionEvent };
export type Finding = { index: number; pointer?: string };
/** What the district set up for a provider. */
export type SetUp = {
  contracts: readonly Contract[];
  zones: ReadonlyMap<string, string>;
  programs: ReadonlySet<string>;
  /** The form of ids that the district names. */
  idPattern?: RegExp | undefined;
  /** How old a session may be that is reported. */
  session_age_days?: number | undefined;
};

export type Check = {
  check: string;
  level: "warn" | "fail";
  /** What is well where nothing is found, and what to do where something is. */
  well: string;
  mend: string;
  /** Asked only where it is known what the district set up. */
  needsSetUp?: boolean;
  find: (events: readonly Place[], known: { now: Date; setUp: SetUp | undefined }) => Finding[];
};

const studentsOf = ({ event }: Place): { student_id: string }[] =>
  event.type === EVENT_TYPES.voided ? [] : event.data.students;
const nameOf = ({ event: { data } }: Place) => `${data.school_id}/${data.session_id}`;

/** Places whose key was seen before. */
function repeated(events: readonly Place[], keyOf: (place: Place) => string): Place[] {
  const seen = new Set<string>();
  return events.filter((place) => {
    const key = keyOf(place);
    const known = seen.has(key);
    seen.add(key);
    return known;
  });
}

/** The same session and revision with another content: whoever is second is refused as a conflict. */
function conflicts(events: readonly Place[]): Place[] {
  const known = new Map<string, string>();
  return events.filter((place) => {
    const { event } = place;
    const kind = event.type === EVENT_TYPES.scheduled ? "scheduled" : "final";
    const key = `${nameOf(place)}/${event.data.revision}/${kind}`;
    const content = JSON.stringify(event.data);
    const before = known.get(key);
    known.set(key, before ?? content);
    return before !== undefined && before !== content;
  });
}

const EARLIEST = 6;
const LATEST = 21;

/** Whether a session begins in the night of the offset that it was sent with. */
function isAtNight({ event }: Place): boolean {
  if (event.type === EVENT_TYPES.voided) return false;
  const start =
    event.data.scheduled_start ?? ("actual_start" in event.data ? event.data.actual_start : undefined);
  const hour = Number(start?.slice(11, 13) ?? EARLIEST);
  return hour < EARLIEST || hour >= LATEST;
}

const programOf = (event: SessionEvent): string =>
  event.type === EVENT_TYPES.voided ? "" : (event.data.program_id ?? "");

/** Where students were in a completed session, as far as its event says. */
function attended({ index, event }: Place) {
  if (event.type !== EVENT_TYPES.completed) return [];
  const session = sessionOf(event.data, "completed");
  const [at, scheduled_minutes] = [Math.floor(startOf(session) / 60), scheduledMinutes(session)];
  return session.students.map(({ student_id, minutes_present: minutes }) => ({
    ...{ index, student_id, at, minutes, scheduled_minutes },
  }));
}

function isUncovered(place: Place, setUp: SetUp, now: Date): boolean {
  const { event } = place;
  const { contracts, zones } = setUp;
  const { school_id } = event.data;
  const zone = zones.get(school_id);
  const today = dayOf(now.getTime() / 1000, zone ?? "UTC");
  if (event.type === EVENT_TYPES.voided)
    return uncovered(contracts, { school_id, program_id: undefined, day: undefined, today }) !== undefined;
  // what nobody set up waits, and is asked for its contract then
  if (zone === undefined && contracts.length > 0) return false;
  const day = dayAt(place, setUp);
  return uncovered(contracts, { school_id, program_id: programOf(event), day, today }) !== undefined;
}

/** The school-local day of a session; undefined where an event or the set-up does not say it. */
function dayAt({ event }: Place, { zones }: SetUp): string | undefined {
  const zone = zones.get(event.data.school_id);
  if (zone === undefined || event.type === EVENT_TYPES.voided) return undefined;
  return dayOf(startOf(sessionOf(event.data, "scheduled")), zone);
}

function isOld(place: Place, setUp: SetUp, now: Date): boolean {
  const [day, zone] = [dayAt(place, setUp), setUp.zones.get(place.event.data.school_id) ?? "UTC"];
  return day !== undefined && isTooOld(day, dayOf(now.getTime() / 1000, zone), setUp.session_age_days);
}

/** What each check asks of the events that follow the contract. */
export const CHECKS: readonly Check[] = [
  {
    check: "times in the past",
    level: "fail",
    well: "No completed session lies in the future.",
    mend: "a completed session lies in the future, so it is refused; correct the time.",
    find: (events, { now }) =>
      events.flatMap(({ index, event }) => timeFaults(event, now).map(({ pointer }) => ({ index, pointer }))),
  },
  {
    check: "no conflict",
    level: "fail",
    well: "No revision of a session comes with two contents.",
    mend: "the same revision of a session with another content is refused; raise `revision` with each correction.",
    find: conflicts,
  },
  {
    check: "unique event ids",
    level: "warn",
    well: "Each event has an id of its own.",
    mend: "an `id` stands twice; give each event its own, so that what was refused can be found again.",
    find: (events) => repeated(events, ({ event }) => event.id),
  },
  {
    check: "opaque ids",
    level: "fail",
    well: "No id looks like a name or an address.",
    mend: "an id looks like a person's name or e-mail address; send the district's student id and an id of the tutor.",
    find: (events, { setUp }) =>
      events.flatMap(({ index, event }) =>
        event.type === EVENT_TYPES.voided
          ? []
          : idFaults(event.data, setUp?.idPattern).map(({ pointer }) => ({ index, pointer })),
      ),
  },
  {
    check: "session ids without students",
    level: "warn",
    well: "No session's id holds a student's.",
    mend: "`session_id` holds a student's id, which no erasure can reach; make it of something else.",
    find: (events) =>
      events.filter((place) =>
        studentsOf(place).some(
          ({ student_id }) => student_id.length > 3 && place.event.data.session_id.includes(student_id),
        ),
      ),
  },
  {
    check: "schedules",
    level: "warn",
    well: "Sessions are scheduled before they are reported.",
    mend: "reported without a schedule; post `tutoring.session.scheduled` ahead, or nobody can tell that a report is missing.",
    find: (events) => {
      const scheduled = new Set(
        events.filter(({ event }) => event.type === EVENT_TYPES.scheduled).map(nameOf),
      );
      return events.filter(
        (place) => place.event.type === EVENT_TYPES.completed && !scheduled.has(nameOf(place)),
      );
    },
  },
  {
    check: "time of day",
    level: "warn",
    well: "Sessions begin between 6:00 and 21:00 of their offsets.",
    mend: "begins at night by its own offset; a time in UTC is fine, a local time with the offset of another zone is not.",
    find: (events) => events.filter(isAtNight),
  },
  {
    check: "minutes of each student",
    level: "warn",
    well: "Who was late, left early or came in part has minutes of her own.",
    mend: "late, left early or partial without `minutes_present`: she counts as there for the whole session.",
    find: (events) =>
      events.flatMap(({ index, event }): Finding[] => {
        if (event.type !== EVENT_TYPES.completed) return [];
        const place = event.data.students.findIndex(
          ({ attendance_status: status, minutes_present }) =>
            ["late", "left_early", "partial"].includes(status) && minutes_present === undefined,
        );
        return place < 0 ? [] : [{ index, pointer: `/data/students/${place}/minutes_present` }];
      }),
  },
  {
    check: "one place at a time",
    level: "warn",
    well: "No student is in two sessions at once.",
    mend: "a student is in another session at the same time; correct the times, or void the session that did not take place.",
    find: (events) => {
      const found = new Set(overlapping(events.flatMap(attended)).map(({ index }) => index));
      return events.filter(({ index }) => found.has(index));
    },
  },
  {
    check: "the contract with the district",
    level: "fail",
    well: "Every school, program and day is covered.",
    mend: "its school, program or day is not covered by a contract, or the contract ended too long ago, so it is refused; ask the district.",
    needsSetUp: true,
    find: (events, { now, setUp }) =>
      setUp === undefined ? [] : events.filter((place) => isUncovered(place, setUp, now)),
  },
  {
    check: "sessions that are not too old",
    level: "fail",
    well: "Every session is young enough to be reported.",
    mend: "a session is older than the district takes, so it is refused; ask the district to raise `session_age_days`.",
    needsSetUp: true,
    find: (events, { now, setUp }) =>
      setUp === undefined ? [] : events.filter((place) => isOld(place, setUp, now)),
  },
  {
    check: "schools that are set up",
    level: "warn",
    well: "Every school is set up.",
    mend: "its school is not set up, so it waits and counts nowhere until it is.",
    needsSetUp: true,
    find: (events, { setUp }) =>
      events.filter(({ event }) => setUp?.zones.has(event.data.school_id) === false),
  },
  {
    check: "programs that are set up",
    level: "warn",
    well: "Every program is set up.",
    mend: "its program is not set up, so the district is told of it; use the district's own `program_id`.",
    needsSetUp: true,
    find: (events, { setUp }) =>
      events.filter(({ event }) => {
        const program_id = programOf(event);
        return program_id !== "" && setUp?.programs.has(program_id) === false;
      }),
  },
];
