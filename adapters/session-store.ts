import {
  DeleteItemCommand,
  GetItemCommand,
  paginateQuery,
  PutItemCommand,
  UpdateItemCommand,
} from "@aws-sdk/client-dynamodb";
import { type Arrival, type SessionKey, type SessionRecord } from "../domain/session-record.ts";
import { getAll, queryAll, type TableAccess } from "./query.ts";
import { RETENTION } from "../domain/retention.ts";
import { putUnderOrder, refusedBy, unchanged, type Place, type Stored } from "./write-under-order.ts";
import { addStamp } from "./stamp-store.ts";
import { keyItem, number, sessionOfItem, text, type Item } from "./items.ts";
import {
  ATTRIBUTE,
  BY_DAY_INDEX,
  expiresAfter,
  expiresAt,
  markKey,
  quarantineKey,
  quarantineOf,
  schoolPartition,
  sessionKey,
  sessionsOf,
  type TableKey,
} from "./table.ts";

/** The facts of sessions. `quarantine` keeps those of schools that are not set up yet, by the same rule. */
export type SessionStore = {
  /** Applies the revision rule in one conditional write. Resolves only when what it says is durable. */
  put(arrival: Arrival): Promise<Stored>;
  get(key: SessionKey): Promise<SessionRecord | undefined>;
  /** Which of the keys have a record. */
  existing(keys: readonly SessionKey[]): Promise<SessionKey[]>;
  /** Every record of a school's day, read consistently. */
  onDay(school_id: string, day: string): Promise<SessionRecord[]>;
  /** Every record of a school. */
  ofSchool(school_id: string): Promise<SessionRecord[]>;
  /** Gives a record another day, unless something newer came meanwhile; false then. Nothing else of it changes. */
  move(record: SessionRecord, day: string): Promise<boolean>;
  /** Puts another content in place of a record's, unless something newer came meanwhile; false then. */
  rewrite(record: SessionRecord, content: string): Promise<boolean>;
  /** Makes a day dirty again without touching a fact. */
  mark(school_id: string, day: string, now: Date): Promise<void>;
  quarantine: {
    put(arrival: Arrival): Promise<Stored>;
    count(provider_id: string): Promise<number>;
    waiting(provider_id: string, school_id?: string): Promise<SessionRecord[]>;
    /** Deletes under the order and arrival that were read; false when the record has changed since. */
    release(record: SessionRecord): Promise<boolean>;
    rewrite(record: SessionRecord, content: string): Promise<boolean>;
  };
};

export function dynamoSessionStore(table: TableAccess): SessionStore {
  return {
    put: (arrival) => putUnderOrder(table, sessionPlace(arrival), arrival),
    get: (key) => getRecord(table, sessionKey(key)),
    existing: (keys) => existingKeys(table, keys),
    onDay: (school_id, day) => queryDay(table, school_id, day),
    ofSchool: (school_id) => querySchool(table, school_id),
    move: (record, day) => moveUnchanged(table, record, day),
    rewrite: (record, content) => rewriteUnchanged(table, { key: sessionKey(record), record, content }),
    mark: (school_id, day, now) => putMark(table, { school_id, day, now }),
    quarantine: {
      put: (arrival) =>
        thenCounted(table, putUnderOrder(table, quarantinePlace(arrival), arrival), arrival.snapshot),
      count: (provider_id) => countQuarantine(table, provider_id),
      waiting: (provider_id, school_id) => queryQuarantine(table, quarantineOf(provider_id, school_id)),
      release: (record) => thenCounted(table, deleteUnchanged(table, record), record),
      rewrite: (record, content) => rewriteUnchanged(table, { key: quarantineKey(record), record, content }),
    },
  };
}

/** What waits of a provider is another number now. */
async function thenCounted<T>(
  table: TableAccess,
  write: Promise<T>,
  { provider_id }: SessionKey,
): Promise<T> {
  const answer = await write;
  await addStamp(table, { kind: "provider", id: provider_id });
  return answer;
}

/** A session expires years after its day; one without a day holds no student. */
const sessionPlace = ({ snapshot }: Arrival): Place => ({
  key: sessionKey(snapshot),
  expires: snapshot.day === undefined ? undefined : expiresAfter(snapshot.day, RETENTION.sessions),
});
const quarantinePlace = ({ snapshot }: Arrival): Place => ({
  key: quarantineKey(snapshot),
  expires: expiresAt(new Date(), RETENTION.quarantine),
});

async function getRecord(table: TableAccess, key: TableKey): Promise<SessionRecord | undefined> {
  const command = new GetItemCommand({ TableName: table.tableName, Key: keyItem(key), ConsistentRead: true });
  const { Item: item } = await table.client.send(command);
  return item === undefined ? undefined : sessionOfItem(item);
}

async function existingKeys(table: TableAccess, keys: readonly SessionKey[]): Promise<SessionKey[]> {
  // the same key twice in one request is refused as a whole
  const distinct = new Map(keys.map((key) => [JSON.stringify(sessionKey(key)), sessionKey(key)]));
  return (await getAll(table, [...distinct.values()])).map(sessionOfItem);
}

async function queryDay(table: TableAccess, school_id: string, day: string): Promise<SessionRecord[]> {
  const input = {
    TableName: table.tableName,
    IndexName: BY_DAY_INDEX,
    ConsistentRead: true,
    KeyConditionExpression: "#pk = :pk AND #day = :day",
    ExpressionAttributeNames: { "#pk": ATTRIBUTE.pk, "#day": ATTRIBUTE.day },
    ExpressionAttributeValues: { ":pk": text(schoolPartition(school_id)), ":day": text(day) },
  };
  return (await queryAll(table, input)).map(sessionOfItem);
}

async function querySchool(table: TableAccess, school_id: string): Promise<SessionRecord[]> {
  const { pk, skPrefix } = sessionsOf(school_id);
  const items = await queryAll(table, {
    TableName: table.tableName,
    ConsistentRead: true,
    KeyConditionExpression: "#pk = :pk AND begins_with(#sk, :sk)",
    ExpressionAttributeNames: { "#pk": ATTRIBUTE.pk, "#sk": ATTRIBUTE.sk },
    ExpressionAttributeValues: { ":pk": text(pk), ":sk": text(skPrefix) },
  });
  return items.map(sessionOfItem);
}

async function moveUnchanged(table: TableAccess, record: SessionRecord, day: string): Promise<boolean> {
  const { ExpressionAttributeNames, ExpressionAttributeValues, ConditionExpression } = unchanged(record);
  const command = new UpdateItemCommand({
    TableName: table.tableName,
    Key: keyItem(sessionKey(record)),
    UpdateExpression: "SET #day = :day, #expires = :expires",
    ConditionExpression,
    ExpressionAttributeNames: {
      ...ExpressionAttributeNames,
      "#day": ATTRIBUTE.day,
      "#expires": ATTRIBUTE.expires,
    },
    ExpressionAttributeValues: {
      ...ExpressionAttributeValues,
      ":day": text(day),
      ":expires": number(expiresAfter(day, RETENTION.sessions)),
    },
  });
  return (await refusedBy(() => table.client.send(command))) === undefined;
}

type Rewrite = { key: TableKey; record: SessionRecord; content: string };

async function rewriteUnchanged(table: TableAccess, { key, record, content }: Rewrite): Promise<boolean> {
  const { ExpressionAttributeNames, ExpressionAttributeValues, ConditionExpression } = unchanged(record);
  const command = new UpdateItemCommand({
    TableName: table.tableName,
    Key: keyItem(key),
    UpdateExpression: "SET #content = :content",
    ConditionExpression: `${ConditionExpression} AND #content = :known`,
    ExpressionAttributeNames: { ...ExpressionAttributeNames, "#content": ATTRIBUTE.content },
    ExpressionAttributeValues: {
      ...ExpressionAttributeValues,
      ":content": text(content),
      ":known": text(record.content),
    },
  });
  return (await refusedBy(() => table.client.send(command))) === undefined;
}

type Mark = { school_id: string; day: string; now: Date };
const MARK_DAYS = 30;

async function putMark(table: TableAccess, { school_id, day, now }: Mark): Promise<void> {
  const item: Item = {
    ...keyItem(markKey(school_id, day)),
    [ATTRIBUTE.markedDay]: text(day),
    // a write that changes nothing wakes nobody
    [ATTRIBUTE.version]: number(now.getTime()),
    [ATTRIBUTE.expires]: number(expiresAt(now, MARK_DAYS)),
  };
  await table.client.send(new PutItemCommand({ TableName: table.tableName, Item: item }));
}

type Quarantine = ReturnType<typeof quarantineOf>;

function quarantineQuery(table: TableAccess, { pk, skPrefix }: Quarantine) {
  const within = skPrefix === "" ? "" : " AND begins_with(#sk, :sk)";
  return {
    TableName: table.tableName,
    ConsistentRead: true,
    KeyConditionExpression: `#pk = :pk${within}`,
    ExpressionAttributeNames: { "#pk": ATTRIBUTE.pk, ...(within && { "#sk": ATTRIBUTE.sk }) },
    ExpressionAttributeValues: { ":pk": text(pk), ...(within && { ":sk": text(skPrefix) }) },
  };
}

async function queryQuarantine(table: TableAccess, quarantine: Quarantine): Promise<SessionRecord[]> {
  return (await queryAll(table, quarantineQuery(table, quarantine))).map(sessionOfItem);
}

async function countQuarantine(table: TableAccess, provider_id: string): Promise<number> {
  const input = { ...quarantineQuery(table, quarantineOf(provider_id)), Select: "COUNT" as const };
  let count = 0;
  for await (const page of paginateQuery({ client: table.client }, input)) count += page.Count ?? 0;
  return count;
}

async function deleteUnchanged(table: TableAccess, record: SessionRecord): Promise<boolean> {
  const Key = keyItem(quarantineKey(record));
  const command = new DeleteItemCommand({ TableName: table.tableName, Key, ...unchanged(record) });
  return (await refusedBy(() => table.client.send(command))) === undefined;
}
