import { DynamoDBClient } from "@aws-sdk/client-dynamodb";
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { dynamoAlertStore } from "../../adapters/alert-store.ts";
import { sessionPolicy, type OpenTable, type ReaderConfig } from "../../adapters/reader-sessions.ts";
import { dynamoRefusalStore } from "../../adapters/refusal-store.ts";
import { dynamoSetupStore } from "../../adapters/setup-store.ts";
import { dynamoStampStore } from "../../adapters/stamp-store.ts";
import { dynamoSummaryStore } from "../../adapters/summary-store.ts";
import { CHECKS } from "../../domain/access.ts";
import { openWall } from "../../functions/read-api/open-wall.ts";
import { openApiDocument } from "../../build/openapi/document.ts";
import { CALLERS, cellsOf, foreignNames, type Cell } from "../support/cells.ts";
import { ASSEMBLY, freshTable } from "../support/dynamo.ts";
import { allows, guard, type Policy, type Request } from "../support/iam.ts";
import { fill, memoryWorld, reading } from "../support/reading.ts";

const template = JSON.parse(
  readFileSync(
    join(
      ASSEMBLY,
      readdirSync(ASSEMBLY).find((name) => name.endsWith(".template.json"))!,
    ),
    "utf8",
  ),
) as { Resources: Record<string, { Type: string; Properties: Record<string, unknown> }> };
/** The policy of the role that sessions are made of, as it is synthesized. */
const readerPolicy = Object.entries(template.Resources).find(
  ([id, { Type }]) => Type === "AWS::IAM::Policy" && id.startsWith("ReadApiReader"),
)![1].Properties["PolicyDocument"] as Policy;

const paths = openApiDocument().paths ?? {};
const routeOf = (operation: string) => {
  for (const [path, item] of Object.entries(paths))
    for (const [method, one] of Object.entries(item as Record<string, { operationId?: string }>))
      if (one.operationId === operation) return `${method.toUpperCase()} ${path}`;
  return "";
};

/** The checks of the routes taken away; what the grants reach is still computed. */
const NONE = {
  ...CHECKS,
  district: () => true,
  school: () => true,
  students: () => true,
  provider: () => true,
  audit: () => true,
};

/** Within a school a summary holds figures and students together, so the wall of the database stands around the school. */
const isAround = ({ caller, operation, what }: Cell) => {
  const seen = CALLERS[caller]!.sight;
  if (seen === undefined || operation === "getMe" || operation === "getAudit") return false;
  return !Object.keys(seen.schools).some((school_id) => what.includes(school_id));
};

/** Names in the answer that are not the caller's to see; an empty answer tells nothing. */
const toldBy = async (cell: Cell, ask: ReturnType<typeof reading>["ask"]) =>
  foreignNames((await ask(cell.wanted)).body, cell.caller);

describe("the second wall", () => {
  it("lets nothing of another school or provider through, with every check of the code taken away", async () => {
    const table = await freshTable();
    await fill({
      summaries: dynamoSummaryStore(table),
      setup: dynamoSetupStore(table),
      alerts: dynamoAlertStore(table),
      refusals: dynamoRefusalStore(table),
    });
    const config: ReaderConfig = { tableArn: "table", keyArn: "key", tableName: table.tableName };
    const refused: Request[] = [];
    const open: OpenTable = async (partitions) => {
      const client = new DynamoDBClient({
        endpoint: process.env["ROLLCALL_TEST_DYNAMO"]!,
        region: "us-east-1",
        credentials: { accessKeyId: "local", secretAccessKey: "local" },
      });
      guard(client, [readerPolicy, sessionPolicy(partitions, config)], refused);
      return { client, tableName: table.tableName };
    };
    const { ask } = reading({
      open: openWall(open, config, table),
      stamps: dynamoStampStore(table),
      checks: NONE,
    });
    const leaks: string[] = [];
    let tried = 0;
    for (const cell of cellsOf(routeOf).filter((one) => !one.allowed && isAround(one))) {
      tried += 1;
      const told = await toldBy(cell, async (wanted) => {
        try {
          return await ask(wanted);
        } catch {
          return { status: 500, body: "", headers: {} };
        }
      });
      if (told.length > 0) leaks.push(`${cell.operation} · ${cell.caller} · ${cell.what}: ${told[0]}`);
    }
    console.log(`second wall: ${tried} cells without a check, ${leaks.length} leaks`);
    const readme = readFileSync(join(import.meta.dirname, "../../README.md"), "utf8");
    expect(readme).toContain(`provider through (${tried.toLocaleString("en-US")} cells)`);
    expect([leaks, refused.length > 0]).toEqual([[], true]);
  });

  it("is what holds them: the same cells leak without it (control)", async () => {
    const { ask } = reading({ open: (await memoryWorld()).open, checks: NONE });
    let leaks = 0;
    for (const cell of cellsOf(routeOf).filter((one) => !one.allowed && isAround(one))) {
      if ((await toldBy(cell, ask)).length > 0) leaks += 1;
    }
    expect(leaks).toBeGreaterThan(20);
  });

  it("is the session's policy within the role's: neither allows more than it names", () => {
    const partitions = { read: ["VIEW#A", "ROSTER#A", "ALERT#A"], write: ["ALERT#A"] };
    const session = sessionPolicy(partitions, { tableArn: "t", keyArn: "k" });
    const may = (action: string, pk?: string) => {
      const request = { action: `dynamodb:${action}`, leadingKeys: pk === undefined ? undefined : [pk] };
      return allows(readerPolicy, request) && allows(session, request);
    };
    expect([may("Query", "VIEW#A"), may("PutItem", "ALERT#A"), may("GetItem", "ROSTER#A")]).toEqual([
      true,
      true,
      true,
    ]);
    for (const [action, pk] of [
      ["Query", "VIEW#B"],
      ["Query", "VIEW#AB"],
      ["PutItem", "VIEW#A"],
      ["PutItem", "ALERT#B"],
      ["Query", "SCHOOL#A"],
      ["GetItem", "SETUP"],
      ["GetItem", "SECRET"],
      ["Scan", undefined],
      ["Query", undefined],
      ["DeleteItem", "ALERT#A"],
    ] as const)
      expect([action, pk, may(action, pk)]).toEqual([action, pk, false]);
    const wide = sessionPolicy({ read: ["SETUP", "SECRET"], write: [] }, { tableArn: "t", keyArn: "k" });
    const asked = { action: "dynamodb:GetItem", leadingKeys: ["SECRET"] };
    expect([allows(wide, asked), allows(readerPolicy, asked)]).toEqual([true, false]);
  });
});
