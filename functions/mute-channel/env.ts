import * as z from "zod";

export const MuteChannelEnv = z.object({ TABLE_NAME: z.string().min(3) });
