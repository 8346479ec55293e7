import { createServer } from "node:http";
import { cpSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { startDynamo } from "../../local/dynamo-engine.ts";
import { listen } from "../../local/listen.ts";
import { rateOf } from "../../local/schedules.ts";
import { matches } from "../../local/stream-mapping.ts";
import { readPlan } from "../../local/template.ts";
import { ASSEMBLY } from "../support/dynamo.ts";
import { temporaryFolder } from "../support/stack.ts";

describe("the local stack", () => {
  it("runs under the Node that Lambda runs", () => {
    expect(process.versions.node).toMatch(/^24\./);
  });

  it("reads routes, tables, schedules and streams from the template", () => {
    const plan = readPlan(ASSEMBLY);
    expect(plan.routes.map(({ RouteKey }) => RouteKey)).toContain("POST /v1/events");
    expect(plan.functions.map(({ name }) => name).sort()).toEqual([
      "answer-mail",
      "authorize-provider",
      "authorize-reader",
      "check-drift",
      "ingest-events",
      "issue-token",
      "mute-channel",
      "notify",
      "publish-pages",
      "read-api",
      "receive-webhook",
      "seal-audit",
      "summarize-school",
      "sweep",
    ]);
    expect([plan.tables.length, plan.mappings.length, plan.schedules.length, plan.buckets.length]).toEqual([
      1, 2, 3, 3,
    ]);
  });

  it("refuses a resource that it does not know, by name", () => {
    const folder = temporaryFolder();
    cpSync(ASSEMBLY, folder, { recursive: true });
    const file = join(
      folder,
      readdirSync(folder).find((name) => name.endsWith(".template.json"))!,
    );
    const template = JSON.parse(readFileSync(file, "utf8")) as { Resources: Record<string, unknown> };
    template.Resources["Queue"] = { Type: "AWS::SQS::Queue" };
    writeFileSync(file, JSON.stringify(template));
    expect(() => readPlan(folder)).toThrow("AWS::SQS::Queue (Queue)");
  });

  it("says in one sentence that a port is taken", async () => {
    const server = createServer();
    const port = await listen(server, 0);
    await expect(listen(createServer(), port)).rejects.toThrow(`Port ${port} is in use`);
    server.close();
  });

  it("says in one sentence that Java is missing, and how to get it", async () => {
    const path = process.env["PATH"];
    process.env["PATH"] = temporaryFolder();
    try {
      await expect(startDynamo({ port: 0 })).rejects.toThrow(
        /^Java 17 is missing.*openjdk-17.*--dynamodb-endpoint\.$/,
      );
    } finally {
      process.env["PATH"] = path;
    }
  });

  it("understands rates, and says so of what it does not", () => {
    expect([rateOf("rate(15 minutes)"), rateOf("rate(1 day)")]).toEqual([900_000, 86_400_000]);
    expect(() => rateOf("cron(0 7 * * ? *)")).toThrow("does not know");
  });

  it("filters stream records by equal values and prefixes", () => {
    const pattern = { dynamodb: { Keys: { pk: { S: [{ prefix: "SCHOOL#" }] } } } };
    const record = (pk: string) => ({ dynamodb: { Keys: { pk: { S: pk } } } });
    expect(["SCHOOL#1", "VIEW#1"].map((pk) => matches(pattern, record(pk)))).toEqual([true, false]);
    expect(() => matches({ a: [{ suffix: "x" }] }, { a: "x" })).toThrow("does not know");
  });
});
