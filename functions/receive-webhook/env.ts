import * as z from "zod";

export const ReceiveWebhookEnv = z.object({ TABLE_NAME: z.string().min(3), KEY_ARN: z.string().min(1) });
