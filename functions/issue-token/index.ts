import { IssueTokenEnv } from "./env.ts";
import { issueToken } from "./handler.ts";

const env = IssueTokenEnv.parse(process.env);
export const handler = issueToken({
  mfaValues: env.MFA_VALUES.split(",").filter((value) => value !== ""),
  mfaEnforced: env.MFA_ENFORCED === "yes",
  grantsFromClaim: env.GRANTS_FROM_CLAIM === "yes",
});
