import * as z from "zod";

export const IngestEventsEnv = z.object({ TABLE_NAME: z.string().min(3) });
