import type { SessionStore } from "../../adapters/session-store.ts";
import type { Stored } from "../../adapters/write-under-order.ts";
import { faultsOfIssues, problem, type Fault, type Problem } from "../../domain/problem.ts";
import { dayOf } from "../../domain/school-day.ts";
import { SessionEvent } from "../../domain/session-event.ts";
import {
  arrivalOf,
  revisionOf,
  snapshotOf,
  type Outcome,
  type Snapshot,
} from "../../domain/session-record.ts";
import { concurrently } from "../framework/concurrently.ts";
import { errorName, type Log } from "../framework/log.ts";
import type { SentEvent } from "./read-body.ts";

/** The zone of a school; undefined where no such school is set up. */
export type SchoolZones = (school_id: string) => Promise<string | undefined>;
export type IngestDeps = { sessions: SessionStore; zones: SchoolZones; clock: () => Date; log: Log };

export type ItemResult = {
  index: number;
  id?: string | undefined;
  result: Outcome | "quarantined" | "rejected" | "not_stored";
  /** The revision that is stored now. */
  revision?: number;
  problem?: Problem;
};

type RequestDeps = IngestDeps & { room: ReturnType<typeof waitingRoom> };

/** A provider whose system posts for unknown schools is stopped here, before it fills the table. */
export const QUARANTINE_LIMIT = 10_000;
const MAX_CONTENT_BYTES = 65_536;
const WIDTH = 32;

type Item = { index: number; id: string | undefined; snapshot: Snapshot };

/** Stores the events as if they were posted one by one: those of one session in order, different ones side by side. */
export async function storeEvents(
  deps: IngestDeps,
  provider_id: string,
  sent: readonly SentEvent[],
): Promise<ItemResult[]> {
  const results: ItemResult[] = [];
  const bySession = new Map<string, Item[]>();
  for (const [index, event] of sent.entries()) {
    const read = readItem(event, index, provider_id);
    if ("result" in read) results[index] = read;
    else {
      const name = `${read.snapshot.school_id}#${read.snapshot.session_id}`;
      bySession.set(name, [...(bySession.get(name) ?? []), read]);
    }
  }
  const request = { ...deps, room: waitingRoom(deps, provider_id) };
  await concurrently([...bySession.values()], WIDTH, async (items) => {
    for (const item of items) results[item.index] = await storeItem(request, item);
  });
  return results;
}

/** What a schema does not see, because JavaScript gives the name a meaning of its own. */
const protoFaults = (value: unknown): Fault[] =>
  typeof value === "object" && value !== null && Object.hasOwn(value, "__proto__")
    ? [{ pointer: "/__proto__", detail: "is not a CloudEvents attribute; remove it" }]
    : [];

function readItem(sent: SentEvent, index: number, provider_id: string): Item | ItemResult {
  const { value } = sent;
  const faults = [...sent.faults, ...protoFaults(value)];
  const id = idOf(value);
  const parsed = SessionEvent.safeParse(value);
  if (!parsed.success || faults.length > 0) {
    return rejected({ index, id }, [...faults, ...faultsOfIssues(parsed.error?.issues ?? [])]);
  }
  const snapshot = snapshotOf(parsed.data, provider_id);
  if (Buffer.byteLength(snapshot.content) > MAX_CONTENT_BYTES) {
    return rejected({ index, id }, [{ pointer: "/data", detail: "is larger than 64 KB; split the session" }]);
  }
  return { index, id, snapshot };
}

function idOf(value: unknown): string | undefined {
  const id = typeof value === "object" && value !== null && "id" in value ? value.id : undefined;
  return typeof id === "string" ? id.slice(0, 256) : undefined;
}

function rejected(item: { index: number; id: string | undefined }, faults: Fault[]): ItemResult {
  const detail = "Correct what the errors name and post the event again; nothing of it was stored.";
  return { ...item, result: "rejected", problem: problem("invalid-event", detail, faults) };
}

async function storeItem(deps: RequestDeps, { index, id, snapshot }: Item): Promise<ItemResult> {
  try {
    const zone = await deps.zones(snapshot.school_id);
    if (zone === undefined) return { index, id, ...(await quarantine(deps, snapshot)) };
    const stored = await deps.sessions.put(
      arrivalOf(snapshot, schoolDay(snapshot.start, zone), deps.clock()),
    );
    return { index, id, ...answerOf(stored) };
  } catch (error) {
    deps.log({ service: "ingest-events", event: "not_stored", error: errorName(error) });
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

function answerOf({ outcome, order }: Stored): Pick<ItemResult, "result" | "revision" | "problem"> {
  const revision = revisionOf(order);
  if (outcome !== "conflict") return { result: outcome, revision };
  const detail = `Revision ${revision} is stored with another content. To correct it, send the whole snapshot with revision ${revision + 1}.`;
  const errors = [
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

async function quarantine(deps: RequestDeps, snapshot: Snapshot): Promise<Omit<ItemResult, "index" | "id">> {
  const { sessions, room } = deps;
  if (!(await room.take())) {
    const detail = `${QUARANTINE_LIMIT} events wait for schools that are not set up. Ask the district to set up the school.`;
    return { result: "not_stored", problem: problem("quarantine-full", detail) };
  }
  const stored = answerOf(await sessions.quarantine.put(arrivalOf(snapshot, undefined, deps.clock())));
  if (stored.result === "accepted") return { ...stored, result: "quarantined" };
  room.giveBack();
  return stored;
}
