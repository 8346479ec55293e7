import * as z from "zod";

export const SummarizeSchoolEnv = z.object({ TABLE_NAME: z.string().min(3) });
