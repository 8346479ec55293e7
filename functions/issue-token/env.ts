import * as z from "zod";

export const IssueTokenEnv = z.object({
  /** Whether the district's identity provider lets nobody in here without a second factor. */
  MFA_ENFORCED: z.enum(["yes", "no"]),
  /** Whether grants may come from the identity provider. */
  GRANTS_FROM_CLAIM: z.enum(["yes", "no"]),
});
