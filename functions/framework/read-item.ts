import type { IsErased } from "../../domain/erasure.ts";
import type { SentEvent } from "../../domain/cloud-event.ts";
import { idFaults } from "../../domain/opaque-ids.ts";
import { timeFaults } from "../../domain/time-faults.ts";
import { faultsOfIssues, problem, type Fault, type Problem } from "../../domain/problem.ts";
import { EVENT_TYPES, SessionEvent } from "../../domain/session-event.ts";
import { snapshotOf, type Outcome, type Snapshot } from "../../domain/session-record.ts";

export type ItemResult = {
  index: number;
  id?: string | undefined;
  result: Outcome | "quarantined" | "rejected" | "not_stored";
  /** The revision that is stored now. */
  revision?: number;
  problem?: Problem;
};

const MAX_CONTENT_BYTES = 65_536;

export type Item = {
  index: number;
  id: string | undefined;
  snapshot: Snapshot;
  program_id: string | undefined;
};
/** What a schema does not see, because JavaScript gives the name a meaning of its own. */
const protoFaults = (value: unknown): Fault[] =>
  typeof value === "object" && value !== null && Object.hasOwn(value, "__proto__")
    ? [{ pointer: "/__proto__", detail: "is not a CloudEvents attribute; remove it" }]
    : [];

type Reader = {
  provider_id: string;
  isErased: IsErased;
  /** The form of ids that the district named. */
  idPattern: RegExp | undefined;
  now: Date;
};

/** The snapshot that an event is, or why it is none. */
export function readItem(
  sent: SentEvent,
  index: number,
  { provider_id, isErased, idPattern, now }: Reader,
): Item | ItemResult {
  const { value } = sent;
  const faults = [...sent.faults, ...protoFaults(value)];
  const id = idOf(value);
  const item = { index, id, names: sent.names };
  if (sent.isOther === true) return rejected(item, faults);
  const parsed = SessionEvent.safeParse(value);
  if (!parsed.success || faults.length > 0) {
    return rejected(item, [...faults, ...faultsOfIssues(parsed.error?.issues ?? [], value)]);
  }
  const { data: event } = parsed;
  const told = [
    ...(event.type === EVENT_TYPES.voided ? [] : idFaults(event.data, idPattern)),
    ...timeFaults(event, now),
  ];
  if (told.length > 0) return rejected(item, told);
  const snapshot = snapshotOf(event, provider_id, isErased);
  if (Buffer.byteLength(snapshot.content) > MAX_CONTENT_BYTES) {
    return rejected(item, [{ pointer: "/data", detail: "is larger than 64 KB; split the session" }]);
  }
  const program_id = event.type === EVENT_TYPES.voided ? undefined : (event.data.program_id ?? "");
  return { index, id, snapshot, program_id };
}

function idOf(value: unknown): string | undefined {
  const id = typeof value === "object" && value !== null && "id" in value ? value.id : undefined;
  return typeof id === "string" ? id.slice(0, 256) : undefined;
}

type Named = Pick<ItemResult, "index" | "id"> & Pick<SentEvent, "names">;

function rejected({ names = {}, ...item }: Named, faults: Fault[]): ItemResult {
  const detail = "Correct what the errors name and post the event again; nothing of it was stored.";
  const told = faults.map(({ pointer, detail: fault }) => ({
    pointer: names[pointer] ?? pointer,
    detail: fault,
  }));
  return { ...item, result: "rejected", problem: problem("invalid-event", detail, told) };
}
