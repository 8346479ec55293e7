import { dynamoClient } from "../../adapters/aws-clients.ts";
import { sesSender } from "../../adapters/email-sender.ts";
import { linkSecretStore } from "../../adapters/secret-store.ts";
import { dynamoMessageStore } from "../../adapters/message-store.ts";
import { dynamoMuteStore } from "../../adapters/mute-store.ts";
import { dynamoSetupStore } from "../../adapters/setup-store.ts";
import { endUserMessagingSender } from "../../adapters/sms-sender.ts";
import { sleep } from "../framework/back-off.ts";
import { cached } from "../framework/cached.ts";
import { consoleLog as log } from "../framework/log.ts";
import { NotifyEnv } from "./env.ts";
import { notify } from "./handler.ts";
import { linksOf } from "./links.ts";

const env = NotifyEnv.parse(process.env);
const table = { client: dynamoClient(), tableName: env.TABLE_NAME };
const clock = () => new Date();
const secrets = linkSecretStore(table);
const secret = cached(() => secrets.make(), clock);
export const handler = notify({
  messages: dynamoMessageStore(table),
  mutes: dynamoMuteStore(table),
  setup: dynamoSetupStore(table),
  sendMail: sesSender({ sender: env.SENDER, configurationSet: env.CONFIGURATION_SET }),
  sendText: env.TEXT_ORIGIN === "" ? undefined : endUserMessagingSender(env.TEXT_ORIGIN),
  links: linksOf({ apiUrl: env.API_URL, pagesUrl: env.PAGES_URL, secret: () => secret("links") }),
  clock,
  sleep,
  log,
});
