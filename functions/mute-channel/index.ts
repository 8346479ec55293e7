import { dynamoClient } from "../../adapters/aws-clients.ts";
import { dynamoMuteStore } from "../../adapters/mute-store.ts";
import { consoleLog as log } from "../framework/log.ts";
import { MuteChannelEnv } from "./env.ts";
import { muteChannel } from "./handler.ts";

const table = { client: dynamoClient(), tableName: MuteChannelEnv.parse(process.env).TABLE_NAME };
export const handler = muteChannel({ mutes: dynamoMuteStore(table), clock: () => new Date(), log });
