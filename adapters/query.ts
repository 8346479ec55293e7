import {
  BatchGetItemCommand,
  paginateQuery,
  type DynamoDBClient,
  type QueryCommandInput,
} from "@aws-sdk/client-dynamodb";
import { keyItem, type Item } from "./items.ts";
import type { TableKey } from "./table.ts";

export type TableAccess = { client: DynamoDBClient; tableName: string };

/** Every item of a query, page by page. */
export async function queryAll(table: TableAccess, input: QueryCommandInput): Promise<Item[]> {
  const items: Item[] = [];
  for await (const page of paginateQuery({ client: table.client }, input)) items.push(...(page.Items ?? []));
  return items;
}

/** Most keys that one request may name. */
const GET_LIMIT = 100;

/** The items of different keys that exist, read consistently, in any order. */
export async function getAll(table: TableAccess, keys: readonly TableKey[]): Promise<Item[]> {
  const found: Item[] = [];
  for (let at = 0; at < keys.length; at += GET_LIMIT)
    found.push(...(await getBatch(table, keys.slice(at, at + GET_LIMIT).map(keyItem))));
  return found;
}

async function getBatch(table: TableAccess, keys: Item[]): Promise<Item[]> {
  const RequestItems = { [table.tableName]: { Keys: keys, ConsistentRead: true } };
  const { Responses, UnprocessedKeys } = await table.client.send(new BatchGetItemCommand({ RequestItems }));
  const items = Responses?.[table.tableName] ?? [];
  const left = UnprocessedKeys?.[table.tableName]?.Keys ?? [];
  return left.length === 0 ? items : [...items, ...(await getBatch(table, left))];
}
