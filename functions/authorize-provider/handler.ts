import type { ProviderKeyStore } from "../../adapters/provider-key-store.ts";
import { isLive } from "../../domain/setup.ts";
import type { Identity } from "../framework/http.ts";

type Deps = { keys: Pick<ProviderKeyStore, "byKey">; clock: () => Date };
type Request = { headers?: Record<string, string | undefined> };
type Decision = { isAuthorized: boolean; context: Identity };

/**
 * Finds out who calls. A wrong key is let through without an identity, because the gateway's own refusal says nothing
 * that helps; the handler answers it with a problem.
 */
export const authorizeProvider =
  ({ keys, clock }: Deps) =>
  async ({ headers = {} }: Request): Promise<Decision> => {
    const [, key] = /^Bearer ([\w.~+/=-]{1,512})$/i.exec(headers["authorization"]?.trim() ?? "") ?? [];
    const entry = key === undefined ? undefined : await keys.byKey(key);
    const live = entry !== undefined && isLive(entry, clock());
    return { isAuthorized: true, context: live ? { provider_id: entry.provider_id } : {} };
  };
