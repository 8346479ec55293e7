import { dynamoAlertStore } from "../../adapters/alert-store.ts";
import { dynamoClient } from "../../adapters/aws-clients.ts";
import { dynamoMessageStore } from "../../adapters/message-store.ts";
import { dynamoMuteStore } from "../../adapters/mute-store.ts";
import { erasedStudents } from "../../adapters/pseudonyms.ts";
import { dynamoSessionStore } from "../../adapters/session-store.ts";
import { dynamoSetupStore } from "../../adapters/setup-store.ts";
import { dynamoSummaryStore } from "../../adapters/summary-store.ts";
import { dynamoSweepStore } from "../../adapters/sweep-store.ts";
import { consoleLog as log } from "../framework/log.ts";
import { SweepEnv } from "./env.ts";
import { sweep } from "./handler.ts";

const table = { client: dynamoClient(), tableName: SweepEnv.parse(process.env).TABLE_NAME };
export const handler = sweep({
  setup: dynamoSetupStore(table),
  sessions: dynamoSessionStore(table),
  summaries: dynamoSummaryStore(table),
  alerts: dynamoAlertStore(table),
  messages: dynamoMessageStore(table),
  mutes: dynamoMuteStore(table),
  sweeps: dynamoSweepStore(table),
  erased: () => erasedStudents(table),
  clock: () => new Date(),
  log,
});
