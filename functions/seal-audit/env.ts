import * as z from "zod";

export const SealAuditEnv = z.object({ TABLE_NAME: z.string().min(3), ANCHOR_BUCKET: z.string().min(3) });
