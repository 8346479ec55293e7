import * as oauth from "oauth4webapi";

/** Where people sign in, as the deployment wrote it beside the pages. */
export type SignInConfig = {
  issuer: string;
  client_id: string;
  authorization_endpoint: string;
  token_endpoint: string;
  revocation_endpoint: string;
  /** Ends the session there, too. */
  logout_url: string;
};

export type Session = {
  /** A token that lives for a while yet. It is kept in memory alone: not in storage, not in an address. */
  token: () => Promise<string>;
  /** Signs in once more, and comes back to the same page. */
  again: () => Promise<void>;
  leave: () => Promise<void>;
};

/** What must survive the way to the sign-in page and back: no token. */
const STATE = "rollcall.sign-in";
const EARLY_MS = 60_000;
/** Signing out waits no longer. */
const REVOKE_MS = 3000;

const here = () => `${location.origin}/`;

/** Sends the reader to sign in; resolves once she is back, undefined while she is on her way. */
export async function signIn(config: SignInConfig): Promise<Session | undefined> {
  const server: oauth.AuthorizationServer = { ...config };
  const client: oauth.Client = { client_id: config.client_id };
  const answer = new URL(location.href);
  const known = sessionStorage.getItem(STATE);
  sessionStorage.removeItem(STATE);
  if (known === null || !(answer.searchParams.has("code") || answer.searchParams.has("error"))) {
    await leaveFor(config);
    return undefined;
  }
  const { state, verifier, nonce, hash } = stateOf(known);
  const parameters = oauth.validateAuthResponse(server, client, answer, state);
  const response = await oauth.authorizationCodeGrantRequest(
    server,
    client,
    oauth.None(),
    parameters,
    here(),
    verifier,
    insecure(config),
  );
  const tokens = await oauth.processAuthorizationCodeResponse(server, client, response, {
    expectedNonce: nonce,
  });
  // the code is gone from the address and from the history
  history.replaceState(null, "", `/${hash}`);
  return sessionOf({ config, server, client }, tokens);
}

function stateOf(text: string): Record<"state" | "verifier" | "nonce" | "hash", string> {
  const [state = "", verifier = "", nonce = "", hash = ""] = text.split(" ");
  return { state, verifier, nonce, hash };
}

async function leaveFor({ authorization_endpoint, client_id }: SignInConfig): Promise<void> {
  const verifier = oauth.generateRandomCodeVerifier();
  const state = oauth.generateRandomState();
  const nonce = oauth.generateRandomNonce();
  sessionStorage.setItem(STATE, `${state} ${verifier} ${nonce} ${location.hash}`);
  const url = new URL(authorization_endpoint);
  url.search = new URLSearchParams({
    client_id,
    response_type: "code",
    redirect_uri: here(),
    scope: "openid email",
    state,
    nonce,
    code_challenge: await oauth.calculatePKCECodeChallenge(verifier),
    code_challenge_method: "S256",
  }).toString();
  location.assign(url);
}

type Known = { config: SignInConfig; server: oauth.AuthorizationServer; client: oauth.Client };

function sessionOf({ config, server, client }: Known, first: oauth.TokenEndpointResponse): Session {
  let tokens = first;
  const untilOf = ({ expires_in = 900 }: oauth.TokenEndpointResponse) =>
    Date.now() + expires_in * 1000 - EARLY_MS;
  let until = untilOf(first);
  const refresh = async () => {
    const { refresh_token } = tokens;
    if (refresh_token === undefined) throw new Error("signed out");
    const response = await oauth.refreshTokenGrantRequest(
      server,
      client,
      oauth.None(),
      refresh_token,
      insecure(config),
    );
    const fresh = await oauth.processRefreshTokenResponse(server, client, response);
    tokens = { ...fresh, refresh_token: fresh.refresh_token ?? refresh_token };
    until = untilOf(fresh);
  };
  let refreshing: Promise<void> | undefined;
  return {
    token: async () => {
      if (Date.now() >= until) await (refreshing ??= refresh().finally(() => (refreshing = undefined)));
      return tokens.access_token;
    },
    again: () => leaveFor(config),
    leave: async () => {
      const { refresh_token } = tokens;
      tokens = { access_token: "", token_type: "bearer" };
      until = 0;
      if (refresh_token !== undefined) await revoke({ config, server, client }, refresh_token);
      const url = new URL(config.logout_url);
      url.search = new URLSearchParams({ client_id: config.client_id, logout_uri: here() }).toString();
      location.assign(url);
    },
  };
}

/** Whoever kept a copy gets nothing more for it; without a connection it ends by itself in 12 hours. */
async function revoke({ config, server, client }: Known, refresh_token: string): Promise<void> {
  const options = { ...insecure(config), signal: AbortSignal.timeout(REVOKE_MS) };
  await oauth.revocationRequest(server, client, oauth.None(), refresh_token, options).catch(() => undefined);
}

/** On one machine the sign-in page speaks plain HTTP. */
const insecure = ({ issuer }: SignInConfig) =>
  issuer.startsWith("http://127.0.0.1:") ? { [oauth.allowInsecureRequests]: true } : {};
