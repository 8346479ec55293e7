import * as z from "zod";

export const CheckDriftEnv = z.object({ TABLE_NAME: z.string().min(3) });
