import * as z from "zod";

export const AuthorizeReaderEnv = z.object({
  TABLE_NAME: z.string().min(3),
  /** Who signs the tokens of people. */
  ISSUER: z.url(),
  CLIENT_ID: z.string().min(1),
});
