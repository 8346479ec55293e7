import { readFileSync } from "node:fs";
import { dynamoClient } from "../../adapters/aws-clients.ts";
import { dynamoSessionStore } from "../../adapters/session-store.ts";
import { dynamoSetupStore } from "../../adapters/setup-store.ts";
import { httpHandler } from "../framework/http.ts";
import { consoleLog as log } from "../framework/log.ts";
import { IngestEventsEnv } from "./env.ts";
import { ingestEvents } from "./handler.ts";
import { cached } from "../framework/cached.ts";

const table = { client: dynamoClient(), tableName: IngestEventsEnv.parse(process.env).TABLE_NAME };
const clock = () => new Date();
const setup = dynamoSetupStore(table);
const zones = cached(async (school_id) => (await setup.school(school_id))?.time_zone, clock);
const openapi = () => readFileSync(new URL("openapi.json", import.meta.url), "utf8");
const handle = ingestEvents({ sessions: dynamoSessionStore(table), zones, clock, log, openapi });
export const handler = httpHandler({ service: "ingest-events", log, clock, handle });
