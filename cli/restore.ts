import { withoutErasedContent } from "../domain/erasure.ts";
import { dynamoAlertStore } from "../adapters/alert-store.ts";
import { dynamoErasedStore } from "../adapters/erased-store.ts";
import { dynamoMuteStore } from "../adapters/mute-store.ts";
import type { TableAccess } from "../adapters/query.ts";
import { pseudonymSecretStore } from "../adapters/secret-store.ts";
import { dynamoSessionStore } from "../adapters/session-store.ts";
import { dynamoSetupStore } from "../adapters/setup-store.ts";
import type { SessionRecord } from "../domain/session-record.ts";
import { nothingSetUp, type Setup } from "../domain/setup.ts";
import { enrolmentName } from "./roster-change.ts";
import { idsOf, SETUP_LISTS, withoutEntries } from "../domain/setup-prune.ts";
import { setupDifference } from "./apply.ts";
import type { Target } from "./target.ts";

export type RestoreOptions = { fromTable: string; dryRun: boolean; progress: (line: string) => void };
export type RestoreResult = {
  set_up: number;
  roster: number;
  enrolments: number;
  /** Sessions that were missing here, or older. */
  sessions: number;
  sessions_known: number;
  quarantined: number;
  alerts: number;
};

/**
 * Brings facts back from a restored table, each by the rule of its kind: a session only where it is newer than what is
 * here, everything else only where it is missing. Who was erased stays erased; views follow by the stream. Bears being
 * interrupted and run again.
 */
export async function restore(place: Target, options: RestoreOptions): Promise<RestoreResult> {
  const { dryRun, progress } = options;
  const source = { client: place.table.client, tableName: options.fromTable };
  const stores = {
    setup: dynamoSetupStore(source),
    sessions: dynamoSessionStore(source),
    alerts: dynamoAlertStore(source),
  };
  const then = await stores.setup.all();
  const now = await place.setup.all();
  const missing = missingOf(now, then);
  const { added } = setupDifference(now, { ...nothingSetUp(), ...missing });
  if (!dryRun && added.length > 0) await place.setup.put(missing);
  if (!dryRun) await restoreErased(place, source);
  const isErased = await place.isErased();
  const result: RestoreResult = {
    set_up: added.length,
    roster: 0,
    enrolments: 0,
    sessions: 0,
    sessions_known: 0,
    quarantined: 0,
    alerts: 0,
  };
  for (const [index, { school_id }] of then.schools.entries()) {
    progress(`school ${school_id} (${index + 1} of ${then.schools.length})`);
    const part = await restoreSchool({ place, stores, isErased, dryRun }, school_id);
    for (const [name, count] of Object.entries(part)) addTo(result, name, count);
  }
  for (const { provider_id } of then.providers)
    result.quarantined += await restoreWaiting({ place, stores, isErased, dryRun }, provider_id);
  return result;
}

async function restoreWaiting(
  { place, stores, isErased, dryRun }: Restoring,
  provider_id: string,
): Promise<number> {
  const waiting = await stores.sessions.quarantine.waiting(provider_id);
  if (!dryRun)
    for (const record of waiting) await place.sessions.quarantine.put(arrivalOf(cleaned(record, isErased)));
  return waiting.length;
}

/** Before anything else: who was erased, and the secret by which she is known. */
async function restoreErased(place: Target, source: TableAccess): Promise<void> {
  const then = await pseudonymSecretStore(source).read();
  if (then === undefined) return;
  await pseudonymSecretStore(place.table).adopt(then);
  if ((await pseudonymSecretStore(place.table).read()) !== then) return;
  for (const pseudonym of await dynamoErasedStore(source).all())
    await place.erased.add(pseudonym, new Date());
  for (const mute of await dynamoMuteStore(source).all())
    if ((await place.mutes.of(mute.channel, mute.address)) === undefined) await place.mutes.mute(mute);
}

function addTo(result: RestoreResult, name: string, count: number): void {
  if (name === "roster" || name === "enrolments" || name === "sessions") result[name] += count;
  if (name === "sessions_known" || name === "alerts") result[name] += count;
}

/** What the backup has and this deployment has not. */
function missingOf(now: Setup, then: Setup): Setup {
  const ids = idsOf(now);
  const known = SETUP_LISTS.flatMap((list) => ids[list].map((id) => ({ list, id })));
  const { districts, schools, programs, providers, contacts, people } = withoutEntries(then, known);
  return {
    ...{ districts, schools, programs, providers, contacts, people },
    ...(now.default_owner === undefined && { default_owner: then.default_owner }),
    ...(now.id_pattern === undefined && { id_pattern: then.id_pattern }),
    ...(now.session_age_days === undefined && { session_age_days: then.session_age_days }),
    ...(now.settings === undefined && { settings: then.settings }),
  };
}

type Restoring = {
  place: Target;
  stores: { [Name in "setup" | "sessions" | "alerts"]: Target[Name] };
  isErased: (student_id: string) => boolean;
  dryRun: boolean;
};

const cleaned = (record: SessionRecord, isErased: Restoring["isErased"]): SessionRecord => ({
  ...record,
  content: withoutErasedContent(record.content, isErased),
});

const arrivalOf = ({ first_reported_at: reported, ...snapshot }: SessionRecord) => ({ snapshot, reported });

async function restoreSchool({ place, stores, isErased, dryRun }: Restoring, school_id: string) {
  const part = { roster: 0, enrolments: 0, sessions: 0, sessions_known: 0, alerts: 0 };
  const lost = <Row extends { student_id: string }>(
    rows: Row[],
    known: Row[],
    nameOf: (row: Row) => string,
  ) => {
    const names = new Set(known.map(nameOf));
    return rows.filter((row) => !isErased(row.student_id) && !names.has(nameOf(row)));
  };
  const { setup } = place;
  const roster = lost(
    await stores.setup.roster(school_id),
    await setup.roster(school_id),
    ({ student_id }) => student_id,
  );
  const enrolments = lost(
    await stores.setup.enrolments(school_id),
    await setup.enrolments(school_id),
    enrolmentName,
  );
  [part.roster, part.enrolments] = [roster.length, enrolments.length];
  if (!dryRun) {
    await place.setup.putRoster(roster);
    await place.setup.putEnrolments(enrolments);
  }
  const sessions = await restoreSessions({ place, stores, isErased, dryRun }, school_id);
  part.alerts = await restoreAlerts({ place, stores, isErased, dryRun }, school_id);
  return { ...part, ...sessions };
}

async function restoreSessions({ place, stores, isErased, dryRun }: Restoring, school_id: string) {
  const here = new Map((await place.sessions.ofSchool(school_id)).map((record) => [nameOf(record), record]));
  const stored = await stores.sessions.ofSchool(school_id);
  const newer = stored.filter((record) => (here.get(nameOf(record))?.order ?? -1) < record.order);
  if (!dryRun) for (const record of newer) await place.sessions.put(arrivalOf(cleaned(record, isErased)));
  return { sessions: newer.length, sessions_known: stored.length - newer.length };
}

const nameOf = ({ provider_id, session_id }: SessionRecord) => `${provider_id}#${session_id}`;

/** What people did about alerts is kept nowhere else. */
async function restoreAlerts(
  { place, stores, isErased, dryRun }: Restoring,
  school_id: string,
): Promise<number> {
  const known = new Set((await place.alerts.current(school_id)).map(({ id }) => id));
  const lost = (await stores.alerts.current(school_id)).filter(
    ({ id, subject }) => !known.has(id) && !isErased(subject),
  );
  // under the first version, as one that opens
  if (!dryRun) for (const alert of lost) await place.alerts.write({ ...alert, version: 1 });
  return lost.length;
}

export const restoreText = (result: RestoreResult, dryRun: boolean) =>
  [
    ...Object.entries(result).map(([name, count]) => `${name.replaceAll("_", " ")}: ${count}`),
    dryRun
      ? "Rehearsed: nothing was written."
      : "Restored. Keys of providers are made anew with `rollcall provider add`; views follow by the stream.",
  ].join("\n");
