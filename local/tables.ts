import * as z from "zod";
import type { DynamoWire } from "./dynamo-wire.ts";
import type { TableSpec } from "./template.ts";

const Description = z.looseObject({ Table: z.looseObject({ LatestStreamArn: z.string().default("") }) });
const Tables = z.looseObject({ TableNames: z.array(z.string()) });

/** Creates a table as the template declares it, unless it stands already. Resolves to the ARN of its stream. */
export async function createTable(wire: DynamoWire, spec: TableSpec, name = spec.id): Promise<string> {
  const { TableNames } = Tables.parse(await wire("DynamoDB_20120810.ListTables", {}));
  if (!TableNames.includes(name)) await create(wire, spec, name);
  const description = await wire("DynamoDB_20120810.DescribeTable", { TableName: name });
  return Description.parse(description).Table.LatestStreamArn;
}

async function create(wire: DynamoWire, spec: TableSpec, TableName: string): Promise<void> {
  const { AttributeDefinitions, KeySchema, LocalSecondaryIndexes, BillingMode, StreamSpecification } = spec;
  const stream = StreamSpecification && {
    StreamSpecification: { StreamEnabled: true, ...StreamSpecification },
  };
  await wire("DynamoDB_20120810.CreateTable", {
    TableName,
    AttributeDefinitions,
    KeySchema,
    ...(LocalSecondaryIndexes && { LocalSecondaryIndexes }),
    BillingMode,
    ...stream,
  });
  if (spec.TimeToLiveSpecification !== undefined) {
    const { TimeToLiveSpecification } = spec;
    await wire("DynamoDB_20120810.UpdateTimeToLive", { TableName, TimeToLiveSpecification });
  }
}
