import * as z from "zod";

export const PublishPagesEnv = z.object({ BUCKET: z.string().min(3) });
