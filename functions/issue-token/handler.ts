import * as z from "zod";

const Event = z.looseObject({
  request: z.looseObject({ userAttributes: z.record(z.string(), z.string()) }),
});
export type Config = {
  /** Values of `amr` or `acr` that stand for a second factor. */
  mfaValues: readonly string[];
  /** Whether the identity provider lets nobody in here without a second factor. */
  mfaEnforced: boolean;
  grantsFromClaim: boolean;
};

/** What an access token says of its user, beside what Cognito puts there. */
type Claims = {
  /** Her address, where somebody vouches for it. */
  rollcall_email?: string;
  /** There instead of it: she has an address for which nobody vouches. */
  rollcall_unverified?: "true";
  /** Whether every session of hers began with a second factor. */
  rollcall_mfa: "true" | "false";
  /**
   * When her identity provider last said that she gave one, in seconds since 1970. It is kept with the user and not with
   * the session, so it counts for the session that began at that time and for no other.
   */
  rollcall_mfa_at?: string;
  rollcall_grants?: string;
};

/**
 * Puts into an access token who somebody is and what is known of her second factor: a local user always gave one,
 * because the pool asks for a TOTP code; a federated one if the district says that its identity provider asks everybody,
 * else if that provider said so, in `amr` or `acr`, as this session began.
 */
export const issueToken =
  (config: Config) =>
  async (event: unknown): Promise<unknown> => {
    const parsed = Event.parse(event);
    const claims = claimsOf(parsed.request.userAttributes, config);
    const accessTokenGeneration = { claimsToAddOrOverride: claims };
    return { ...parsed, response: { claimsAndScopeOverrideDetails: { accessTokenGeneration } } };
  };

type Attributes = Readonly<Record<string, string>>;

function claimsOf(attributes: Attributes, { mfaValues, mfaEnforced, grantsFromClaim }: Config): Claims {
  const federated = (attributes["identities"] ?? "") !== "";
  const said = wordsOf(attributes["custom:amr"]).concat(wordsOf(attributes["custom:acr"]));
  const at = attributes["custom:said_at"] ?? "";
  const grants = attributes["custom:grants"];
  return {
    ...addressOf(attributes),
    rollcall_mfa: !federated || mfaEnforced ? "true" : "false",
    ...(at !== "" && said.some((value) => mfaValues.includes(value)) && { rollcall_mfa_at: at }),
    // only the identity provider may say it: nobody writes it by herself
    ...(grantsFromClaim && federated && grants !== undefined && { rollcall_grants: grants }),
  };
}

/**
 * An address is believed that the pool verified, or of which OpenID Connect says `email_verified`. SAML has no such
 * word: there the district's own directory is trusted, which its administrators keep.
 */
function addressOf(attributes: Attributes): Pick<Claims, "rollcall_email" | "rollcall_unverified"> {
  const { email = "", email_verified = "" } = attributes;
  const verified = isOnlySaml(attributes["identities"] ?? "") || ["true", "1"].includes(email_verified);
  return verified && email !== "" ? { rollcall_email: email.toLowerCase() } : { rollcall_unverified: "true" };
}

const Identities = z.array(z.looseObject({ providerType: z.string() })).min(1);

/** Whether all that Cognito keeps of where somebody comes from is SAML. */
function isOnlySaml(identities: string): boolean {
  const { data = [] } = Identities.safeParse(jsonOf(identities));
  return data.length > 0 && data.every(({ providerType }) => providerType === "SAML");
}

function jsonOf(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

/** A claim of one value or a list: `mfa`, `["pwd","mfa"]`, `[pwd, mfa]`. */
const wordsOf = (text = "") => text.split(/[\s,"[\]]+/).filter((word) => word !== "");
