import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { importCosts, ingestOverFloor } from "./cpu.ts";
import { meteredTable } from "./capacity.ts";
import { dollarsPerMillion, dollarsPerPageHour } from "./dollars.ts";
import { importOverFloor } from "./datas.ts";
import { morningOverFloor } from "./morning.ts";
import { postToSummary } from "./latency.ts";
import { SIZES, weighDay, weighOthers, weighRecords } from "./storage.ts";
import { buildFunctions } from "../build/functions.ts";
import { LOCAL_CONTEXT, synthesize } from "../lib/synthesize.ts";
import { startDynamo } from "../local/dynamo-engine.ts";

const assembly = join(import.meta.dirname, "..", ".rollcall", "bench-assembly");
const say = (text: string) => console.error(text);
const asJson = process.argv.includes("--json");

process.env["CDK_VALIDATION"] = "false";
say("Building …");
await buildFunctions();
synthesize(assembly, LOCAL_CONTEXT);
const imports = importCosts();
say("CPU of ingest over its floor …");
const ingest = await ingestOverFloor();
const morning = morningOverFloor();
const engine = await startDynamo({ port: 0 });
const records = await weighRecords(await meteredTable(engine.endpoint, assembly));
const others = await weighOthers(await meteredTable(engine.endpoint, assembly));
const days = [];
for (const size of SIZES) {
  say(`A school with ${size} sessions a day …`);
  days.push(await weighDay(engine.endpoint, assembly, size));
}
await engine.close();
say("POST to summary …");
const latency = await postToSummary(assembly);
const datas = join(import.meta.dirname, "..", "..", "shared", "data", "datas");
const withDatas = process.argv.includes("--datas");
if (withDatas) say("DATAS files, three imports' worth of minutes …");
const imported = withDatas ? await importOverFloor(assembly, datas) : undefined;
const postings = [
  { name: "alone, completed only", batch: 1, scheduled: false },
  { name: "alone, scheduled and completed", batch: 1, scheduled: true },
  { name: "batches of 20, completed only", batch: 20, scheduled: false },
  { name: "batches of 20, scheduled and completed", batch: 20, scheduled: true },
];
const dollars = days.flatMap((day) =>
  postings.map((posting) => ({
    sessions_a_day: day.sessions,
    ...dollarsPerMillion({ records, others, day }, posting),
  })),
);
const pageHours = days.map((day) => ({
  sessions_a_day: day.sessions,
  ...dollarsPerPageHour({ others, day }),
}));
const result = {
  dollars_per_open_page_hour: pageHours,
  ingest,
  morning,
  imports,
  records,
  others,
  days,
  dollars_per_million_attendances: dollars,
  latency,
  imported,
};
mkdirSync(join(import.meta.dirname, "..", ".rollcall"), { recursive: true });
writeFileSync(
  join(import.meta.dirname, "..", ".rollcall", "bench.json"),
  JSON.stringify(result, undefined, 2),
);

if (asJson) console.log(JSON.stringify(result, undefined, 2));
else {
  const rounded = (row: object) =>
    Object.fromEntries(
      Object.entries(row).map(([name, value]: [string, unknown]) => [
        name,
        typeof value === "number" ? Math.round(value * 1000) / 1000 : value,
      ]),
    );
  console.log("\nUnits of one session event with 3 students");
  console.table(
    Object.fromEntries(Object.entries({ ...records, ...others }).map(([name, units]) => [name, units])),
  );
  console.log("One recompute of a full day, and the rules after it");
  console.table(
    days.map(({ sessions, recompute, rules, packed_bytes }) => ({
      sessions,
      read_units: recompute.reads,
      write_units: recompute.writes,
      rules_read_units: rules.reads,
      summary_bytes: packed_bytes,
    })),
  );
  console.log("Dollars per million attendances");
  console.table(dollars.map(rounded));
  console.log("Dollars per hour of a school's open day, touched all the time and left alone");
  console.table(pageHours);
  console.log(
    "CPU of ingest for a body of 500 events, the store stubbed, over JSON.parse + JSON.stringify + SHA-256 of it",
  );
  console.table([rounded(ingest)]);
  console.log("CPU of all rules at a school late in its year, over unpacking the same summaries");
  console.table([rounded(morning)]);
  console.log("Bundles");
  console.table(imports.map(rounded));
  console.log("POST to summary visible, local and warm");
  console.table([rounded(latency)]);
  if (imported !== undefined) {
    console.log("DATAS files through the whole stack, over bare conditional puts");
    console.table([rounded(imported)]);
  }
}
process.exit(0);
