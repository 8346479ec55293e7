import * as z from "zod";

export const ReadApiEnv = z.object({
  TABLE_NAME: z.string().min(3),
  TABLE_ARN: z.string().min(1),
  KEY_ARN: z.string().min(1),
  READER_ROLE_ARN: z.string().min(1),
  API_URL: z.string().min(1),
});
