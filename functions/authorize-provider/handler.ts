import type { ProviderKeyStore } from "../../adapters/provider-key-store.ts";
import { isLive } from "../../domain/setup.ts";
import type { Identity } from "../../domain/access.ts";

type Deps = { keys: Pick<ProviderKeyStore, "byKey" | "used">; clock: () => Date };
type Request = { headers?: Record<string, string | undefined> };
type Decision = { isAuthorized: boolean; context: Identity };

const hourOf = (instant = "") => instant.slice(0, 13);

/**
 * Finds out who calls. A wrong key is let through without an identity, because the gateway's own refusal says nothing
 * that helps; the handler answers it with a problem.
 */
export const authorizeProvider =
  ({ keys, clock }: Deps) =>
  async ({ headers = {} }: Request): Promise<Decision> => {
    const [, key] = /^Bearer ([\w.~+/=-]{1,512})$/i.exec(headers["authorization"]?.trim() ?? "") ?? [];
    const entry = key === undefined ? undefined : await keys.byKey(key);
    const now = clock();
    const live = entry !== undefined && isLive(entry, now);
    if (live && key !== undefined && hourOf(entry.last_used_at) !== hourOf(now.toISOString()))
      // who is refused for that would be refused for nothing
      await keys.used(key, now).catch(() => undefined);
    return { isAuthorized: true, context: live ? { provider_id: entry.provider_id } : {} };
  };
