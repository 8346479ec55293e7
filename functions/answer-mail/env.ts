import * as z from "zod";

export const AnswerMailEnv = z.object({ TABLE_NAME: z.string().min(3), PAGES_URL: z.string().min(1) });
