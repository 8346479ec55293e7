import type { RefusalStore } from "../../adapters/refusal-store.ts";
import { releaseSession } from "../../adapters/release-quarantine.ts";
import type { SessionStore } from "../../adapters/session-store.ts";
import type { Stored } from "../../adapters/write-under-order.ts";
import { hasClosed, uncovered, type Contract, type Uncovered } from "../../domain/contract.ts";
import type { IsErased } from "../../domain/erasure.ts";
import { problem, type Fault } from "../../domain/problem.ts";
import { RETENTION } from "../../domain/retention.ts";
import { dayOf } from "../../domain/school-day.ts";
import { isTooOld } from "../../domain/time-faults.ts";
import { programOf } from "../../domain/session-content.ts";
import { differences } from "../../domain/snapshot-differences.ts";
import { arrivalOf, isVoid, revisionOf, type Snapshot } from "../../domain/session-record.ts";
import { readItem, type Item, type ItemResult } from "./read-item.ts";
import type { SentEvent } from "../../domain/cloud-event.ts";
import { concurrently } from "../../adapters/concurrently.ts";
import { errorName, type Log } from "./log.ts";
import { noteRefusals } from "./refusals.ts";

/** What a district asks of every event beside the contract of its sender. */
export type ReadRules = {
  /** The form of ids of students and tutors. */
  idPattern?: RegExp | undefined;
  /** How old a session may be. */
  session_age_days?: number | undefined;
};

/** The zone of a school; undefined where no such school is set up. */
type SchoolZones = (school_id: string) => Promise<string | undefined>;
export type IngestDeps = {
  sessions: SessionStore;
  zones: SchoolZones;
  /** The contracts of a provider, remembered for a minute at most. */
  contracts: (provider_id: string) => Promise<readonly Contract[]>;
  /** The same, as they stand now. */
  contractsNow: (provider_id: string) => Promise<readonly Contract[]>;
  refusals: Pick<RefusalStore, "keep" | "settle">;
  /** Who was erased, remembered for a minute at most: nothing that is posted brings them back. */
  erased: () => Promise<IsErased>;
  /** What the district asks of every event, remembered for a minute at most. */
  rules: () => Promise<ReadRules>;
  clock: () => Date;
  /** Whose log it is: events come through several doors. */
  service: string;
  log: Log;
};

type RequestDeps = IngestDeps & {
  room: ReturnType<typeof waitingRoom>;
  signed: readonly Contract[];
  ageDays: number | undefined;
  isErased: IsErased;
};

/** A provider whose system posts for unknown schools is stopped here, before it fills the table. */
const QUARANTINE_LIMIT = 10_000;
const WIDTH = 32;

/** Who posts, and in which request: refused items are kept under its name. */
export type Posting = { provider_id: string; request_id: string };

/** Stores the events as if they were posted one by one: those of one session in order, different ones side by side. */
export async function storeEvents(
  deps: IngestDeps,
  posting: Posting,
  sent: readonly SentEvent[],
): Promise<ItemResult[]> {
  const { provider_id } = posting;
  const results: ItemResult[] = [];
  const bySession = new Map<string, Item[]>();
  const [isErased, { idPattern, session_age_days: ageDays }] = await Promise.all([
    deps.erased(),
    deps.rules(),
  ]);
  const reader = { provider_id, isErased, idPattern, now: deps.clock() };
  for (const [index, event] of sent.entries()) {
    const read = readItem(event, index, reader);
    if ("result" in read) results[index] = read;
    else {
      const name = `${read.snapshot.school_id}#${read.snapshot.session_id}`;
      bySession.set(name, [...(bySession.get(name) ?? []), read]);
    }
  }
  const signed = bySession.size === 0 ? [] : await deps.contracts(provider_id);
  const request = { ...deps, room: waitingRoom(deps, provider_id), signed, ageDays, isErased };
  await concurrently([...bySession.values()], WIDTH, async (items) => {
    for (const item of items) results[item.index] = await storeItem(request, item);
  });
  await noteRefusals(deps, { ...posting, sent, results });
  return results;
}

const NOT_CONTRACTED: Record<Uncovered, Fault> = {
  school: {
    pointer: "/data/school_id",
    detail: "is no school of your contracts; ask the district to add it",
  },
  program: {
    pointer: "/data/program_id",
    detail: "is missing or no program of your contracts at this school; name one that is",
  },
  day: {
    pointer: "/data/scheduled_start",
    detail: "lies outside your contracts at this school; ask the district to extend them",
  },
  closed: {
    pointer: "/data/scheduled_start",
    detail:
      "lies in a contract that ended too long ago to report or correct; ask the district, which can give it more `late_report_days`",
  },
};
/** The same of what is stored, which a correction or a void would change. */
const STORED: Partial<Record<Uncovered, Fault>> = {
  program: {
    pointer: "/data/session_id",
    detail:
      "is stored with a program outside your contracts at this school, so it cannot be changed; ask the district",
  },
  day: {
    pointer: "/data/session_id",
    detail:
      "is stored on a day outside your contracts at this school, so it cannot be changed; ask the district",
  },
  closed: {
    pointer: "/data/session_id",
    detail:
      "is stored in a contract that ended too long ago to correct; ask the district, which can give it more `late_report_days`",
  },
};

/** A void has no start that a fault could name. */
const faultOf = (why: Uncovered, day: string | undefined) =>
  (day === undefined ? STORED[why] : undefined) ?? NOT_CONTRACTED[why];

type Answer = Pick<ItemResult, "result" | "revision" | "problem">;

function notContracted(fault: Fault): Answer {
  const detail = "You have no contract for this; nothing of it was stored. Post it again once you have one.";
  return { result: "rejected", problem: problem("not-contracted", detail, [fault]) };
}

function tooOld(pointer: string, { ageDays = RETENTION.sessions }: Pick<RequestDeps, "ageDays">): Answer {
  const detail = "The session is too old to be reported or corrected; nothing of it was stored.";
  const told = `lies more than ${ageDays} days ago, and this district takes nothing older (\`session_age_days\`)`;
  return { result: "rejected", problem: problem("invalid-event", detail, [{ pointer, detail: told }]) };
}

async function storeItem(deps: RequestDeps, item: Item): Promise<ItemResult> {
  const { index, id } = item;
  try {
    return { index, id, ...(await storeSnapshot(deps, item)) };
  } catch (error) {
    deps.log({ service: deps.service, event: "not_stored", error: errorName(error) });
    return {
      index,
      id,
      result: "not_stored",
      problem: problem("not-stored", "Post this event again after Retry-After."),
    };
  }
}

async function storeSnapshot(deps: RequestDeps, { snapshot, program_id }: Item): Promise<Answer> {
  const zone = await deps.zones(snapshot.school_id);
  const now = deps.clock();
  // where it is not known, the date is the earliest that it may be
  const today = dayOf(now.getTime() / 1000, zone ?? "Etc/GMT+12");
  const day = schoolDay(snapshot.start, zone ?? "UTC");
  if (day !== undefined && isTooOld(day, today, deps.ageDays)) return tooOld("/data/scheduled_start", deps);
  const why = uncovered(deps.signed, { school_id: snapshot.school_id, program_id, day, today });
  if (zone === undefined) return quarantine(deps, snapshot, why);
  if (why !== undefined) return notContracted(faultOf(why, day));
  const unchangeable = await refusedBefore(deps, snapshot, today);
  return unchangeable ?? answerOf(await deps.sessions.put(arrivalOf(snapshot, day, now)), snapshot);
}

/**
 * What would change what is stored is judged by the day and the program that are stored, too. A first report replaces a
 * plan at most, so it reads before it writes only where the provider has a contract that ended here.
 */
async function refusedBefore(
  deps: RequestDeps,
  snapshot: Snapshot,
  today: string,
): Promise<Answer | undefined> {
  const { school_id, order } = snapshot;
  const isFirst = revisionOf(order) === 1 && !isVoid(order);
  if (isFirst && !hasClosed(deps.signed, school_id, today)) return undefined;
  const { day, content = "" } = (await deps.sessions.get(snapshot)) ?? {};
  if (day === undefined) return undefined;
  if (isTooOld(day, today, deps.ageDays)) return tooOld("/data/session_id", deps);
  const why = uncovered(deps.signed, { school_id, program_id: programOf(content), day, today });
  const fault = why && STORED[why];
  return fault && notContracted(fault);
}

const schoolDay = (start: number | undefined, zone: string) =>
  start === undefined ? undefined : dayOf(start, zone);

function answerOf({ outcome, order, content = "" }: Stored, snapshot: Snapshot): Answer {
  const revision = revisionOf(order);
  if (outcome !== "conflict") return { result: outcome, revision };
  const detail = `Revision ${revision} is stored with another content. Look at what differs: where yours is the correction, send the whole snapshot with revision ${revision + 1}; where it is another session, it needs a session_id of its own.`;
  const errors = [
    ...differences(content, snapshot.content),
    { pointer: "/data/revision", detail: `must be at least ${revision + 1} to change what is stored` },
  ];
  return { result: "conflict", revision, problem: problem("conflict", detail, errors) };
}

/** Places left among those that wait, counted once per request: the count reads them all. */
function waitingRoom({ sessions }: IngestDeps, provider_id: string) {
  let counted: Promise<number> | undefined;
  let taken = 0;
  return {
    take: async () => {
      const waiting = await (counted ??= sessions.quarantine.count(provider_id));
      if (waiting + taken >= QUARANTINE_LIMIT) return false;
      taken += 1;
      return true;
    },
    giveBack: () => void (taken -= 1),
  };
}

/**
 * A school that was set up between the look at it and the write: what waited of it was released before this came to
 * wait, so it is released here, and not by the next sweep.
 */
async function releasedMeanwhile(deps: RequestDeps, snapshot: Snapshot): Promise<boolean> {
  const zone = await deps.zones(snapshot.school_id);
  if (zone === undefined) return false;
  const contracts = await deps.contractsNow(snapshot.provider_id);
  const { isErased, ageDays } = deps;
  const terms = { zone, contracts, isErased, ageDays, now: deps.clock() };
  const released = await releaseSession(deps.sessions, snapshot, terms);
  if (released) deps.room.giveBack();
  return released;
}

/**
 * Nothing waits of a provider without a contract, or of a contract that ended too long ago; whether one covers the event
 * is asked when its school is set up.
 */
async function quarantine(
  deps: RequestDeps,
  snapshot: Snapshot,
  why: Uncovered | undefined,
): Promise<Answer> {
  const { sessions, room } = deps;
  if (deps.signed.length === 0) return notContracted(NOT_CONTRACTED.school);
  if (why === "closed") return notContracted(faultOf(why, snapshot.start === undefined ? undefined : ""));
  if (!(await room.take())) {
    const detail = `${QUARANTINE_LIMIT} events wait for schools that are not set up. Ask the district to set up the school.`;
    return { result: "not_stored", problem: problem("quarantine-full", detail) };
  }
  const put = await sessions.quarantine.put(arrivalOf(snapshot, undefined, deps.clock()));
  const stored = answerOf(put, snapshot);
  if (stored.result !== "accepted") {
    room.giveBack();
    return stored;
  }
  return (await releasedMeanwhile(deps, snapshot)) ? stored : { ...stored, result: "quarantined" };
}
