import * as z from "zod";
import type { ProviderKeyStore } from "../../adapters/provider-key-store.ts";
import type { Identity } from "../../domain/access.ts";
import { isLive } from "../../domain/setup.ts";

type Deps = {
  keys: Pick<ProviderKeyStore, "byKey">;
  /** The claims of a token that the district's user pool signed and that has not expired; undefined of any other. */
  claims: (token: string) => Promise<unknown>;
  clientId: string;
  clock: () => Date;
};
type Request = { headers?: Record<string, string | undefined> };
type Decision = { isAuthorized: boolean; context: Identity };

/** What `issue-token` puts into an access token, beside what Cognito puts there. */
const Claims = z.looseObject({
  token_use: z.literal("access"),
  client_id: z.string(),
  rollcall_email: z.email().optional(),
  rollcall_unverified: z.literal("true").optional(),
  rollcall_mfa: z.union([z.literal("true"), z.literal("false")]),
  rollcall_grants: z.string().max(4000).optional(),
});

/** Finds out who reads: a person by her token, or a provider's system by its key. */
export const authorizeReader =
  (deps: Deps) =>
  async ({ headers = {} }: Request): Promise<Decision> => {
    const [, token] = /^Bearer ([\w.~+/=-]{1,8192})$/i.exec(headers["authorization"]?.trim() ?? "") ?? [];
    const context = token === undefined ? {} : await identityOf(deps, token);
    return { isAuthorized: true, context };
  };

async function identityOf({ keys, claims, clientId, clock }: Deps, token: string): Promise<Identity> {
  if (token.startsWith("rck_")) {
    const entry = await keys.byKey(token);
    return entry !== undefined && isLive(entry, clock()) ? { provider_id: entry.provider_id } : {};
  }
  const { data } = Claims.safeParse(await claims(token));
  return data?.client_id === clientId ? personOf(data) : {};
}

function personOf(data: z.infer<typeof Claims>): Identity {
  const { rollcall_email: email, rollcall_grants: claim } = data;
  if (email === undefined) return data.rollcall_unverified === undefined ? {} : { unverified: true };
  return { email, mfa: data.rollcall_mfa === "true", ...(claim !== undefined && { claim }) };
}
