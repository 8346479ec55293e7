import type { RefusalStore } from "../../adapters/refusal-store.ts";
import type { SessionStore } from "../../adapters/session-store.ts";
import type { Stored } from "../../adapters/write-under-order.ts";
import { uncovered, type Contract, type Uncovered } from "../../domain/contract.ts";
import type { IsErased } from "../../domain/erasure.ts";
import { problem, type Fault } from "../../domain/problem.ts";
import { dayOf } from "../../domain/school-day.ts";
import { differences } from "../../domain/snapshot-differences.ts";
import { arrivalOf, revisionOf, type Snapshot } from "../../domain/session-record.ts";
import { readItem, type Item, type ItemResult } from "./read-item.ts";
import type { SentEvent } from "../../domain/cloud-event.ts";
import { concurrently } from "../../adapters/concurrently.ts";
import { errorName, type Log } from "./log.ts";
import { noteRefusals } from "./refusals.ts";

/** The zone of a school; undefined where no such school is set up. */
export type SchoolZones = (school_id: string) => Promise<string | undefined>;
export type IngestDeps = {
  sessions: SessionStore;
  zones: SchoolZones;
  /** The contracts of a provider, remembered for a minute at most. */
  contracts: (provider_id: string) => Promise<readonly Contract[]>;
  refusals: Pick<RefusalStore, "keep" | "settle">;
  /** Who was erased, remembered for a minute at most: nothing that is posted brings them back. */
  erased: () => Promise<IsErased>;
  /** The form of ids of students and tutors that the district named, remembered for a minute at most. */
  idPattern: () => Promise<RegExp | undefined>;
  clock: () => Date;
  /** Whose log it is: events come through several doors. */
  service: string;
  log: Log;
};

type RequestDeps = IngestDeps & {
  room: ReturnType<typeof waitingRoom>;
  signed: readonly Contract[];
};

/** A provider whose system posts for unknown schools is stopped here, before it fills the table. */
export const QUARANTINE_LIMIT = 10_000;
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
  const [isErased, idPattern] = await Promise.all([deps.erased(), deps.idPattern()]);
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
  const request = { ...deps, room: waitingRoom(deps, provider_id), signed };
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
};

function notContracted(why: Uncovered): Pick<ItemResult, "result" | "problem"> {
  const detail = "You have no contract for this; nothing of it was stored. Post it again once you have one.";
  return { result: "rejected", problem: problem("not-contracted", detail, [NOT_CONTRACTED[why]]) };
}

async function storeItem(deps: RequestDeps, { index, id, snapshot, program_id }: Item): Promise<ItemResult> {
  try {
    const zone = await deps.zones(snapshot.school_id);
    if (zone === undefined) return { index, id, ...(await quarantine(deps, snapshot)) };
    const day = schoolDay(snapshot.start, zone);
    const why = uncovered(deps.signed, { school_id: snapshot.school_id, program_id, day });
    if (why !== undefined) return { index, id, ...notContracted(why) };
    return {
      index,
      id,
      ...answerOf(await deps.sessions.put(arrivalOf(snapshot, day, deps.clock())), snapshot),
    };
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

const schoolDay = (start: number | undefined, zone: string) =>
  start === undefined ? undefined : dayOf(start, zone);

function answerOf(
  { outcome, order, content = "" }: Stored,
  snapshot: Snapshot,
): Pick<ItemResult, "result" | "revision" | "problem"> {
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

/** Who has no contract at all waits for nothing; whether one covers the event is asked when its school is set up. */
async function quarantine(deps: RequestDeps, snapshot: Snapshot): Promise<Omit<ItemResult, "index" | "id">> {
  const { sessions, room } = deps;
  if (deps.signed.length === 0) return notContracted("school");
  if (!(await room.take())) {
    const detail = `${QUARANTINE_LIMIT} events wait for schools that are not set up. Ask the district to set up the school.`;
    return { result: "not_stored", problem: problem("quarantine-full", detail) };
  }
  const put = await sessions.quarantine.put(arrivalOf(snapshot, undefined, deps.clock()));
  const stored = answerOf(put, snapshot);
  if (stored.result === "accepted") return { ...stored, result: "quarantined" };
  room.giveBack();
  return stored;
}
