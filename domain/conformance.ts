import { faultsOfIssues, type Fault } from "./problem.ts";
import { idFaults } from "./opaque-ids.ts";
import { timeFaults } from "./time-faults.ts";
import { SessionEvent, EVENT_TYPES } from "./session-event.ts";

/** What a provider's events would run into, beyond the contract of each one. */
export type CheckResult = {
  check: string;
  /** `fail`: refused or wrong in reports; `warn`: works, and is worth a look; `skip`: there was nothing to look at. */
  level: "pass" | "warn" | "fail" | "skip";
  detail: string;
  /** Places of the first events that it concerns, as JSON pointers into what was given. */
  at: string[];
};

type Place = { index: number; event: SessionEvent };
type Finding = { index: number; pointer?: string };
type Check = {
  check: string;
  level: "warn" | "fail";
  /** What is well where nothing is found, and what to do where something is. */
  well: string;
  mend: string;
  find: (events: readonly Place[], now: Date) => Finding[];
};

const MOST_PLACES = 5;
const pointerOf = ({ index, pointer = "" }: Finding) => `/${index}${pointer}`;

function resultOf({ check, level, well, mend }: Omit<Check, "find">, found: readonly Finding[]): CheckResult {
  if (found.length === 0) return { check, level: "pass", detail: well, at: [] };
  const detail = `${found.length} ${found.length === 1 ? "event" : "events"}: ${mend}`;
  return { check, level, detail, at: found.slice(0, MOST_PLACES).map(pointerOf) };
}

/** A check says of how many events it speaks, and nothing where it saw none. */
function looked(one: Check, events: readonly Place[], now: Date): CheckResult {
  if (events.length === 0)
    return { check: one.check, level: "skip", detail: "not looked at: no event can be read", at: [] };
  const result = resultOf(one, one.find(events, now));
  return { ...result, detail: `${result.detail} (looked at ${events.length})` };
}

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

const CHECKS: readonly Check[] = [
  {
    check: "times in the past",
    level: "fail",
    well: "No completed session lies in the future.",
    mend: "a completed session lies in the future, so it is refused; correct the time.",
    find: (events, now) =>
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
    find: (events) =>
      events.flatMap(({ index, event }) =>
        event.type === EVENT_TYPES.voided
          ? []
          : idFaults(event.data).map(({ pointer }) => ({ index, pointer })),
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
];

/** Everything that a provider would have got wrong: the contract, event by event, and what only all of them tell. */
export function conformanceOf(
  values: readonly unknown[],
  { hidden = () => [], now }: { hidden?: (index: number) => readonly Fault[]; now: Date },
): { events: number; results: CheckResult[]; faults: { at: string; detail: string }[] } {
  const read = values.map((value, index) => ({ index, parsed: SessionEvent.safeParse(value) }));
  const faults = read.flatMap(({ index, parsed }) =>
    [...hidden(index), ...faultsOfIssues(parsed.error?.issues ?? [])].map(({ pointer, detail }) => ({
      at: `/${index}${pointer}`,
      detail,
    })),
  );
  const broken = new Set(faults.map(({ at }) => Number(at.split("/")[1])));
  const contract = {
    check: "the contract of each event",
    level: "fail" as const,
    well: "Every event follows it.",
    mend: "broken; the list below says where and what to do.",
  };
  const events = read.flatMap(({ index, parsed: { data } }) =>
    data === undefined || broken.has(index) ? [] : [{ index, event: data }],
  );
  return {
    events: values.length,
    results: [
      resultOf(
        contract,
        [...broken].map((index) => ({ index })),
      ),
      ...CHECKS.map((one) => looked(one, events, now)),
    ],
    faults,
  };
}
