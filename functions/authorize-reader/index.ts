import { createRemoteJWKSet } from "jose";
import { dynamoClient } from "../../adapters/aws-clients.ts";
import { dynamoProviderKeyStore } from "../../adapters/provider-key-store.ts";
import { claimsOf } from "./claims.ts";
import { AuthorizeReaderEnv } from "./env.ts";
import { authorizeReader } from "./handler.ts";

const env = AuthorizeReaderEnv.parse(process.env);
const keys = dynamoProviderKeyStore({ client: dynamoClient(), tableName: env.TABLE_NAME });
const issuer = env.ISSUER;
const clock = () => new Date();
const jwks = createRemoteJWKSet(new URL(`${issuer}/.well-known/jwks.json`));

export const handler = authorizeReader({
  keys,
  claims: claimsOf({ keys: jwks, issuer, clock }),
  clientId: env.CLIENT_ID,
  clock,
});
