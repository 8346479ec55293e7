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
  code: z.string().optional(),
  refresh_token: z.string().optional(),
});
const LIFE_SECONDS = 15 * 60;

/** Somebody who may sign in by a click, and what she is. */
export type ReadyPerson = { email: string; what: string };
type Issuing = { clientId: string; people: () => Promise<readonly ReadyPerson[]> };

/** A user pool: tokens for whoever is named, as Cognito and `issue-token` would sign them, and a page to sign in. */
export async function startIssuer(
  port: number,
  { clientId, people }: Issuing,
): Promise<{ url: string; close: () => Promise<void> }> {
  const server = new OAuth2Server(undefined, undefined, { endpoints: { jwks: "/.well-known/jwks.json" } });
  await server.issuer.keys.generate("RS256");
  const signedIn = rememberPeople(server);
  server.service.on(Events.BeforeTokenSigning, (token: { payload: Record<string, unknown> }, request) => {
    const { data: wanted = {} } = Wanted.safeParse(z.object({ body: z.unknown() }).parse(request).body);
    const person = signedIn(wanted);
    Object.assign(token.payload, {
      token_use: "access",
      client_id: clientId,
      exp: Math.floor(Date.now() / 1000) + LIFE_SECONDS,
      rollcall_email: person ?? wanted.email,
      // whoever comes by the page gave a second factor, for all that is known here
      rollcall_mfa: person !== undefined || wanted.mfa === "true" ? "true" : "false",
      ...(wanted.grants !== undefined && { rollcall_grants: wanted.grants }),
    });
  });
  server.service.addRoute("GET", "/sign-in", async (request, response) => {
    const { pathname, searchParams } = new URL(request.url ?? "/", "http://local");
    const rows = (await people()).map(({ email, what }) => {
      searchParams.set("login_hint", email);
      return `<li><a href="${pathname.replace("sign-in", "authorize")}?${escape(searchParams.toString())}">${escape(what)}</a><br><small>${escape(email)}</small></li>`;
    });
    response.writeHead(200, { "content-type": "text/html; charset=utf-8" }).end(signInPage(rows));
  });
  server.service.addRoute("GET", "/sign-out", (request, response) => {
    const back = new URL(request.url ?? "/", "http://local").searchParams.get("logout_uri") ?? "/";
    response.writeHead(302, { location: back }).end();
  });
  await server.start(port === 0 ? undefined : port, "127.0.0.1").catch(() => {
    throw new BusyPort(port);
  });
  // the address is the issuer's name in its tokens, and its keys are found where Cognito has them
  const url = `http://127.0.0.1:${server.address().port}`;
  server.issuer.url = url;
  return { url, close: () => server.stop() };
}

/** Who a code or a refresh token was given to. */
function rememberPeople({ service }: OAuth2Server): (wanted: z.infer<typeof Wanted>) => string | undefined {
  const known = new Map<string, string>();
  service.on(Events.BeforeAuthorizeRedirect, ({ url }: { url: URL }, request: { url?: string }) => {
    const email = new URL(request.url ?? "/", "http://local").searchParams.get("login_hint");
    if (email !== null) known.set(url.searchParams.get("code") ?? "", email);
  });
  const personOf = ({ code, refresh_token }: z.infer<typeof Wanted>) =>
    known.get(code ?? refresh_token ?? "");
  service.on(Events.BeforeResponse, ({ body }: { body: unknown }, request: unknown) => {
    const { data: wanted = {} } = Wanted.safeParse(z.object({ body: z.unknown() }).parse(request).body);
    const { data: given } = z.looseObject({ refresh_token: z.string() }).safeParse(body);
    const email = personOf(wanted);
    if (email !== undefined && given !== undefined) known.set(given.refresh_token, email);
    if (typeof body === "object" && body !== null) Object.assign(body, { expires_in: LIFE_SECONDS });
  });
  return personOf;
}

const escape = (text: string) =>
  text.replaceAll("&", "&amp;").replaceAll("<", "&lt;").replaceAll('"', "&quot;");

const signInPage = (rows: readonly string[]) =>
  `<!doctype html><html lang="en"><meta charset="utf-8"><meta name="viewport" content="width=device-width"><meta name="color-scheme" content="light dark"><title>Sign in</title><body style="font:17px/1.6 system-ui;max-width:30em;margin:2em auto;padding:0 1em"><h1>Who are you?</h1><p>On your machine everybody is let in. In AWS this is Cognito's page, or the district's own.</p><ul>${rows.join("")}</ul></body></html>`;
