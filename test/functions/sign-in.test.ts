import {
  CompactSign,
  createLocalJWKSet,
  errors,
  exportJWK,
  generateKeyPair,
  SignJWT,
  UnsecuredJWT,
  type JWTPayload,
} from "jose";
import { describe, expect, it } from "vitest";
import * as z from "zod";
import { callerOf } from "../../domain/access.ts";
import { nothingSetUp, Setup } from "../../domain/setup.ts";
import { claimsOf } from "../../functions/authorize-reader/claims.ts";
import { authorizeReader } from "../../functions/authorize-reader/handler.ts";
import { issueToken, type Config } from "../../functions/issue-token/handler.ts";

/** From what the identity provider says of somebody to what she may do, over tokens that a key set of ours signed. */

const ISSUER = "https://cognito.example/pool";
const CLIENT = "web";
const NOW = Math.floor(Date.parse("2026-03-04T18:00:00Z") / 1000);
const clock = () => new Date(NOW * 1000);
const EMAIL = "lead@district.example";

const pool = await generateKeyPair("RS256");
const stranger = await generateKeyPair("RS256");
const other = await generateKeyPair("PS256");
const keys = createLocalJWKSet({
  keys: [
    { ...(await exportJWK(pool.publicKey)), kid: "pool", alg: "RS256" },
    { ...(await exportJWK(other.publicKey)), kid: "other", alg: "PS256" },
  ],
});

const GOOD = {
  iss: ISSUER,
  exp: NOW + 900,
  iat: NOW,
  auth_time: NOW,
  token_use: "access",
  client_id: CLIENT,
  rollcall_email: EMAIL,
  rollcall_mfa: "false",
};
const without = (name: keyof typeof GOOD): JWTPayload =>
  Object.fromEntries(Object.entries(GOOD).filter(([one]) => one !== name));

const signed = (payload: JWTPayload, key = pool.privateKey, header = { alg: "RS256", kid: "pool" }) =>
  new SignJWT(payload).setProtectedHeader(header).sign(key);
const signedText = (text: string) =>
  new CompactSign(new TextEncoder().encode(text))
    .setProtectedHeader({ alg: "RS256", kid: "pool" })
    .sign(pool.privateKey);

const byKey = async () => undefined;
const authorize = authorizeReader({
  keys: { byKey },
  claims: claimsOf({ keys, issuer: ISSUER, clock }),
  clientId: CLIENT,
  clock,
});
const identityOf = async (token: string, scheme = "Bearer") =>
  (await authorize({ headers: { authorization: `${scheme} ${token}` } })).context;

describe("an access token", () => {
  it("of the pool, for these pages, is somebody", async () => {
    expect(await identityOf(await signed(GOOD))).toEqual({ email: EMAIL, mfa: false });
    expect(await identityOf(await signed({ ...GOOD, rollcall_grants: "auditor:0100" }))).toEqual({
      email: EMAIL,
      mfa: false,
      claim: "auditor:0100",
    });
  });

  it.each<[string, () => Promise<string> | string]>([
    ["signed by a stranger", () => signed(GOOD, stranger.privateKey)],
    ["that names a key nobody has", () => signed(GOOD, pool.privateKey, { alg: "RS256", kid: "none" })],
    ["of another algorithm", () => signed(GOOD, other.privateKey, { alg: "PS256", kid: "other" })],
    ["that nobody signed", () => new UnsecuredJWT(GOOD).encode()],
    ["that was changed afterwards", async () => tampered(await signed(GOOD))],
    ["of another pool", () => signed({ ...GOOD, iss: "https://cognito.example/other" })],
    ["of nobody's pool", () => signed(without("iss"))],
    ["for another client", () => signed({ ...GOOD, client_id: "other" })],
    ["for no client", () => signed(without("client_id"))],
    ["that says who signed in, not what she may", () => signed({ ...GOOD, token_use: "id", aud: CLIENT })],
    ["of no use", () => signed(without("token_use"))],
    ["that has expired", () => signed({ ...GOOD, exp: NOW })],
    ["that never expires", () => signed(without("exp"))],
    ["that is not yet valid", () => signed({ ...GOOD, nbf: NOW + 60 })],
    ["of nobody", () => signed(without("rollcall_email"))],
    ["of no address", () => signed({ ...GOOD, rollcall_email: "lead" })],
    ["of two addresses", () => signed({ ...GOOD, rollcall_email: [EMAIL, "admin@district.example"] })],
    ["without a word on the second factor", () => signed(without("rollcall_mfa"))],
    ["with two words on it", () => signed({ ...GOOD, rollcall_mfa: ["false", "true"] })],
    ["with one claim twice", () => signedText(doubled("rollcall_email", "admin@district.example"))],
    ["with its client twice", () => signedText(doubled("client_id", CLIENT))],
    ["that is none", () => "a.b.c"],
    ["that is empty", () => ""],
  ])("%s is nobody", async (_, token) => {
    expect(await identityOf(await token())).toEqual({});
  });

  it("is asked for in the one way there is", async () => {
    expect(await identityOf(await signed(GOOD), "bearer")).toEqual({ email: EMAIL, mfa: false });
    expect(await identityOf(await signed(GOOD), "Basic")).toEqual({});
    expect((await authorize({})).context).toEqual({});
    expect((await authorize({ headers: { authorization: await signed(GOOD) } })).context).toEqual({});
  });

  it("is not judged while the pool's keys cannot be fetched", async () => {
    const unreachable = claimsOf({
      keys: () => Promise.reject(new errors.JWKSTimeout()),
      issuer: ISSUER,
      clock,
    });
    await expect(unreachable(await signed(GOOD))).rejects.toThrow("timed out");
  });
});

function tampered(token: string): string {
  const [head = "", , mac = ""] = token.split(".");
  const payload = Buffer.from(JSON.stringify({ ...GOOD, rollcall_mfa: "true" })).toString("base64url");
  return `${head}.${payload}.${mac}`;
}

const doubled = (name: string, value: string) =>
  JSON.stringify(GOOD).replace("{", `{${JSON.stringify(name)}:${JSON.stringify(value)},`);

const CONFIG: Config = { mfaEnforced: false, grantsFromClaim: false };
const OIDC = JSON.stringify([{ providerName: "District", providerType: "OIDC", userId: "1" }]);
const SAML = JSON.stringify([{ providerName: "District", providerType: "SAML", userId: "1" }]);
type Attributes = Record<string, string>;

const Answer = z.object({
  triggerSource: z.string().optional(),
  response: z.object({
    claimsAndScopeOverrideDetails: z.object({
      accessTokenGeneration: z.object({ claimsToAddOrOverride: z.record(z.string(), z.string()) }),
    }),
  }),
});

/** What the trigger says of somebody, in an event of Cognito's. */
async function issued(userAttributes: Attributes, config: Partial<Config> = {}, source = "HostedAuth") {
  const event = {
    version: "2",
    triggerSource: `TokenGeneration_${source}`,
    userPoolId: "pool",
    userName: "u",
    callerContext: { clientId: CLIENT },
    request: { userAttributes, scopes: ["openid"], groupConfiguration: {} },
    response: {},
  };
  const { response, triggerSource } = Answer.parse(await issueToken({ ...CONFIG, ...config })(event));
  expect(triggerSource).toBe(event.triggerSource);
  return response.claimsAndScopeOverrideDetails.accessTokenGeneration.claimsToAddOrOverride;
}

describe("what a token says of its user", () => {
  const local = { email: "Lead@District.example", email_verified: "true" };
  const federated = { ...local, identities: OIDC };

  it.each<[string, Attributes, object]>([
    ["a local user with a verified address", local, { rollcall_email: EMAIL }],
    ["one whom the district's provider vouches for", federated, { rollcall_email: EMAIL }],
    ["one vouched for as Entra says it", { ...federated, email_verified: "1" }, { rollcall_email: EMAIL }],
    [
      "one of a directory that SAML speaks for",
      { ...federated, identities: SAML, email_verified: "false" },
      { rollcall_email: EMAIL },
    ],
    ["a local user unverified", { ...local, email_verified: "false" }, { rollcall_unverified: "true" }],
    [
      "one whom OpenID Connect does not vouch for",
      { ...federated, email_verified: "false" },
      { rollcall_unverified: "true" },
    ],
    ["one of whom it says nothing", { email: EMAIL, identities: OIDC }, { rollcall_unverified: "true" }],
    [
      "one who came by both, unverified",
      { email: EMAIL, identities: `${SAML.slice(0, -1)},${OIDC.slice(1)}` },
      { rollcall_unverified: "true" },
    ],
    ["one of nowhere that is known", { email: EMAIL, identities: "[" }, { rollcall_unverified: "true" }],
    ["one of an empty list", { email: EMAIL, identities: "[]" }, { rollcall_unverified: "true" }],
    ["one without an address", { email_verified: "true" }, { rollcall_unverified: "true" }],
  ])("%s", async (_, attributes, says) => {
    expect(await issued(attributes)).toMatchObject(says);
    expect(Object.keys(await issued(attributes)).sort()).toEqual(
      [...Object.keys(says), "rollcall_mfa"].sort(),
    );
  });

  it("of an unverified address, is told and not believed", async () => {
    const claims = await issued({ ...federated, email_verified: "false" });
    const identity = await identityOf(await signed({ ...without("rollcall_email"), ...claims }));
    expect(identity).toEqual({ unverified: true });
    expect(callerOf(identity, nothingSetUp(), { today: "2026-03-04" })).toBeUndefined();
  });

  it.each<[string, Attributes, Partial<Config>, string]>([
    ["a local user gave one", local, {}, "true"],
    ["a federated one did not", federated, {}, "false"],
    ["one whose provider said so once", { ...federated, "custom:amr": "mfa" }, {}, "false"],
    ["one of whom it is said in a list", { ...federated, "custom:amr": '["pwd","mfa"]' }, {}, "false"],
    ["one of whom it is said in acr", { ...federated, "custom:acr": "mfa" }, {}, "false"],
    ["a local user who was linked with a federated one", { ...local, identities: SAML }, {}, "false"],
    ["one whose provider asks everybody", federated, { mfaEnforced: true }, "true"],
    [
      "one of a directory that asks everybody",
      { ...federated, identities: SAML },
      { mfaEnforced: true },
      "true",
    ],
  ])("of the second factor: %s", async (_, attributes, config, mfa) => {
    expect((await issued(attributes, config)).rollcall_mfa).toBe(mfa);
  });

  it("takes grants from the identity provider where the district lets it, and never from a local user", async () => {
    const claimed = { ...federated, "custom:grants": "district_admin:0100" };
    const grants = async (attributes: Attributes, grantsFromClaim: boolean) =>
      (await issued(attributes, { grantsFromClaim }))["rollcall_grants"];
    expect(await grants(claimed, true)).toBe("district_admin:0100");
    expect(await grants(claimed, false)).toBeUndefined();
    expect(await grants({ ...local, "custom:grants": "district_admin:0100" }, true)).toBeUndefined();
    expect(await grants(federated, true)).toBeUndefined();
  });
});

describe("the second factor of a session", () => {
  const setup = Setup.parse({
    people: [{ person_id: "a", email: EMAIL, grants: [{ role: "district_admin", district_id: "0100" }] }],
  });
  /** How somebody signs in, and as which user of the pool. */
  type Session = { name: string; user: "local" | "federated"; amr?: string };
  type Step = { session: Session; does: "signs in" | "refreshes" };
  type Users = Record<Session["user"], Attributes>;

  /** The user as Cognito keeps her: each sign-in writes over what the last one said, or leaves it where nothing is said. */
  function signedIn(users: Users, { user, amr }: Session): Users {
    return { ...users, [user]: { ...users[user], ...(amr !== undefined && { "custom:amr": amr }) } };
  }

  async function rolesAfter(steps: readonly Step[], config: Partial<Config> = {}): Promise<string[]> {
    const address = { email: EMAIL, email_verified: "true" };
    let users: Users = { local: address, federated: { ...address, identities: OIDC } };
    const seen: string[] = [];
    for (const { session, does } of steps) {
      if (does === "signs in") users = signedIn(users, session);
      const source = does === "signs in" ? "HostedAuth" : "RefreshTokens";
      const claims = await issued(users[session.user], config, source);
      const identity = await identityOf(await signed({ ...without("rollcall_email"), ...claims }));
      const caller = callerOf(identity, setup, { today: "2026-03-04" });
      seen.push(`${session.name} ${does}: ${(caller?.grants ?? []).map(({ role }) => role).join()}`);
    }
    return seen;
  }

  /** Every order of two lists, each of which keeps its own. */
  function orders<T>(left: readonly T[], right: readonly T[]): T[][] {
    const [a, ...restA] = left;
    const [b, ...restB] = right;
    if (a === undefined) return [[...right]];
    if (b === undefined) return [[...left]];
    return [
      ...orders(restA, right).map((rest) => [a, ...rest]),
      ...orders(left, restB).map((rest) => [b, ...rest]),
    ];
  }

  const stepsOf = (session: Session): Step[] => [
    { session, does: "signs in" },
    { session, does: "refreshes" },
    { session, does: "refreshes" },
  ];
  const LOCAL: Session = { name: "local", user: "local" };
  const SAID: Session = { name: "said", user: "federated", amr: "mfa" };
  const PASSWORD: Session = { name: "password", user: "federated", amr: "pwd" };
  const SILENT: Session = { name: "silent", user: "federated" };

  it.each<[Session, Session]>([
    [LOCAL, PASSWORD],
    [LOCAL, SAID],
    [SAID, PASSWORD],
    [SAID, SILENT],
    [SAID, { ...SAID, name: "again" }],
  ])("is its own in every order of two of one person: $0.name, $1.name", async (one, other) => {
    const all = orders(stepsOf(one), stepsOf(other));
    expect(all).toHaveLength(20);
    const seen = (await Promise.all(all.map((steps) => rolesAfter(steps)))).flat();
    const admin = seen.filter((line) => line.endsWith(": district_admin"));
    // all three steps of whoever came as a local user, in every order, and nobody else's
    expect(admin).toHaveLength(one.user === "local" ? 60 : 0);
    expect(admin.every((line) => line.startsWith("local "))).toBe(true);
  });

  it("is given by all where the identity provider asks everybody, which this suite notices (control)", async () => {
    for (const steps of orders(stepsOf(SAID), stepsOf(PASSWORD)))
      for (const line of await rolesAfter(steps, { mfaEnforced: true }))
        expect(line.endsWith(": district_admin")).toBe(true);
  });
});
