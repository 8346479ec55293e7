import { createServer } from "node:http";
import { Events, OAuth2Server } from "oauth2-mock-server";
import * as z from "zod";
import { BusyPort, listen } from "./listen.ts";

const ANSWER = `<AssumeRoleResponse xmlns="https://sts.amazonaws.com/doc/2011-06-15/"><AssumeRoleResult><Credentials>
<AccessKeyId>local</AccessKeyId><SecretAccessKey>local</SecretAccessKey><SessionToken>local</SessionToken>
<Expiration>2099-01-01T00:00:00Z</Expiration></Credentials></AssumeRoleResult></AssumeRoleResponse>`;

/** STS: every session is given. DynamoDB Local asks nobody for permission, so the policies are judged in tests. */
export async function startSessions(port: number): Promise<{ endpoint: string; close: () => void }> {
  const server = createServer((request, response) => {
    request.resume();
    response.writeHead(200, { "content-type": "text/xml" }).end(ANSWER);
  });
  return { endpoint: `http://127.0.0.1:${await listen(server, port)}`, close: () => void server.close() };
}

const Wanted = z.looseObject({
  email: z.string().optional(),
  mfa: z.string().optional(),
  grants: z.string().optional(),
});
const LIFE_SECONDS = 15 * 60;

/** A user pool: tokens for whoever is named, as Cognito and `issue-token` would sign them. */
export async function startIssuer(
  port: number,
  clientId: string,
): Promise<{ url: string; close: () => Promise<void> }> {
  const server = new OAuth2Server(undefined, undefined, { endpoints: { jwks: "/.well-known/jwks.json" } });
  await server.issuer.keys.generate("RS256");
  server.service.on(Events.BeforeTokenSigning, (token: { payload: Record<string, unknown> }, request) => {
    const { data: wanted = {} } = Wanted.safeParse(z.object({ body: z.unknown() }).parse(request).body);
    Object.assign(token.payload, {
      token_use: "access",
      client_id: clientId,
      exp: Math.floor(Date.now() / 1000) + LIFE_SECONDS,
      rollcall_email: wanted.email,
      rollcall_mfa: wanted.mfa === "true" ? "true" : "false",
      ...(wanted.grants !== undefined && { rollcall_grants: wanted.grants }),
    });
  });
  await server.start(port === 0 ? undefined : port, "127.0.0.1").catch(() => {
    throw new BusyPort(port);
  });
  // the address is the issuer's name in its tokens, and its keys are found where Cognito has them
  const url = `http://127.0.0.1:${server.address().port}`;
  server.issuer.url = url;
  return { url, close: () => server.stop() };
}
