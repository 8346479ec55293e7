import * as z from "zod";

export const AuthorizeProviderEnv = z.object({ TABLE_NAME: z.string().min(3) });
