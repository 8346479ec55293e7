import { DynamoDBClient } from "@aws-sdk/client-dynamodb";
import { randomUUID } from "node:crypto";
import * as z from "zod";
import { dynamoWire } from "../local/dynamo-wire.ts";
import { createTable } from "../local/tables.ts";
import { readPlan } from "../local/template.ts";

const One = z.looseObject({ CapacityUnits: z.number().default(0) });
const Consumed = z.union([One, z.array(One)]).optional();
const Output = z.looseObject({ ConsumedCapacity: Consumed });

export type Units = { reads: number; writes: number; calls: number };

/** A table of the template whose every call is weighed, as DynamoDB itself reports it. */
export async function meteredTable(endpoint: string, assembly: string) {
  const [spec] = readPlan(assembly).tables;
  if (spec === undefined) throw new Error("the template has no table");
  const tableName = `T${randomUUID()}`;
  await createTable(dynamoWire(endpoint), spec, tableName);
  const credentials = { accessKeyId: "local", secretAccessKey: "local" };
  const client = new DynamoDBClient({ endpoint, region: "us-east-1", credentials });
  const total: Units = { reads: 0, writes: 0, calls: 0 };
  client.middlewareStack.add(
    (next, context) => async (args) => {
      const input = { ...args.input, ReturnConsumedCapacity: "TOTAL" };
      const result = await next({ ...args, input });
      const { ConsumedCapacity } = Output.parse(result.output);
      const units = [ConsumedCapacity ?? []]
        .flat()
        .reduce((sum, { CapacityUnits }) => sum + CapacityUnits, 0);
      const isRead = /^(Get|BatchGet|Query)/.test(context.commandName ?? "");
      total[isRead ? "reads" : "writes"] += units;
      total.calls += 1;
      return result;
    },
    { step: "initialize" },
  );
  /** Units that a task takes. */
  const weigh = async (task: () => Promise<unknown>): Promise<Units> => {
    const before = { ...total };
    await task();
    return {
      reads: total.reads - before.reads,
      writes: total.writes - before.writes,
      calls: total.calls - before.calls,
    };
  };
  return { table: { client, tableName }, weigh };
}
