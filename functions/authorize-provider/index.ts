import { dynamoClient } from "../../adapters/aws-clients.ts";
import { dynamoProviderKeyStore } from "../../adapters/provider-key-store.ts";
import { AuthorizeProviderEnv } from "./env.ts";
import { authorizeProvider } from "./handler.ts";

const tableName = AuthorizeProviderEnv.parse(process.env).TABLE_NAME;
const keys = dynamoProviderKeyStore({ client: dynamoClient(), tableName });
export const handler = authorizeProvider({ keys, clock: () => new Date() });
