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
  const known = () =>
    (secret ??= secrets.make().catch((error: unknown) => {
      // asked again the next time
      secret = undefined;
      throw error;
    }));
  return async (student_id: string): Promise<string> => pseudonymOf(student_id, await known());
}

/** Says of any student whether she was erased. */
export async function erasedStudents(table: TableAccess): Promise<IsErased> {
  const names = await dynamoErasedStore(table).all();
  if (names.size === 0) return () => false;
  const secret = await pseudonymSecretStore(table).read();
  if (secret === undefined)
    throw new Error("students were erased, but the secret of their pseudonyms is lost");
  return (student_id) => names.has(pseudonymOf(student_id, secret));
}
