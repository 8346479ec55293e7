import { createHmac } from "node:crypto";
import type { SecretStore } from "./secret-store.ts";

/** A name for a student that means nothing without this deployment's secret, and is always the same. */
export function pseudonyms(secrets: Pick<SecretStore, "make">) {
  let secret: Promise<string> | undefined;
  return async (student_id: string): Promise<string> =>
    createHmac("sha256", await (secret ??= secrets.make()))
      .update(student_id)
      .digest("base64url")
      .slice(0, 22);
}
