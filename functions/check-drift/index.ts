import { dynamoClient } from "../../adapters/aws-clients.ts";
import { dynamoDriftStore } from "../../adapters/drift-store.ts";
import { dynamoSessionStore } from "../../adapters/session-store.ts";
import { dynamoSetupStore } from "../../adapters/setup-store.ts";
import { dynamoSummaryStore } from "../../adapters/summary-store.ts";
import { sleep } from "../framework/back-off.ts";
import { consoleLog as log } from "../framework/log.ts";
import { CheckDriftEnv } from "./env.ts";
import { checkDrift } from "./handler.ts";

const table = { client: dynamoClient(), tableName: CheckDriftEnv.parse(process.env).TABLE_NAME };
export const handler = checkDrift({
  setup: dynamoSetupStore(table),
  sessions: dynamoSessionStore(table),
  summaries: dynamoSummaryStore(table),
  reports: dynamoDriftStore(table),
  clock: () => new Date(),
  sleep,
  log,
});
