import { PutItemCommand } from "@aws-sdk/client-dynamodb";
import { copyFileSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { performance } from "node:perf_hooks";
import { importSessions } from "../cli/import-sessions.ts";
import { importStudents } from "../cli/import-students.ts";
import { readyProvider } from "../cli/ready-provider.ts";
import { seeded } from "../cli/seeded.ts";
import { targetOfState } from "../cli/target.ts";
import { concurrently } from "../adapters/concurrently.ts";
import { startDynamo } from "../local/dynamo-engine.ts";
import { stateOf } from "../local/state.ts";
import { startStack } from "../local/stack.ts";
import { meteredTable } from "./capacity.ts";

const seconds = (began: number) => (performance.now() - began) / 1000;

/** The floor: as many conditional puts of the same size, with nothing around them. */
async function barePuts(assembly: string, rows: readonly string[]): Promise<number> {
  const engine = await startDynamo({ port: 0 });
  const { table } = await meteredTable(engine.endpoint, assembly);
  const began = performance.now();
  const numbered = rows.map((row, number) => ({ row, number }));
  await concurrently(numbered, 32, ({ row, number }) =>
    table.client.send(
      new PutItemCommand({
        TableName: table.tableName,
        Item: {
          pk: { S: `SCHOOL#${number % 20}` },
          sk: { S: `SESSION#local#${number}` },
          day: { S: "2026-03-02" },
          content: { S: row.padEnd(160) },
        },
        ConditionExpression: "attribute_not_exists(pk)",
      }),
    ),
  );
  const taken = seconds(began);
  await engine.close();
  return taken;
}

type Files = { students: string; sessions: string };

/** Seconds from the file to the last summary, on a stack of its own. */
async function imported(assembly: string, { students, sessions }: Files): Promise<number> {
  const stack = await startStack({ assembly, port: 0, output: () => undefined });
  const key = await readyProvider(targetOfState(stateOf(stack, {})), "local");
  const target = targetOfState(stateOf(stack, { local: key }));
  const common = { dryRun: false, warn: () => undefined };
  await importStudents(target, {
    ...common,
    file: students,
    timeZone: "America/Denver",
    full: false,
    yes: false,
    today: "2026-11-23",
  });
  const began = performance.now();
  await importSessions(target, { ...common, file: sessions, provider: "local", correct: false, quiet: true });
  const taken = seconds(began);
  await stack.close();
  return taken;
}

/** DATAS example files through the whole stack, over the floor of bare puts in the same run. */
export async function importOverFloor(assembly: string, datas: string) {
  const folder = mkdtempSync(join(tmpdir(), "rollcall-bench-"));
  const students = join(folder, "students.csv");
  copyFileSync(join(datas, "example_student_dataset.csv"), students);
  const [header = "", ...rows] = readFileSync(join(datas, "example_session_dataset.csv"), "utf8")
    .trimEnd()
    .split(/\r?\n/);
  const file = (name: string, lines: readonly string[]) => {
    writeFileSync(join(folder, name), [header, ...lines, ""].join("\n"));
    return join(folder, name);
  };
  const random = seeded(10);
  const twice = [...rows, ...rows.filter(() => random.chance(0.1))];
  const shuffled = twice.map((row) => ({ row, place: random.next() })).sort((a, b) => a.place - b.place);
  const bare_s = await barePuts(assembly, rows);
  const import_s = await imported(assembly, { students, sessions: file("sessions.csv", rows) });
  const shuffled_s = await imported(assembly, {
    students,
    sessions: file(
      "shuffled.csv",
      shuffled.map(({ row }) => row),
    ),
  });
  rmSync(folder, { recursive: true, force: true });
  return {
    rows: rows.length,
    bare_s,
    import_s,
    import_over_bare: import_s / bare_s,
    shuffled_s,
    shuffled_over_import: shuffled_s / import_s,
  };
}
