import * as z from "zod";

const Event = z.looseObject({
  request: z.looseObject({ userAttributes: z.record(z.string(), z.string()) }),
});
type Config = {
  /** Values of `amr` or `acr` that stand for a second factor. */
  mfaValues: readonly string[];
  grantsFromClaim: boolean;
};

/**
 * Puts into an access token who somebody is and whether she gave a second factor: a local user always did, because
 * the pool asks for a TOTP code; a federated one only if her identity provider says so, in `amr` or `acr`.
 */
export const issueToken =
  ({ mfaValues, grantsFromClaim }: Config) =>
  async (event: unknown): Promise<unknown> => {
    const parsed = Event.parse(event);
    const { userAttributes: attributes } = parsed.request;
    const federated = (attributes["identities"] ?? "") !== "";
    const email = attributes["email"]?.toLowerCase() ?? "";
    const vouched = federated || attributes["email_verified"] === "true";
    const said = wordsOf(attributes["custom:amr"]).concat(wordsOf(attributes["custom:acr"]));
    const mfa = !federated || said.some((value) => mfaValues.includes(value));
    const grants = attributes["custom:grants"];
    const claims = {
      ...(vouched && { rollcall_email: email }),
      rollcall_mfa: String(mfa),
      // only the identity provider may say it: nobody writes it by herself
      ...(grantsFromClaim && federated && grants !== undefined && { rollcall_grants: grants }),
    };
    const accessTokenGeneration = { claimsToAddOrOverride: claims };
    return { ...parsed, response: { claimsAndScopeOverrideDetails: { accessTokenGeneration } } };
  };

/** A claim of one value or a list: `mfa`, `["pwd","mfa"]`, `[pwd, mfa]`. */
const wordsOf = (text = "") => text.split(/[\s,"[\]]+/).filter((word) => word !== "");
