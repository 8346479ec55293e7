import { PutItemCommand, ScanCommand } from "@aws-sdk/client-dynamodb";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { beforeEach, describe, expect, it } from "vitest";
import { dynamoAlertStore } from "../../adapters/alert-store.ts";
import { dynamoAuditStore } from "../../adapters/audit-store.ts";
import { dynamoFailureStore } from "../../adapters/failure-store.ts";
import { dynamoMessageStore } from "../../adapters/message-store.ts";
import type { TableAccess } from "../../adapters/query.ts";
import { dynamoRefusalStore } from "../../adapters/refusal-store.ts";
import { dynamoSessionStore } from "../../adapters/session-store.ts";
import { dynamoSummaryStore } from "../../adapters/summary-store.ts";
import { Message } from "../../domain/message.ts";
import { RETENTION } from "../../domain/retention.ts";
import { freshTable } from "../support/dynamo.ts";

const PRIVACY = readFileSync(join(import.meta.dirname, "..", "..", "docs", "privacy.md"), "utf8");
const DAY = "2026-03-02";
const AT = new Date(`${DAY}T00:00:00Z`);
const key = { school_id: "A", provider_id: "P", session_id: "S" };
const snapshot = { ...key, order: 5, content: "{}", day: DAY };

type Kept = {
  /** How the page begins the row. */
  what: string;
  said: string;
  days: number;
  /** What the period counts from: the day of the session, or now. */
  from: () => Date;
  store: (table: TableAccess) => Promise<unknown>;
};
const kinds: Kept[] = [
  {
    ...{ what: "session:", said: "5 years after the session", days: 5 * 365.25, from: () => AT },
    store: (table) => dynamoSessionStore(table).put({ snapshot, reported: undefined }),
  },
  {
    ...{ what: "summaries", said: "with their sessions", days: 5 * 365.25, from: () => AT },
    store: (table) => dynamoSummaryStore(table).write({ school_id: "A", day: DAY }, 0, "x"),
  },
  {
    ...{ what: "alerts:", said: "3 years after they are over", days: 3 * 365.25, from: () => AT },
    store: (table) =>
      dynamoAlertStore(table).archive({
        ...{
          school_id: "A",
          id: "a",
          rule: "off-pace",
          subject: "1",
          provider_ids: [],
          first_day: "2026-01-05",
        },
        ...{ state: "resolved", history: [], resolved_day: DAY, facts: {}, version: 1 },
      }),
  },
  {
    ...{ what: "messages:", said: "400 days", days: 400, from: () => AT },
    store: (table) =>
      dynamoMessageStore(table).write(
        Message.parse({
          ...{ message_id: `c#${DAY}#digest`, kind: "digest", contact_id: "c", day: DAY, sections: [] },
          ...{ state: "sent", decided_at: AT.toISOString(), version: 1 },
        }),
      ),
  },
  {
    ...{
      what: "events for schools that are not set up",
      said: "1 year",
      days: 365.25,
      from: () => new Date(),
    },
    store: (table) =>
      dynamoSessionStore(table).quarantine.put({
        snapshot: { ...snapshot, day: undefined },
        reported: undefined,
      }),
  },
  {
    ...{ what: "what was wrong with a provider's event", said: "30 days", days: 30, from: () => AT },
    store: (table) =>
      dynamoRefusalStore(table).keep({ provider_id: "P", request_id: "r", at: AT, refused: [] }),
  },
  {
    ...{ what: "records that could not be used", said: "90 days", days: 90, from: () => new Date() },
    store: (table) => dynamoFailureStore(table).keep({ eventID: "1" }),
  },
  {
    ...{ what: "audit log", said: "7 years", days: 7 * 365.25, from: () => AT },
    store: (table) => dynamoAuditStore(table).append({ who: "w", what: "read", at: AT.toISOString() }),
  },
];

describe("what the privacy page promises", () => {
  let table: Awaited<ReturnType<typeof freshTable>>;
  beforeEach(async () => {
    table = await freshTable();
  });

  it.each(kinds.map((kind) => [kind.what, kind] as const))("%s ends when it says", async (_, kind) => {
    const line = PRIVACY.split("\n").find((one) => one.startsWith(`| ${kind.what}`));
    expect(line?.split("|").at(-2)?.trim()).toBe(kind.said);
    await kind.store(table);
    const { Items = [] } = await table.client.send(new ScanCommand({ TableName: table.tableName }));
    const ends = Items.flatMap(({ expires }) => (expires?.N === undefined ? [] : [Number(expires.N)]));
    const days = ends.map((end) => (end - kind.from().getTime() / 1000) / 86_400);
    // marks and counts of an hour end by themselves; the kind's own item is the one that is kept
    const longest = Math.max(...days);
    expect(Math.abs(longest - kind.days)).toBeLessThan(8);
  });

  it("is counted from the day of the snapshot that counts, whatever else arrives", async () => {
    const store = dynamoSessionStore(table);
    const ends = async () => {
      const { Items = [] } = await table.client.send(new ScanCommand({ TableName: table.tableName }));
      return Items.filter(({ sk }) => sk?.S?.includes("S") === true).map(({ day, expires, reported }) => [
        day?.S,
        Number(expires?.N),
        reported?.S,
      ]);
    };
    const endOf = (day: string) => Date.parse(`${day}T00:00:00Z`) / 1000 + RETENTION.sessions * 86_400;
    const put = (order: number, day: string, reported: string) =>
      store.put({ snapshot: { ...snapshot, order, day, content: `{"o":${order}}` }, reported });

    expect((await put(9, "2026-03-04", "2026-03-04T20:00:00.000Z")).outcome).toBe("accepted");
    expect(await ends()).toEqual([["2026-03-04", endOf("2026-03-04"), "2026-03-04T20:00:00.000Z"]]);
    // stale, and of a day long ago, but it came first
    expect((await put(5, "2021-01-01", "2026-03-04T19:00:00.000Z")).outcome).toBe("stale");
    expect(await ends()).toEqual([["2026-03-04", endOf("2026-03-04"), "2026-03-04T19:00:00.000Z"]]);
    // newer, though it came earlier
    expect((await put(13, "2026-03-05", "2026-03-04T18:00:00.000Z")).outcome).toBe("accepted");
    expect(await ends()).toEqual([["2026-03-05", endOf("2026-03-05"), "2026-03-04T18:00:00.000Z"]]);
    const [record] = await store.ofSchool("A");
    expect(record && (await store.move(record, "2026-03-06"))).toBe(true);
    expect(await ends()).toEqual([["2026-03-06", endOf("2026-03-06"), "2026-03-04T18:00:00.000Z"]]);
  });

  it("is no promise about an item without an end (control)", async () => {
    const Item = { pk: { S: "x" }, sk: { S: "y" } };
    await table.client.send(new PutItemCommand({ TableName: table.tableName, Item }));
    const { Items = [] } = await table.client.send(new ScanCommand({ TableName: table.tableName }));
    expect(Items.filter(({ expires }) => expires !== undefined)).toEqual([]);
  });
});
