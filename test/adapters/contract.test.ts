import { describe, expect, it } from "vitest";
import { dynamoAlertStore, type AlertStore } from "../../adapters/alert-store.ts";
import { InMemoryAlertStore } from "../../adapters/in-memory/alert-store.ts";
import { InMemoryMessageStore } from "../../adapters/in-memory/message-store.ts";
import { InMemoryMuteStore } from "../../adapters/in-memory/mute-store.ts";
import { InMemoryQuotaStore } from "../../adapters/in-memory/quota-store.ts";
import { InMemoryRefusalStore } from "../../adapters/in-memory/refusal-store.ts";
import { dynamoQuotaStore, type QuotaStore } from "../../adapters/quota-store.ts";
import { dynamoRefusalStore, type RefusalStore } from "../../adapters/refusal-store.ts";
import { InMemorySweepStore } from "../../adapters/in-memory/sweep-store.ts";
import { dynamoMessageStore, type MessageStore } from "../../adapters/message-store.ts";
import { dynamoMuteStore, type MuteStore } from "../../adapters/mute-store.ts";
import { dynamoSweepStore, type SweepStore } from "../../adapters/sweep-store.ts";
import { CHANNELS } from "../../domain/words.ts";
import { alertId } from "../../domain/alert.ts";
import { Contact } from "../../domain/contact.ts";
import { nothingSetUp } from "../../domain/setup.ts";
import { InMemorySessionStore } from "../../adapters/in-memory/session-store.ts";
import { InMemorySetupStore } from "../../adapters/in-memory/setup-store.ts";
import { InMemorySummaryStore } from "../../adapters/in-memory/summary-store.ts";
import { dynamoSessionStore, type SessionStore } from "../../adapters/session-store.ts";
import { dynamoSetupStore, type SetupStore } from "../../adapters/setup-store.ts";
import { dynamoStampStore, type StampStore } from "../../adapters/stamp-store.ts";
import { InMemoryStampStore } from "../../adapters/in-memory/stamp-store.ts";
import { dynamoSummaryStore, type SummaryStore } from "../../adapters/summary-store.ts";
import type { Arrival, SessionRecord } from "../../domain/session-record.ts";
import { concurrently } from "../../adapters/concurrently.ts";
import { freshTable } from "../support/dynamo.ts";
import { announceSeed, seeded, type Random } from "../support/random.ts";

type Stores = {
  sessions: SessionStore;
  summaries: SummaryStore;
  setup: SetupStore;
  alerts: AlertStore;
  messages: MessageStore;
  mutes: MuteStore;
  sweeps: SweepStore;
  quotas: QuotaStore;
  refusals: RefusalStore;
  stamps: StampStore;
};
/** One operation and what it answers, in a form that can be compared. */
type Operation = (stores: Stores) => Promise<unknown>;

const SCHOOLS = ["A", "B"];
const PROVIDERS = ["north-star", "bright-path"];
const NOW = "2026-03-02T14:00:00.000Z";
const DAYS = ["2026-03-02", "2026-03-03", "2026-03-04"];
const two = (number: number) => String(number).padStart(2, "0");

function keyOf(random: Random) {
  return {
    school_id: random.pick(SCHOOLS),
    provider_id: random.pick(PROVIDERS),
    session_id: `S-${random.below(6)}`,
  };
}

function arrivalOf(random: Random): Arrival {
  const order = 4 * (1 + random.below(4)) + random.below(3);
  const content = order % 4 === 2 ? "{}" : `{"c":${random.below(2)}}`;
  const day = order % 4 === 2 ? undefined : random.pick(DAYS);
  const reported =
    order % 4 === 1 ? `2026-03-0${1 + random.below(9)}T10:${two(random.below(60))}:00.000Z` : undefined;
  return { snapshot: { ...keyOf(random), order, content, day }, reported };
}

const canonical = (row: object) => JSON.stringify(Object.entries(row).sort());

const byKey = (records: SessionRecord[]) =>
  records
    .map((record) => JSON.stringify([record.school_id, record.provider_id, record.session_id, record]))
    .sort();

/** A summary now and then larger than one item may be. */
const packedOf = (random: Random) =>
  random.chance(0.05)
    ? JSON.stringify(Array.from({ length: 700 }, () => random.below(1e9)))
    : `{"n":${random.below(3)}}`;

const OPERATIONS: ((random: Random) => Operation)[] = [
  ...Array.from({ length: 5 }, () => (random: Random): Operation => {
    const arrival = arrivalOf(random);
    return ({ sessions }) => sessions.put(arrival);
  }),
  (random) => {
    const key = keyOf(random);
    return ({ sessions }) => sessions.get(key);
  },
  (random) => {
    const [school_id, place, day] = [random.pick(SCHOOLS), random.below(6), random.pick(DAYS)];
    const older = random.chance(0.3);
    return async ({ sessions }) => {
      const all = await sessions.ofSchool(school_id);
      const record = all.sort((a, b) => (canonical(a) < canonical(b) ? -1 : 1))[place];
      if (record?.day === undefined) return byKey(all);
      return [byKey(all), await sessions.move(older ? { ...record, order: record.order - 1 } : record, day)];
    };
  },
  (random) => {
    const [school_id, day] = [random.pick(SCHOOLS), random.pick(DAYS)];
    return async ({ sessions }) => byKey(await sessions.onDay(school_id, day));
  },
  (random) => {
    const keys = [
      ...new Map(
        Array.from({ length: 3 }, () => keyOf(random)).map((key) => [JSON.stringify(key), key]),
      ).values(),
    ];
    return async ({ sessions }) =>
      (await sessions.existing(keys))
        .map(({ school_id, provider_id, session_id }) => `${school_id}/${provider_id}/${session_id}`)
        .sort();
  },
  (random) => {
    const arrival = arrivalOf(random);
    const waiting = { snapshot: { ...arrival.snapshot, day: undefined }, reported: arrival.reported };
    return ({ sessions }) => sessions.quarantine.put(waiting);
  },
  (random) => {
    const provider_id = random.pick(PROVIDERS);
    const school_id = random.chance(0.5) ? random.pick(SCHOOLS) : undefined;
    return async ({ sessions: { quarantine } }) => [
      await quarantine.count(provider_id),
      byKey(await quarantine.waiting(provider_id, school_id)),
    ];
  },
  (random) => {
    const provider_id = random.pick(PROVIDERS);
    const place = random.below(6);
    const older = random.chance(0.3);
    return async ({ sessions: { quarantine } }) => {
      const waiting = (await quarantine.waiting(provider_id)).sort((a, b) =>
        JSON.stringify(a) < JSON.stringify(b) ? -1 : 1,
      );
      const record = waiting[place];
      return record === undefined
        ? "none"
        : quarantine.release(older ? { ...record, order: record.order - 1 } : record);
    };
  },
  (random) => {
    const day = { school_id: random.pick(SCHOOLS), day: random.pick(DAYS) };
    const packed = packedOf(random);
    const stale = random.chance(0.3);
    return async ({ summaries }) => {
      const version = (await summaries.stored(day))?.version ?? 0;
      return [version, await summaries.write(day, stale ? version + 1 : version, packed)];
    };
  },
  (random) => {
    const [from, to] = [random.pick(DAYS), random.pick(DAYS)].sort() as [string, string];
    const school_id = random.pick(SCHOOLS);
    return ({ summaries }) => summaries.read({ school_id, from, to });
  },
  (random) => {
    const school_id = random.pick(SCHOOLS);
    const entry = { school_id, student_id: `${random.below(5)}`, from: random.pick(DAYS) };
    return async ({ setup }) => {
      await setup.putRoster([entry]);
      return (await setup.roster(school_id)).map(canonical).sort();
    };
  },
  (random) => {
    const school_id = random.pick(SCHOOLS);
    const provider = random.chance(0.5) ? { provider_id: random.pick(PROVIDERS) } : {};
    const entry = {
      school_id,
      student_id: `${random.below(5)}`,
      program_id: "P",
      ...provider,
      to: random.pick(DAYS),
    };
    return async ({ setup }) => {
      await setup.putEnrolments([entry]);
      return (await setup.enrolments(school_id)).map(canonical).sort();
    };
  },
  (random) => {
    const school = {
      school_id: random.pick(SCHOOLS),
      district_id: "D",
      time_zone: random.pick(["America/Denver", "America/Chicago"]),
    };
    const settings = random.chance(0.3) ? { missed_sessions: 2 + random.below(4) } : undefined;
    const default_owner = random.chance(0.3) ? `c${random.below(3)}` : undefined;
    return async ({ setup }) => {
      const before = await setup.all();
      await setup.put({ ...nothingSetUp(), schools: [school], settings, default_owner });
      const { schools, ...after } = await setup.all();
      expect(after.settings).toEqual(settings ?? before.settings);
      expect(after.default_owner).toEqual(default_owner ?? before.default_owner);
      return [canonical((await setup.school(school.school_id))!), schools.map(canonical).sort()];
    };
  },
  (random) => {
    const gone = { list: "schools", id: random.pick(SCHOOLS) } as const;
    const people = random.chance(0.5) ? [`p${random.below(3)}`] : undefined;
    return async ({ setup }) => {
      await setup.remove([gone]);
      await setup.noteNamed({ ...(people !== undefined && { people }) });
      expect(await setup.school(gone.id)).toBeUndefined();
      return [(await setup.all()).schools.map(canonical).sort(), await setup.lastNamed()];
    };
  },
  (random) => {
    const [school_id, subject] = [random.pick(SCHOOLS), `${random.below(3)}`];
    const id = alertId("student-missed-sessions", subject, random.pick(DAYS));
    const [ahead, state] = [random.chance(0.2) ? 2 : 1, random.pick(["open", "resolved"] as const)];
    return async ({ alerts }) => {
      const stored = (await alerts.current(school_id)).find((alert) => alert.id === id);
      const history = [{ at: NOW, step: "opened" as const }];
      const base = {
        school_id,
        id,
        rule: "student-missed-sessions",
        subject,
        first_day: "2026-03-02",
      } as const;
      const provider_ids = ["north-star"];
      return alerts.write({
        provider_ids,
        ...base,
        state,
        history,
        facts: { missed: 2 },
        version: (stored?.version ?? 0) + ahead,
      });
    };
  },
  (random) => {
    const [school_id, place, older] = [random.pick(SCHOOLS), random.below(3), random.chance(0.3)];
    return async ({ alerts }) => {
      const current = (await alerts.current(school_id)).sort((a, b) => (a.id < b.id ? -1 : 1));
      const alert = current[place];
      if (alert !== undefined) await alerts.archive(older ? { ...alert, version: alert.version - 1 } : alert);
      return [
        current.map(canonical),
        (await alerts.current(school_id)).map(canonical).sort(),
        (await alerts.log(school_id)).map(canonical).sort(),
      ];
    };
  },
  (random) => {
    const [contact_id, day, from] = [random.pick(["ada", "ada.b"]), random.pick(DAYS), random.pick(DAYS)];
    const kind = random.pick(["digest", "text"] as const);
    const message_id = `${contact_id}#${day}#${kind}${kind === "text" ? "#0" : ""}`;
    const [ahead, state] = [random.pick([0, 1, 1, 1, 2]), random.pick(["decided", "sent"] as const)];
    const message = {
      message_id,
      kind,
      contact_id,
      day,
      sections: [],
      state,
      decided_at: NOW,
      attempts: 0,
      left_out: 0,
      weekly: false,
    };
    return async ({ messages }) => {
      const version = Math.max(1, ((await messages.get(message_id))?.version ?? 0) + ahead);
      const done = await messages.write({ ...message, version });
      const after = await messages.get(message_id);
      return [done, canonical(after ?? {}), (await messages.of(contact_id, from)).map(canonical)];
    };
  },
  (random) => {
    const [channel, address] = [random.pick(CHANNELS), random.pick(["a@example.org", "b@example.org"])];
    const [why, act] = [random.pick(["bounced", "unsubscribed"] as const), random.below(3)];
    return async ({ mutes }) => {
      if (act === 0) await mutes.mute({ channel, address, why, at: NOW });
      if (act === 1) await mutes.unmute(channel, address);
      return [canonical((await mutes.of(channel, address)) ?? {}), (await mutes.all()).map(canonical).sort()];
    };
  },
  (random) => {
    const [school_id, day, write] = [random.pick(SCHOOLS), random.pick(DAYS), random.chance(0.5)];
    return async ({ sweeps }) => {
      if (write) await sweeps.swept(school_id, { day, basis: "x", scheduling: PROVIDERS });
      return canonical((await sweeps.state(school_id)) ?? {});
    };
  },
  (random) => {
    const [school_id, act, day] = [random.pick(SCHOOLS), random.below(4), random.pick(DAYS)];
    const ahead = random.chance(0.8) ? 1 : 2;
    return async ({ summaries }) => {
      const { current, building, version } = await summaries.generations(school_id);
      const next = version + ahead;
      const done =
        act === 0
          ? await summaries.point(school_id, { current, building: current + 1, left: 1, version: next })
          : act === 1 && building !== undefined
            ? await summaries.point(school_id, { current: building, version: next })
            : act === 2
              ? await summaries.write({ school_id, day, generation: building ?? current }, 0, "new")
              : await summaries.tidy(school_id);
      return [done, canonical(await summaries.generations(school_id))];
    };
  },
  (random) => {
    const [provider_id, events, second] = [random.pick(PROVIDERS), random.below(9), random.below(60)];
    const at = new Date(Date.parse(NOW) + (second + 60 * random.below(3)) * 1000);
    return async ({ quotas }) => quotas.add(provider_id, events, at);
  },
  (random) => {
    const [provider_id, from, to] = [random.pick(PROVIDERS), random.pick(DAYS), random.pick(DAYS)];
    const at = new Date(`${random.pick(DAYS)}T0${random.below(10)}:00:00Z`);
    const result = random.pick(["rejected", "conflict"] as const);
    const refused = Array.from({ length: random.below(30) }, (_, place) => ({
      event_id: place % 3 === 0 ? undefined : `e${place}`,
      result,
      errors: [{ pointer: "/data", detail: "is wrong" }],
      name: random.chance(0.1) ? undefined : `${random.below(12)}`,
      order: random.chance(0.2) ? undefined : random.below(12),
      isSettled: random.chance(0.1),
    }));
    const request_id = String(random.below(4));
    const taken = Array.from({ length: random.below(4) }, () => ({
      names: [`${random.below(12)}`, `${random.below(40)}`],
      outcome: random.pick(["accepted", "duplicate", "stale", "quarantined"] as const),
      order: random.below(14),
    }));
    return async ({ refusals }) => {
      await refusals.keep({ provider_id, request_id, at, refused });
      await refusals.settle(provider_id, taken);
      return (await refusals.between(provider_id, from, to)).map(canonical);
    };
  },
  (random) => {
    const contact_id = `c${random.below(3)}`;
    const contact = Contact.parse({
      contact_id,
      role: "site_lead",
      email: "a@example.org",
      school_ids: [random.pick(SCHOOLS)],
    });
    const write = random.chance(0.5);
    return async ({ setup }) => {
      if (write)
        await setup.put({ districts: [], schools: [], programs: [], providers: [], contacts: [contact] });
      return canonical((await setup.contact(contact_id)) ?? {});
    };
  },
];

const seed = announceSeed("adapter contract", 1888);
const COUNT = 7000;
/** Counts of changes, after each operation. */
const STAMPED = [
  ...SCHOOLS.map((id) => ({ kind: "school" as const, id })),
  ...PROVIDERS.map((id) => ({ kind: "provider" as const, id })),
];
const inMemory = (stamps = new InMemoryStampStore()): Stores => ({
  stamps,
  sessions: new InMemorySessionStore({ records: [] }, stamps),
  summaries: new InMemorySummaryStore(stamps),
  setup: new InMemorySetupStore({}, stamps),
  alerts: new InMemoryAlertStore(stamps),
  messages: new InMemoryMessageStore(),
  mutes: new InMemoryMuteStore(),
  sweeps: new InMemorySweepStore(),
  quotas: new InMemoryQuotaStore(),
  refusals: new InMemoryRefusalStore(stamps),
});

describe("the adapters in memory and on DynamoDB", () => {
  it(`give the same answers in ${COUNT} random operations`, { timeout: 600_000 }, async () => {
    const table = await freshTable();
    const dynamo: Stores = {
      sessions: dynamoSessionStore(table),
      // parts of a kilobyte, so that a summary of several items is met often
      summaries: dynamoSummaryStore(table, 1000),
      setup: dynamoSetupStore(table),
      alerts: dynamoAlertStore(table),
      messages: dynamoMessageStore(table),
      mutes: dynamoMuteStore(table),
      sweeps: dynamoSweepStore(table),
      quotas: dynamoQuotaStore(table),
      refusals: dynamoRefusalStore(table),
      stamps: dynamoStampStore(table),
    };
    const memory = inMemory();
    const random = seeded(seed);
    const differences: string[] = [];
    for (let number = 0; number < COUNT; number += 1) {
      const operation = random.pick(OPERATIONS)(random);
      const done = async (stores: Stores) => [await operation(stores), await stores.stamps.read(STAMPED)];
      const [expected, actual] = [await done(memory), await done(dynamo)];
      if (JSON.stringify(expected) !== JSON.stringify(actual)) {
        differences.push(
          `operation ${number}: ${JSON.stringify(expected)} in memory, ${JSON.stringify(actual)} on DynamoDB`,
        );
      }
    }
    expect(differences.slice(0, 3)).toEqual([]);
    // there was something to count
    expect(Math.min(...(await memory.stamps.read(STAMPED)))).toBeGreaterThan(50);
  });

  it("would be told apart if one forgot the rule (control)", async () => {
    class Forgetful extends InMemorySessionStore {
      override async put(arrival: Arrival) {
        await super.put(arrival);
        return { outcome: "accepted" as const, order: arrival.snapshot.order };
      }
    }
    const random = seeded(seed);
    const [a, b] = [inMemory(), { ...inMemory(), sessions: new Forgetful() }];
    let differences = 0;
    for (let number = 0; number < 200; number += 1) {
      const operation = random.pick(OPERATIONS)(random);
      if (JSON.stringify(await operation(a)) !== JSON.stringify(await operation(b))) differences += 1;
    }
    expect(differences).toBeGreaterThan(0);
  });

  it("read nothing from a day to an earlier one", async () => {
    const range = { school_id: "A", from: "2026-08-17", to: "2026-07-01" };
    for (const store of [dynamoSummaryStore(await freshTable()), new InMemorySummaryStore()])
      expect(await store.read(range)).toEqual([]);
  });

  it("keep the rule when writers of one session race", async () => {
    const sessions = dynamoSessionStore(await freshTable());
    const random = seeded(seed + 1);
    const key = { school_id: "A", provider_id: "north-star", session_id: "S" };
    for (let round = 0; round < 30; round += 1) {
      const school_id = `A-${round}`;
      const arrivals = Array.from({ length: 8 }, () => ({ ...arrivalOf(random) })).map(
        ({ snapshot, reported }) => ({
          snapshot: { ...snapshot, ...key, school_id, content: `{"c":${snapshot.order}}` },
          reported,
        }),
      );
      await concurrently(arrivals, 8, (arrival) => sessions.put(arrival));
      const record = (await sessions.get({ ...key, school_id }))!;
      const highest = Math.max(...arrivals.map(({ snapshot }) => snapshot.order));
      const earliest = arrivals.flatMap(({ reported }) => reported ?? []).sort()[0];
      expect([record.order, record.first_reported_at]).toEqual([highest, earliest]);
    }
  });
});
