import { dynamoAlertStore } from "../../adapters/alert-store.ts";
import { dynamoClient } from "../../adapters/aws-clients.ts";
import { linkSecretStore } from "../../adapters/secret-store.ts";
import { dynamoMessageStore } from "../../adapters/message-store.ts";
import { dynamoMuteStore } from "../../adapters/mute-store.ts";
import { dynamoSetupStore } from "../../adapters/setup-store.ts";
import { httpHandler } from "../framework/http.ts";
import { consoleLog as log } from "../framework/log.ts";
import { AnswerMailEnv } from "./env.ts";
import { answerMail } from "./handler.ts";

const env = AnswerMailEnv.parse(process.env);
const table = { client: dynamoClient(), tableName: env.TABLE_NAME };
const clock = () => new Date();
const secrets = linkSecretStore(table);
const handle = answerMail({
  alerts: dynamoAlertStore(table),
  messages: dynamoMessageStore(table),
  mutes: dynamoMuteStore(table),
  setup: dynamoSetupStore(table),
  secret: () => secrets.read(),
  pagesUrl: env.PAGES_URL,
  clock,
});
export const handler = httpHandler({ service: "answer-mail", log, clock, handle });
