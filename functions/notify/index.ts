import { dynamoClient } from "../../adapters/aws-clients.ts";
import { sesSender } from "../../adapters/email-sender.ts";
import { dynamoMessageStore } from "../../adapters/message-store.ts";
import { dynamoSetupStore } from "../../adapters/setup-store.ts";
import { endUserMessagingSender } from "../../adapters/sms-sender.ts";
import { sleep } from "../framework/back-off.ts";
import { consoleLog as log } from "../framework/log.ts";
import { NotifyEnv } from "./env.ts";
import { notify } from "./handler.ts";

const env = NotifyEnv.parse(process.env);
const table = { client: dynamoClient(), tableName: env.TABLE_NAME };
const sendMail = sesSender({ sender: env.SENDER, configurationSet: env.CONFIGURATION_SET });
const sendText = env.TEXT_ORIGIN === "" ? undefined : endUserMessagingSender(env.TEXT_ORIGIN);
const [messages, setup] = [dynamoMessageStore(table), dynamoSetupStore(table)];
export const handler = notify({
  messages,
  setup,
  sendMail,
  sendText,
  clock: () => new Date(),
  sleep,
  log,
});
