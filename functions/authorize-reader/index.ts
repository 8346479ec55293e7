import { createRemoteJWKSet, errors, jwtVerify } from "jose";
import { dynamoClient } from "../../adapters/aws-clients.ts";
import { dynamoProviderKeyStore } from "../../adapters/provider-key-store.ts";
import { AuthorizeReaderEnv } from "./env.ts";
import { authorizeReader } from "./handler.ts";

const env = AuthorizeReaderEnv.parse(process.env);
const keys = dynamoProviderKeyStore({ client: dynamoClient(), tableName: env.TABLE_NAME });
const issuer = env.ISSUER;
const jwks = createRemoteJWKSet(new URL(`${issuer}/.well-known/jwks.json`));

async function claims(token: string): Promise<unknown> {
  try {
    return (await jwtVerify(token, jwks, { issuer, algorithms: ["RS256"] })).payload;
  } catch (error) {
    if (isUnreachable(error)) throw error;
    return undefined;
  }
}

/** The keys could not be fetched: that is our failure, and says nothing about the token. */
const isUnreachable = (error: unknown) =>
  error instanceof errors.JWKSTimeout ||
  !(error instanceof errors.JOSEError) ||
  error.code === "ERR_JOSE_GENERIC";

export const handler = authorizeReader({ keys, claims, clientId: env.CLIENT_ID, clock: () => new Date() });
