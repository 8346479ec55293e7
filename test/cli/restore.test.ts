import { describe, expect, it } from "vitest";
import { dynamoAlertStore } from "../../adapters/alert-store.ts";
import { dynamoErasedStore } from "../../adapters/erased-store.ts";
import { erasedStudents, pseudonyms } from "../../adapters/pseudonyms.ts";
import { dynamoMuteStore } from "../../adapters/mute-store.ts";
import type { TableAccess } from "../../adapters/query.ts";
import { pseudonymSecretStore } from "../../adapters/secret-store.ts";
import { dynamoSessionStore } from "../../adapters/session-store.ts";
import { dynamoSetupStore } from "../../adapters/setup-store.ts";
import { recomputeDay, summarizeDay } from "../../adapters/summarize-day.ts";
import { dynamoSummaryStore } from "../../adapters/summary-store.ts";
import { rebuild } from "../../cli/rebuild.ts";
import { restore } from "../../cli/restore.ts";
import type { Target } from "../../cli/target.ts";
import { SessionEvent } from "../../domain/session-event.ts";
import { arrivalOf, snapshotOf } from "../../domain/session-record.ts";
import { Setup } from "../../domain/setup.ts";
import { freshTable } from "../support/dynamo.ts";
import { completed } from "../support/world.ts";

const DAY = "2026-03-02";
const NOW = new Date("2026-03-03T12:00:00Z");
const quiet = { progress: () => undefined };

function placeOf(table: TableAccess) {
  const stores = {
    table,
    setup: dynamoSetupStore(table),
    sessions: dynamoSessionStore(table),
    summaries: dynamoSummaryStore(table),
    alerts: dynamoAlertStore(table),
    erased: dynamoErasedStore(table),
    mutes: dynamoMuteStore(table),
    pseudonym: pseudonyms(pseudonymSecretStore(table)),
    isErased: () => erasedStudents(table),
  };
  // as much of a target as restoring needs
  return stores as unknown as Target;
}

const arrival = (session_id: string, more: Record<string, unknown> = {}) =>
  arrivalOf(
    snapshotOf(SessionEvent.parse(completed({ session_id, school_id: "A", ...more })), "p"),
    DAY,
    NOW,
  );

async function filled() {
  const place = placeOf(await freshTable());
  await place.setup.put(
    Setup.parse({
      districts: [{ district_id: "D" }],
      schools: [{ school_id: "A", district_id: "D", time_zone: "America/Denver" }],
      providers: [{ provider_id: "p", contracts: [{}] }],
      id_pattern: "\\w+",
    }),
  );
  await place.setup.putRoster([
    { school_id: "A", student_id: "0016740395" },
    { school_id: "A", student_id: "gone" },
  ]);
  for (const id of ["1", "2", "3"]) await place.sessions.put(arrival(id));
  const students = [{ student_id: "gone", attendance_status: "present" }];
  await place.sessions.put(arrival("4", { students }));
  await place.sessions.quarantine.put(
    arrivalOf(snapshotOf(SessionEvent.parse(completed({ school_id: "later" })), "p"), undefined, NOW),
  );
  return place;
}

describe("rollcall restore", () => {
  it("rehearses, then brings back what is missing or older, and nobody who was erased", async () => {
    const backup = await filled();
    const place = placeOf(await freshTable());
    // what survived: one session, corrected since the backup
    await place.setup.put(await backup.setup.all());
    await place.sessions.put(arrival("1", { revision: 2, tutor_id: "T2" }));
    await place.erased.add(await place.pseudonym("gone"), NOW);
    const options = { fromTable: backup.table.tableName, ...quiet };
    const rehearsed = await restore(place, { ...options, dryRun: true });
    expect(rehearsed).toMatchObject({ set_up: 0, roster: 1, sessions: 3, sessions_known: 1, quarantined: 1 });
    expect((await place.sessions.ofSchool("A")).length).toBe(1);
    expect(await restore(place, { ...options, dryRun: false })).toEqual(rehearsed);
    const records = await place.sessions.ofSchool("A");
    expect(records.length).toBe(4);
    expect(records.find(({ session_id }) => session_id === "1")?.order).toBe(9);
    expect(records.every(({ first_reported_at }) => first_reported_at === NOW.toISOString())).toBe(true);
    expect(JSON.stringify([records, await place.setup.roster("A")])).not.toContain("gone");
    expect(await restore(place, { ...options, dryRun: false })).toMatchObject({
      sessions: 0,
      sessions_known: 4,
    });
  });

  it("brings back who was erased before the backup with a table that lost everything", async () => {
    const backup = await filled();
    await backup.erased.add(await backup.pseudonym("gone"), NOW);
    const place = placeOf(await freshTable());
    await restore(place, { fromTable: backup.table.tableName, dryRun: false, ...quiet });
    expect(await place.setup.all()).toEqual(await backup.setup.all());
    expect((await place.isErased())("gone")).toBe(true);
    expect(JSON.stringify([await place.sessions.ofSchool("A"), await place.setup.roster("A")])).not.toContain(
      "gone",
    );
  });

  it("is followed by a rebuild, to the same bytes as before the loss", async () => {
    const backup = await filled();
    await summarizeDay(backup, { school_id: "A", day: DAY });
    const place = placeOf(await freshTable());
    await restore(place, { fromTable: backup.table.tableName, dryRun: false, ...quiet });
    await rebuild(place, { school: undefined, dryRun: false, ...quiet, untilUnread: async () => undefined });
    const range = { school_id: "A", from: "0000", to: "9999" };
    const packed = async (of: Target) => (await of.summaries.read(range)).map((one) => one.packed);
    expect(await packed(place)).toEqual(await packed(backup));
    expect(await packed(place)).toHaveLength(1);
  });
});

describe("rollcall rebuild", () => {
  it("writes a new generation on DynamoDB, lets it count, and deletes the old one", async () => {
    const place = await filled();
    await recomputeDay(place, { school_id: "A", day: DAY, generation: 0 });
    await place.summaries.write({ school_id: "A", day: DAY, generation: 0 }, 1, "damaged");
    const lines: string[] = [];
    const options = {
      school: "A",
      progress: (line: string) => void lines.push(line),
      untilUnread: async () => undefined,
    };
    expect(await rebuild(place, { ...options, dryRun: true })).toMatchObject({ days: 1 });
    const { schools } = await rebuild(place, { ...options, dryRun: false });
    expect(schools).toEqual([{ school_id: "A", generation: 1, days: 1, resumed: false }]);
    expect(lines).toEqual(["school A (1 of 1): 1 of 1 days"]);
    const [stored] = await place.summaries.read({ school_id: "A", from: DAY, to: DAY });
    expect(stored?.packed).toContain("0016740395");
    expect(await place.summaries.stored({ school_id: "A", day: DAY, generation: 0 })).toBeUndefined();
    expect(await place.summaries.generations("A")).toMatchObject({ current: 1 });
    await expect(rebuild(place, { ...options, school: "B", dryRun: false })).rejects.toThrow("not set up");
  });
});
