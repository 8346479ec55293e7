import { paginateQuery, type DynamoDBClient, type QueryCommandInput } from "@aws-sdk/client-dynamodb";
import type { Item } from "./items.ts";

export type TableAccess = { client: DynamoDBClient; tableName: string };

/** Every item of a query, page by page. */
export async function queryAll(table: TableAccess, input: QueryCommandInput): Promise<Item[]> {
  const items: Item[] = [];
  for await (const page of paginateQuery({ client: table.client }, input)) items.push(...(page.Items ?? []));
  return items;
}
