import * as z from "zod";

export const SealAuditEnv = z.object({
  TABLE_NAME: z.string().min(3),
  ANCHOR_BUCKET: z.string().min(3),
  /** Where S3 is on one machine. */
  AWS_ENDPOINT_URL_S3: z.url().optional(),
});
