import { dynamoClient } from "../../adapters/aws-clients.ts";
import { dynamoFailureStore } from "../../adapters/failure-store.ts";
import { dynamoSessionStore } from "../../adapters/session-store.ts";
import { dynamoSummaryStore } from "../../adapters/summary-store.ts";
import { sleep } from "../framework/back-off.ts";
import { consoleLog as log } from "../framework/log.ts";
import { SummarizeSchoolEnv } from "./env.ts";
import { summarizeSchool } from "./handler.ts";

const table = { client: dynamoClient(), tableName: SummarizeSchoolEnv.parse(process.env).TABLE_NAME };
const sessions = dynamoSessionStore(table);
const summaries = dynamoSummaryStore(table);
const failures = dynamoFailureStore(table);
export const handler = summarizeSchool({
  sessions,
  summaries,
  failures,
  runRules: async () => undefined,
  sleep,
  log,
});
