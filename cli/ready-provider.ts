import { keyIdOf, newKey } from "../adapters/provider-key-store.ts";
import { nothingSetUp } from "../domain/setup.ts";
import type { Target } from "./target.ts";

/** A provider with a key of its own and a contract for everything, for a stack on one machine. Resolves to the key. */
export async function readyProvider({ providerKeys, setup }: Target, provider_id: string): Promise<string> {
  const key = newKey();
  await providerKeys.put(key, { key_id: keyIdOf(key), provider_id, created_at: new Date().toISOString() });
  const { providers } = await setup.all();
  // a provider that is set up keeps its name
  if (!providers.some((known) => known.provider_id === provider_id))
    await setup.put({ ...nothingSetUp(), providers: [{ provider_id, contracts: [{}] }] });
  return key;
}
