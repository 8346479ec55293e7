import { dynamoClient } from "../../adapters/aws-clients.ts";
import { s3Client, s3FailureStore } from "../../adapters/failure-store.ts";
import { dynamoSessionStore } from "../../adapters/session-store.ts";
import { dynamoSummaryStore } from "../../adapters/summary-store.ts";
import { sleep } from "../framework/back-off.ts";
import { consoleLog as log } from "../framework/log.ts";
import { SummarizeSchoolEnv } from "./env.ts";
import { summarizeSchool } from "./handler.ts";

const env = SummarizeSchoolEnv.parse(process.env);
const table = { client: dynamoClient(), tableName: env.TABLE_NAME };
const sessions = dynamoSessionStore(table);
const summaries = dynamoSummaryStore(table);
const failures = s3FailureStore(s3Client(), env.FAILURE_BUCKET);
export const handler = summarizeSchool({ sessions, summaries, failures, runRules: async () => undefined, sleep, log });
