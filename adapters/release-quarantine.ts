import { uncovered, type Contract } from "../domain/contract.ts";
import { withoutErasedContent, type IsErased } from "../domain/erasure.ts";
import { dayOf } from "../domain/school-day.ts";
import { programOf, readContent } from "../domain/session-content.ts";
import { startOf } from "../domain/session.ts";
import { isTooOld } from "../domain/time-faults.ts";
import type { SessionRecord } from "../domain/session-record.ts";
import type { Setup } from "../domain/setup.ts";
import type { SessionStore } from "./session-store.ts";

/**
 * Stores what waited for schools that are set up now, by the rule of every post and with its first arrival. Deleted
 * only after it is stored, and only if nothing newer came meanwhile; what stays is released the next time.
 */
export async function releaseQuarantine(
  sessions: SessionStore,
  { providers, schools, session_age_days: ageDays }: Setup,
  { isErased, now }: Pick<Terms, "isErased" | "now">,
): Promise<number> {
  const zones = new Map(schools.map((school) => [school.school_id, school.time_zone]));
  let released = 0;
  for (const { provider_id, contracts = [] } of providers) {
    for (const record of await sessions.quarantine.waiting(provider_id)) {
      const zone = zones.get(record.school_id);
      if (
        zone !== undefined &&
        (await releaseRecord(sessions, record, { zone, contracts, isErased, ageDays, now }))
      )
        released += 1;
    }
  }
  return released;
}

type Waiting = Pick<SessionRecord, "school_id" | "provider_id" | "session_id">;

/** Stores one session that waits, where its school was set up just now; resolves to whether it did. */
export async function releaseSession(
  sessions: SessionStore,
  { school_id, provider_id, session_id }: Waiting,
  terms: Terms,
): Promise<boolean> {
  const waiting = await sessions.quarantine.waiting(provider_id, school_id);
  const record = waiting.find((one) => one.session_id === session_id);
  return record !== undefined && releaseRecord(sessions, record, terms);
}

export type Terms = {
  zone: string;
  contracts: readonly Contract[];
  isErased: IsErased;
  /** How old a session may be, where the district says so. */
  ageDays: number | undefined;
  now: Date;
};

async function releaseRecord(
  sessions: SessionStore,
  record: SessionRecord,
  { zone, contracts, isErased, ageDays, now }: Terms,
): Promise<boolean> {
  const session = readContent(record.content);
  const day = session === undefined ? undefined : dayOf(startOf(session), zone);
  const { first_reported_at: reported, ...snapshot } = record;
  // in time is what came in time, however long it waited; a plan of which nothing may be reported any more is of no use
  const today = dayOf((reported === undefined ? now.getTime() : Date.parse(reported)) / 1000, zone);
  const place = { school_id: record.school_id, program_id: programOf(record.content), day, today };
  // waits on until a contract covers it
  if (uncovered(contracts, place) !== undefined) return false;
  if (day !== undefined && isTooOld(day, today, ageDays)) return false;
  const content = withoutErasedContent(record.content, isErased);
  const { outcome } = await sessions.put({ snapshot: { ...snapshot, content, day }, reported });
  // posted again with another content meanwhile: kept, because it was acknowledged
  return outcome !== "conflict" && sessions.quarantine.release(record);
}
