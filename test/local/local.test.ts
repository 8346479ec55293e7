import { spawn, spawnSync } from "node:child_process";
import { once } from "node:events";
import { createServer } from "node:http";
import { cpSync, existsSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it, vi } from "vitest";
import { startDynamo } from "../../local/dynamo-engine.ts";
import { leaveFolder, processOf, takeFolder } from "../../local/engine-lock.ts";
import { listen } from "../../local/listen.ts";
import { rateOf } from "../../local/schedules.ts";
import { matches, StreamMapping } from "../../local/stream-mapping.ts";
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

  it("ends its engine with itself, also where nobody is asked, and lets no second one on a folder", async () => {
    const folder = temporaryFolder();
    const script = join(folder, "start.ts");
    const engine = join(import.meta.dirname, "..", "..", "local", "dynamo-engine.ts");
    writeFileSync(
      script,
      `import { startDynamo } from ${JSON.stringify(engine)}; const one = await startDynamo({ port: 0, folder: ${JSON.stringify(folder)} }); console.log(one.endpoint); setInterval(() => {}, 1000);`,
    );
    const stack = spawn(process.execPath, [script], { stdio: ["ignore", "pipe", "inherit"] });
    const [line] = (await once(stack.stdout, "data")) as [Buffer];
    const endpoint = line.toString().trim();
    expect((await fetch(endpoint)).status).toBe(400);
    await expect(startDynamo({ port: 0, folder })).rejects.toThrow(
      `in use by the stack of process ${stack.pid}`,
    );

    stack.kill("SIGKILL");
    await once(stack, "exit");
    const next = await startDynamo({ port: 0, folder });
    await expect(fetch(endpoint)).rejects.toThrow("fetch failed");
    expect((await fetch(next.endpoint)).status).toBe(400);
    await next.close();
    expect(existsSync(join(folder, "engine.json"))).toBe(false);
  });

  it("ends an engine whose stack was killed, by its recorded id", async () => {
    const folder = temporaryFolder();
    // as an engine is seen whose stack is gone: a Java runtime without its compiler watches no pipe
    const orphan = spawn("bash", ["-c", "exec -a DynamoDBLocal.jar sleep 60"], { stdio: "ignore" });
    await vi.waitFor(() => expect(orphan.pid).toBeGreaterThan(0));
    const held = join(folder, "engine.json");
    const stack = { pid: spawnSync("true").pid, started: "long ago" };
    const engine = processOf(orphan.pid ?? 0);
    writeFileSync(held, JSON.stringify({ engine, stack }));
    const ended = once(orphan, "exit");
    expect(await takeFolder(folder)).toBe(true);
    await ended;
    expect(await takeFolder(folder)).toBe(false);
    writeFileSync(held, "{");
    expect(await takeFolder(folder)).toBe(false);
    leaveFolder(folder);
  });

  it("touches no process that was given the id of one that is gone, and no folder that another stack took", async () => {
    const folder = temporaryFolder();
    const other = spawn("sleep", ["60"], { stdio: "ignore" });
    await vi.waitFor(() => expect(other.pid).toBeGreaterThan(0));
    const held = join(folder, "engine.json");
    const { pid, started } = processOf(other.pid ?? 0);
    const again = { pid, started: `not ${started}` };
    writeFileSync(held, JSON.stringify({ engine: again, stack: again }));
    expect(await takeFolder(folder)).toBe(false);
    expect([other.exitCode, other.signalCode]).toEqual([null, null]);
    // a zombie is nobody
    expect(processOf(spawnSync("true").pid).started).toBe("");
    // another stack has taken the folder, and starts its engine
    writeFileSync(held, JSON.stringify({ stack: { pid, started } }));
    await expect(takeFolder(folder)).rejects.toThrow(`in use by the stack of process ${pid}`);
    // and where it takes it while this one ends the orphan
    const orphan = spawn("bash", ["-c", "trap '' TERM; exec -a DynamoDBLocal.jar sleep 60"], {
      stdio: "ignore",
    });
    await vi.waitFor(() => expect(processOf(orphan.pid ?? 0).started).not.toBe(""));
    writeFileSync(held, JSON.stringify({ stack: again, engine: processOf(orphan.pid ?? 0) }));
    const taking = takeFolder(folder);
    writeFileSync(held, JSON.stringify({ stack: { pid, started } }));
    orphan.kill("SIGKILL");
    await expect(taking).rejects.toThrow(`in use by the stack of process ${pid}`);
    expect(JSON.parse(readFileSync(held, "utf8"))).toEqual({ stack: { pid, started } });
    other.kill();
  });

  it("waits where the database does not answer, says so once, and goes on", async () => {
    const lines: string[] = [];
    const taken: unknown[] = [];
    let [fails, calls] = [3, 0];
    const record = (SequenceNumber: string) => ({
      dynamodb: { SequenceNumber, ApproximateCreationDateTime: 0 },
    });
    const asked: unknown[] = [];
    const wire = async (target: string, input: unknown) => {
      if (target.endsWith("DescribeStream")) return { StreamDescription: { Shards: [{ ShardId: "s" }] } };
      if (target.endsWith("GetShardIterator")) {
        asked.push(input);
        return { ShardIterator: "i" };
      }
      calls += 1;
      if (calls === 1) return { Records: [record("1")], NextShardIterator: "j" };
      if (calls > 1 && fails-- > 0) throw new TypeError("fetch failed");
      return { Records: taken.length < 2 ? [record("2")] : [], NextShardIterator: "k" };
    };
    const mapping = new StreamMapping(
      {
        id: "Mapping",
        FunctionName: "f",
        EventSourceArn: "s",
        BatchSize: 10,
        BisectBatchOnFunctionError: false,
        MaximumBatchingWindowInSeconds: 0,
        MaximumRecordAgeInSeconds: -1,
      },
      {
        ...{ wire, streamArn: "s", giveUp: async () => undefined, isHurried: () => false },
        ...{
          say: (line) => void lines.push(line),
          checkpoint: { read: () => undefined, write: () => undefined },
        },
        invoke: async (_, event) => void taken.push(event),
      },
    );
    const run = mapping.run();
    await vi.waitFor(() => expect(taken).toHaveLength(2), 10_000);
    mapping.stop();
    await run;
    expect(lines).toEqual([
      "The database does not answer; Mapping waits and tries again.",
      "The database answers again; Mapping goes on.",
    ]);
    // behind what was read, not from the beginning
    expect(asked.at(-1)).toMatchObject({ ShardIteratorType: "AFTER_SEQUENCE_NUMBER", SequenceNumber: "1" });
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
