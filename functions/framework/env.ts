import type * as z from "zod";

/** The environment that a function's schema asks for, as `lib/` must provide it. */
export type EnvOf<Schema extends z.ZodType> = z.input<Schema>;
