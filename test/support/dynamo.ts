import { DynamoDBClient } from "@aws-sdk/client-dynamodb";
import { randomUUID } from "node:crypto";
import { join } from "node:path";
import { dynamoWire } from "../../local/dynamo-wire.ts";
import { createTable } from "../../local/tables.ts";
import { readPlan } from "../../local/template.ts";

export const ASSEMBLY = join(import.meta.dirname, "..", "..", ".rollcall", "test-assembly");

/** A table of the synthesized template under a name of its own. */
export async function freshTable() {
  const endpoint = process.env["ROLLCALL_TEST_DYNAMO"] ?? "";
  const tableName = `T${randomUUID()}`;
  const [spec] = readPlan(ASSEMBLY).tables;
  await createTable(dynamoWire(endpoint), spec!, tableName);
  const credentials = { accessKeyId: "local", secretAccessKey: "local" };
  return { client: new DynamoDBClient({ endpoint, region: "us-east-1", credentials }), tableName };
}
