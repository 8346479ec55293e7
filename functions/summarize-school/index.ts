import { dynamoAlertStore } from "../../adapters/alert-store.ts";
import { dynamoClient } from "../../adapters/aws-clients.ts";
import { dynamoFailureStore } from "../../adapters/failure-store.ts";
import { dynamoSessionStore } from "../../adapters/session-store.ts";
import { dynamoSetupStore } from "../../adapters/setup-store.ts";
import { dynamoSummaryStore } from "../../adapters/summary-store.ts";
import { dynamoSweepStore } from "../../adapters/sweep-store.ts";
import { sleep } from "../framework/back-off.ts";
import { cached } from "../framework/cached.ts";
import { consoleLog as log } from "../framework/log.ts";
import { alertSchool } from "./alert-school.ts";
import { SummarizeSchoolEnv } from "./env.ts";
import { summarizeSchool } from "./handler.ts";

const table = { client: dynamoClient(), tableName: SummarizeSchoolEnv.parse(process.env).TABLE_NAME };
const clock = () => new Date();
const setup = dynamoSetupStore(table);
const summaries = dynamoSummaryStore(table);
const known = cached(() => setup.all(), clock);
const alertDeps = {
  summaries,
  alerts: dynamoAlertStore(table),
  sweeps: dynamoSweepStore(table),
  setup,
  known: () => known("all"),
  clock,
};
const stores = { sessions: dynamoSessionStore(table), summaries, failures: dynamoFailureStore(table) };
export const handler = summarizeSchool({
  ...stores,
  runRules: (days) => alertSchool(alertDeps, days),
  sleep,
  log,
});
