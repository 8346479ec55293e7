import * as z from "zod";

const Event = z.looseObject({
  request: z.looseObject({ userAttributes: z.record(z.string(), z.string()) }),
});
export type Config = {
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
  /** Whether her session began with a second factor. */
  rollcall_mfa: "true" | "false";
  rollcall_grants?: string;
};

/**
 * Puts into an access token who somebody is and whether she gave a second factor: a local user always did, because the
 * pool asks for a TOTP code; a federated one if the district says that its identity provider asks everybody. What that
 * provider says of a single sign-in (`amr`, `acr`) is not asked: Cognito keeps it with the user and not with the session,
 * so that a session which began with a password alone would be raised by another one of the same person.
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

function claimsOf(attributes: Attributes, { mfaEnforced, grantsFromClaim }: Config): Claims {
  const federated = (attributes["identities"] ?? "") !== "";
  const grants = attributes["custom:grants"];
  return {
    ...addressOf(attributes),
    rollcall_mfa: !federated || mfaEnforced ? "true" : "false",
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
