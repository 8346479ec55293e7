import type { AttributeValue } from "@aws-sdk/client-dynamodb";
import type { SessionRecord } from "../domain/session-record.ts";
import { ATTRIBUTE, sessionIdsOf, type TableKey } from "./table.ts";

export type Item = Record<string, AttributeValue>;

export const text = (value: string): AttributeValue => ({ S: value });
export const number = (value: number): AttributeValue => ({ N: String(value) });
export const keyItem = ({ pk, sk }: TableKey): Item => ({
  [ATTRIBUTE.pk]: { S: pk },
  [ATTRIBUTE.sk]: { S: sk },
});

export function keyOf(item: Item): TableKey {
  return { pk: item[ATTRIBUTE.pk]?.S ?? "", sk: item[ATTRIBUTE.sk]?.S ?? "" };
}

export const numberOf = (item: Item, name: string) => Number(item[name]?.N ?? Number.NaN);

/** A session record as it lies in the table, under whichever key it has. */
export function sessionItem(key: TableKey, record: SessionRecord): Item {
  const item: Item = {
    ...keyItem(key),
    [ATTRIBUTE.order]: number(record.order),
    [ATTRIBUTE.content]: text(record.content),
  };
  if (record.day !== undefined) item[ATTRIBUTE.day] = text(record.day);
  if (record.first_reported_at !== undefined) item[ATTRIBUTE.reported] = text(record.first_reported_at);
  return item;
}

/** A damaged record is still handed on, with an empty content: it is counted as unreadable, never dropped. */
export function sessionOfItem(item: Item): SessionRecord {
  const ids = sessionIdsOf(keyOf(item));
  if (ids === undefined) throw new Error("a session record has a key that is not a session's");
  return {
    ...ids,
    order: numberOf(item, ATTRIBUTE.order),
    content: item[ATTRIBUTE.content]?.S ?? "",
    day: item[ATTRIBUTE.day]?.S,
    first_reported_at: item[ATTRIBUTE.reported]?.S,
  };
}
