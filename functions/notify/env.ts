import * as z from "zod";

export const NotifyEnv = z.object({
  TABLE_NAME: z.string().min(3),
  /** Where the links in mails lead to. */
  API_URL: z.string().min(1),
  /** Where the pages are that people look at. */
  PAGES_URL: z.string().min(1),
  /** The verified address that mails come from. */
  SENDER: z.string().min(3),
  CONFIGURATION_SET: z.string().min(1),
  /** ARN of the number or pool that texts come from; empty where none is registered: then no text is sent. */
  TEXT_ORIGIN: z.string().default(""),
});
