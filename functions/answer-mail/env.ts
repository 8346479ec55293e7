import * as z from "zod";

export const AnswerMailEnv = z.object({ TABLE_NAME: z.string().min(3) });
