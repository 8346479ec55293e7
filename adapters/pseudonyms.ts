import { createHmac } from "node:crypto";
import type { IsErased } from "../domain/erasure.ts";
import { dynamoErasedStore } from "./erased-store.ts";
import type { TableAccess } from "./query.ts";
import { pseudonymSecretStore, type SecretStore } from "./secret-store.ts";

const pseudonymOf = (student_id: string, secret: string) =>
  createHmac("sha256", secret).update(student_id).digest("base64url").slice(0, 22);

/** A name for a student that means nothing without this deployment's secret, and is always the same. */
export function pseudonyms(secrets: Pick<SecretStore, "make">) {
  let secret: Promise<string> | undefined;
  return async (student_id: string): Promise<string> =>
    pseudonymOf(student_id, await (secret ??= secrets.make()));
}

/** Says of any student whether she was erased. */
export async function erasedStudents(table: TableAccess): Promise<IsErased> {
  const names = await dynamoErasedStore(table).all();
  const secret = names.size === 0 ? undefined : await pseudonymSecretStore(table).read();
  return secret === undefined ? () => false : (student_id) => names.has(pseudonymOf(student_id, secret));
}
