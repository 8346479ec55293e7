import { keyIdOf, newKey } from "../adapters/provider-key-store.ts";
import type { Target } from "./target.ts";

/** A provider with a key of its own, for a stack on one machine. Resolves to the key. */
export async function readyProvider({ providerKeys, setup }: Target, provider_id: string): Promise<string> {
  const key = newKey();
  await providerKeys.put(key, { key_id: keyIdOf(key), provider_id, created_at: new Date().toISOString() });
  await setup.put({ districts: [], schools: [], programs: [], providers: [{ provider_id }], contacts: [] });
  return key;
}
