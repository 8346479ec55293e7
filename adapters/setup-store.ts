import {
  BatchWriteItemCommand,
  DeleteItemCommand,
  GetItemCommand,
  PutItemCommand,
  type WriteRequest,
} from "@aws-sdk/client-dynamodb";
import { District, Enrolment, Program, Provider, RosterEntry, School, type Setup } from "../domain/setup.ts";
import * as z from "zod";
import { Person } from "../domain/person.ts";
import { Contact } from "../domain/contact.ts";
import { Id } from "../domain/ids.ts";
import { Overrides } from "../domain/settings.ts";
import type { SetupList, Unnamed } from "../domain/setup-prune.ts";
import { keyItem, keyOf, text, type Item } from "./items.ts";
import { queryAll, type TableAccess } from "./query.ts";
import { addStamp } from "./stamp-store.ts";
import {
  ATTRIBUTE,
  enrolmentKey,
  enrolmentPartition,
  rosterKey,
  rosterPartition,
  SETUP_PARTITION,
  setupKey,
  type TableKey,
} from "./table.ts";

export type EventRules = Pick<Setup, "id_pattern" | "session_age_days">;

/** The facts that the admin loads. */
export type SetupStore = {
  /** Read consistently, past every cache. */
  school(school_id: string): Promise<School | undefined>;
  contact(contact_id: string): Promise<Contact | undefined>;
  provider(provider_id: string): Promise<Provider | undefined>;
  /** What the deployment asks of every event; what is undefined has a safe default. */
  eventRules(): Promise<EventRules>;
  all(): Promise<Setup>;
  put(setup: Setup): Promise<void>;
  /** Takes out what the last file did not name. */
  remove(entries: readonly Unnamed[]): Promise<void>;
  /** The people and contacts that the last file named; a list that it did not hold is kept from the file before. */
  lastNamed(): Promise<Named>;
  noteNamed(named: Named): Promise<void>;
  roster(school_id: string): Promise<RosterEntry[]>;
  rosterEntry(school_id: string, student_id: string): Promise<RosterEntry | undefined>;
  putRoster(entries: readonly RosterEntry[]): Promise<void>;
  enrolments(school_id: string): Promise<Enrolment[]>;
  putEnrolments(enrolments: readonly Enrolment[]): Promise<void>;
  /** Deletes what a school's roster and enrolments say of a student. Resolves to how many entries there were. */
  forgetStudent(school_id: string, student_id: string): Promise<number>;
};

async function forget(table: TableAccess, school_id: string, student_id: string): Promise<number> {
  const items = await Promise.all(
    [rosterPartition(school_id), enrolmentPartition(school_id)].map((pk) => partition(table, pk)),
  );
  const own = items.flat().filter((item) => OfStudent.parse(docOf(item)).student_id === student_id);
  for (const item of own)
    await table.client.send(new DeleteItemCommand({ TableName: table.tableName, Key: keyItem(keyOf(item)) }));
  if (own.length > 0) await addStamp(table, { kind: "school", id: school_id });
  return own.length;
}

const OfStudent = z.looseObject({ student_id: z.string() });

const Named = z.object({ people: z.array(z.string()).optional(), contacts: z.array(z.string()).optional() });
/** Absent where no file held the list. */
export type Named = z.infer<typeof Named>;
const ID_PATTERN = setupKey("IDS", "pattern");
const AGE = setupKey("AGE", "sessions");
const NAMED = setupKey("NAMED", "last");

const KINDS: Record<SetupList, string> = {
  people: "PERSON",
  contacts: "CONTACT",
  providers: "PROVIDER",
  programs: "PROGRAM",
  schools: "SCHOOL",
  districts: "DISTRICT",
};

async function removeEntries({ client, tableName }: TableAccess, entries: readonly Unnamed[]): Promise<void> {
  for (const { list, id } of entries)
    await client.send(
      new DeleteItemCommand({ TableName: tableName, Key: keyItem(setupKey(KINDS[list], id)) }),
    );
}

type Document = { key: TableKey; value: unknown };

export function dynamoSetupStore(table: TableAccess): SetupStore {
  return {
    school: async (school_id) => {
      const doc = await getDoc(table, setupKey("SCHOOL", school_id));
      return doc === undefined ? undefined : School.parse(doc);
    },
    provider: async (provider_id) => {
      const doc = await getDoc(table, setupKey("PROVIDER", provider_id));
      return doc === undefined ? undefined : Provider.parse(doc);
    },
    contact: async (contact_id) => {
      const doc = await getDoc(table, setupKey("CONTACT", contact_id));
      return doc === undefined ? undefined : Contact.parse(doc);
    },
    eventRules: async () => {
      const [pattern, age] = await Promise.all([getDoc(table, ID_PATTERN), getDoc(table, AGE)]);
      return {
        id_pattern: z.string().optional().parse(pattern),
        session_age_days: z.int().optional().parse(age),
      };
    },
    all: () => readSetup(table),
    put: (setup) => putDocs(table, documentsOf(setup)),
    remove: (entries) => removeEntries(table, entries),
    lastNamed: async () => Named.parse((await getDoc(table, NAMED)) ?? {}),
    noteNamed: (value) => putDoc(table, { key: NAMED, value }),
    roster: async (school_id) =>
      (await partition(table, rosterPartition(school_id))).map((row) => RosterEntry.parse(docOf(row))),
    rosterEntry: async (school_id, student_id) => {
      const doc = await getDoc(table, rosterKey(school_id, student_id));
      return doc === undefined ? undefined : RosterEntry.parse(doc);
    },
    putRoster: (entries) => putOf(table, entries, (one) => rosterKey(one.school_id, one.student_id)),
    enrolments: async (school_id) =>
      (await partition(table, enrolmentPartition(school_id))).map((row) => Enrolment.parse(docOf(row))),
    putEnrolments: (enrolments) => putOf(table, enrolments, enrolmentKey),
    forgetStudent: (school_id, student_id) => forget(table, school_id, student_id),
  };
}

export const docOf = (item: Item): unknown => JSON.parse(item[ATTRIBUTE.doc]?.S ?? "null");

export async function getDoc(table: TableAccess, key: TableKey): Promise<unknown> {
  const command = new GetItemCommand({ TableName: table.tableName, Key: keyItem(key), ConsistentRead: true });
  const { Item: item } = await table.client.send(command);
  return item === undefined ? undefined : docOf(item);
}

export async function putDoc(table: TableAccess, { key, value }: Document): Promise<void> {
  await table.client.send(new PutItemCommand({ TableName: table.tableName, Item: docItem({ key, value }) }));
}

export const docItem = ({ key, value }: Document): Item => ({
  ...keyItem(key),
  [ATTRIBUTE.doc]: text(JSON.stringify(value)),
});

export function partition(table: TableAccess, pk: string): Promise<Item[]> {
  return queryAll(table, {
    TableName: table.tableName,
    ConsistentRead: true,
    KeyConditionExpression: "#pk = :pk",
    ExpressionAttributeNames: { "#pk": ATTRIBUTE.pk },
    ExpressionAttributeValues: { ":pk": text(pk) },
  });
}

const WRITE_LIMIT = 25;

/** Writes what belongs to schools, and counts one change for each of them. */
async function putOf<T extends { school_id: string }>(
  table: TableAccess,
  values: readonly T[],
  keyOf: (value: T) => TableKey,
): Promise<void> {
  await putDocs(
    table,
    values.map((value) => ({ key: keyOf(value), value })),
  );
  for (const id of new Set(values.map(({ school_id }) => school_id)))
    await addStamp(table, { kind: "school", id });
}

async function putDocs(table: TableAccess, documents: readonly Document[]): Promise<void> {
  for (let at = 0; at < documents.length; at += WRITE_LIMIT) {
    const puts = documents
      .slice(at, at + WRITE_LIMIT)
      .map((document) => ({ PutRequest: { Item: docItem(document) } }));
    await writeBatch(table, puts);
  }
}

async function writeBatch(table: TableAccess, requests: WriteRequest[]): Promise<void> {
  const command = new BatchWriteItemCommand({ RequestItems: { [table.tableName]: requests } });
  const left = (await table.client.send(command)).UnprocessedItems?.[table.tableName] ?? [];
  if (left.length > 0) await writeBatch(table, left);
}

function documentsOf(setup: Setup): Document[] {
  return [
    ...setup.districts.map((value) => ({ key: setupKey("DISTRICT", value.district_id), value })),
    ...setup.schools.map((value) => ({ key: setupKey("SCHOOL", value.school_id), value })),
    ...setup.programs.map((value) => ({ key: setupKey("PROGRAM", value.program_id), value })),
    ...setup.providers.map((value) => ({ key: setupKey("PROVIDER", value.provider_id), value })),
    ...setup.contacts.map((value) => ({ key: setupKey("CONTACT", value.contact_id), value })),
    ...(setup.people ?? []).map((value) => ({ key: setupKey("PERSON", value.person_id), value })),
    ...(setup.default_owner === undefined
      ? []
      : [{ key: setupKey("OWNER", "default"), value: setup.default_owner }]),
    ...(setup.id_pattern === undefined ? [] : [{ key: ID_PATTERN, value: setup.id_pattern }]),
    ...(setup.session_age_days === undefined ? [] : [{ key: AGE, value: setup.session_age_days }]),
    ...(setup.settings === undefined
      ? []
      : [{ key: setupKey("SETTINGS", "deployment"), value: setup.settings }]),
  ];
}

async function readSetup(table: TableAccess): Promise<Setup> {
  const items = await partition(table, SETUP_PARTITION);
  const of = (kind: string) => items.filter((item) => keyOf(item).sk.startsWith(`${kind}#`)).map(docOf);
  return {
    districts: of("DISTRICT").map((doc) => District.parse(doc)),
    schools: of("SCHOOL").map((doc) => School.parse(doc)),
    programs: of("PROGRAM").map((doc) => Program.parse(doc)),
    providers: of("PROVIDER").map((doc) => Provider.parse(doc)),
    contacts: of("CONTACT").map((doc) => Contact.parse(doc)),
    people: of("PERSON").map((doc) => Person.parse(doc)),
    default_owner: of("OWNER").map((doc) => Id.parse(doc))[0],
    id_pattern: of("IDS").map((doc) => z.string().parse(doc))[0],
    session_age_days: of("AGE").map((doc) => z.int().parse(doc))[0],
    settings: of("SETTINGS").map((doc) => Overrides.parse(doc))[0],
  };
}
