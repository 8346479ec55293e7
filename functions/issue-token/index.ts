import { IssueTokenEnv } from "./env.ts";
import { issueToken } from "./handler.ts";

const env = IssueTokenEnv.parse(process.env);
export const handler = issueToken({
  mfaEnforced: env.MFA_ENFORCED === "yes",
  grantsFromClaim: env.GRANTS_FROM_CLAIM === "yes",
});
