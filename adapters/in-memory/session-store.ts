import type { DynamoDBRecord } from "aws-lambda";
import { arrive, type Arrival, type SessionKey, type SessionRecord } from "../../domain/session-record.ts";
import { keyItem, number, sessionItem, text, type Item } from "../items.ts";
import type { SessionStore } from "../session-store.ts";
import { storedAs, type Stored } from "../write-under-order.ts";
import { InMemoryStampStore } from "./stamp-store.ts";
import { ATTRIBUTE, markKey, quarantineKey, sessionKey, type TableKey } from "../table.ts";

export type Stream = { records: DynamoDBRecord[] };

const nameOf = ({ pk, sk }: TableKey) => `${pk}\n${sk}`;

/** The same rule without a database; what it writes appears in `stream` as DynamoDB would show it. */
export class InMemorySessionStore implements SessionStore {
  readonly facts = new Map<string, SessionRecord>();
  readonly #waiting = new Map<string, SessionRecord>();
  readonly #days = new Map<string, Map<string, SessionRecord>>();
  readonly #stream: Stream;
  #sequence = 0;

  readonly #stamps: InMemoryStampStore;

  constructor(stream: Stream = { records: [] }, stamps = new InMemoryStampStore()) {
    this.#stream = stream;
    this.#stamps = stamps;
  }

  async put(arrival: Arrival): Promise<Stored> {
    const key = sessionKey(arrival.snapshot);
    const stored = this.facts.get(nameOf(key));
    const { outcome, write } = arrive(stored, arrival);
    if (write !== undefined) this.overwrite(write);
    return storedAs(outcome, write ?? stored ?? arrival.snapshot);
  }

  /** Puts a record past the rule, as a hand or a fault would; tests use it to damage one. */
  overwrite(record: SessionRecord): void {
    const key = sessionKey(record);
    const before = this.facts.get(nameOf(key));
    this.facts.set(nameOf(key), record);
    this.#index(before, record);
    this.#emit(key, before && sessionItem(key, before), sessionItem(key, record));
  }

  #index(before: SessionRecord | undefined, after: SessionRecord): void {
    const name = nameOf(sessionKey(after));
    if (before?.day !== undefined) this.#days.get(`${before.school_id}/${before.day}`)?.delete(name);
    if (after.day === undefined) return;
    const day = `${after.school_id}/${after.day}`;
    if (!this.#days.has(day)) this.#days.set(day, new Map());
    this.#days.get(day)?.set(name, after);
  }

  #emit(key: TableKey, before: Item | undefined, after: Item): void {
    this.#sequence += 1;
    this.#stream.records.push({
      eventID: String(this.#sequence),
      eventName: before === undefined ? "INSERT" : "MODIFY",
      dynamodb: {
        Keys: imageOf(keyItem(key)),
        ...(before && { OldImage: imageOf(before) }),
        NewImage: imageOf(after),
        SequenceNumber: String(this.#sequence),
      },
    });
  }

  async get(key: SessionKey): Promise<SessionRecord | undefined> {
    return this.facts.get(nameOf(sessionKey(key)));
  }

  async existing(keys: readonly SessionKey[]): Promise<SessionKey[]> {
    return keys.filter((key) => this.facts.has(nameOf(sessionKey(key))));
  }

  async onDay(school_id: string, day: string): Promise<SessionRecord[]> {
    return [...(this.#days.get(`${school_id}/${day}`)?.values() ?? [])];
  }

  async ofSchool(school_id: string): Promise<SessionRecord[]> {
    return [...this.facts.values()].filter((record) => record.school_id === school_id);
  }

  async move(record: SessionRecord, day: string): Promise<boolean> {
    const stored = this.facts.get(nameOf(sessionKey(record)));
    if (stored?.order !== record.order || stored.first_reported_at !== record.first_reported_at) return false;
    this.overwrite({ ...stored, day });
    return true;
  }

  async rewrite(record: SessionRecord, content: string): Promise<boolean> {
    const stored = this.facts.get(nameOf(sessionKey(record)));
    if (stored?.content !== record.content) return false;
    if (stored?.order !== record.order || stored.first_reported_at !== record.first_reported_at) return false;
    this.overwrite({ ...stored, content });
    return true;
  }

  async mark(school_id: string, day: string, now: Date): Promise<void> {
    const key = markKey(school_id, day);
    const item = {
      ...keyItem(key),
      [ATTRIBUTE.markedDay]: text(day),
      [ATTRIBUTE.version]: number(now.getTime()),
    };
    this.#emit(key, undefined, item);
  }

  readonly quarantine = {
    put: async (arrival: Arrival): Promise<Stored> => {
      const name = nameOf(quarantineKey(arrival.snapshot));
      const stored = this.#waiting.get(name);
      const { outcome, write } = arrive(stored, arrival);
      if (write !== undefined) this.#waiting.set(name, write);
      this.#stamps.add({ kind: "provider", id: arrival.snapshot.provider_id });
      return storedAs(outcome, write ?? stored ?? arrival.snapshot);
    },
    count: async (provider_id: string) => (await this.quarantine.waiting(provider_id)).length,
    waiting: async (provider_id: string, school_id?: string): Promise<SessionRecord[]> => {
      const own = [...this.#waiting.values()].filter((record) => record.provider_id === provider_id);
      return school_id === undefined ? own : own.filter((record) => record.school_id === school_id);
    },
    release: async (record: SessionRecord): Promise<boolean> => {
      const name = nameOf(quarantineKey(record));
      const stored = this.#waiting.get(name);
      this.#stamps.add({ kind: "provider", id: record.provider_id });
      if (stored?.order !== record.order || stored.first_reported_at !== record.first_reported_at)
        return false;
      return this.#waiting.delete(name);
    },
    rewrite: async (record: SessionRecord, content: string): Promise<boolean> => {
      const name = nameOf(quarantineKey(record));
      const stored = this.#waiting.get(name);
      if (stored?.content !== record.content) return false;
      if (stored.order !== record.order || stored.first_reported_at !== record.first_reported_at)
        return false;
      this.#waiting.set(name, { ...stored, content });
      return true;
    },
  };
}

type Image = NonNullable<NonNullable<DynamoDBRecord["dynamodb"]>["Keys"]>;

/** Texts and numbers are all that a session record holds. */
function imageOf(item: Item): Image {
  const image: Image = {};
  for (const [name, value] of Object.entries(item)) {
    if (value.S !== undefined) image[name] = { S: value.S };
    if (value.N !== undefined) image[name] = { N: value.N };
  }
  return image;
}
