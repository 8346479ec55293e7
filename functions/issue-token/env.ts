import * as z from "zod";

export const IssueTokenEnv = z.object({
  /** What the district's identity provider says of somebody who gave a second factor; empty where it says nothing. */
  MFA_VALUES: z.string(),
  /** Whether it lets nobody in here without one. */
  MFA_ENFORCED: z.enum(["yes", "no"]),
  /** Whether grants may come from the identity provider. */
  GRANTS_FROM_CLAIM: z.enum(["yes", "no"]),
});
