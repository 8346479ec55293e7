import type { Command } from "commander";
import { keyIdOf, newKey } from "../adapters/provider-key-store.ts";
import { ProviderId } from "../domain/ids.ts";
import { show, type Common, type Context } from "./command-context.ts";
import { UsageError } from "./fail.ts";

export function addProvider({ program, io, target }: Context): void {
  const provider = program.command("provider").description("keys of the providers");
  provider
    .command("add <provider_id>")
    .description("make a key; it is shown once, only its hash is stored")
    .option("--name <name>", "the provider's name")
    .option("--expires <instant>", "ISO instant from which the key is refused")
    .option("--json", "as JSON")
    .action(async (id: string, options: Common & { name?: string; expires?: string }) => {
      const provider_id = ProviderId.safeParse(id);
      if (!provider_id.success)
        throw new UsageError(`provider_id ${provider_id.error.issues[0]?.message ?? "is wrong"}.`);
      const value = await addKey(await target(), { provider_id: provider_id.data, ...options });
      const text = `Key of ${value.provider_id} (id ${value.key_id}), shown this once:\n${value.key}`;
      show(io, options, { value, text });
    });
  provider
    .command("list")
    .description("keys by id, without the keys")
    .option("--json", "as JSON")
    .action(async (options: Common) => {
      const value = await (await target()).providerKeys.list();
      const lines = value.map((key) =>
        [
          key.key_id,
          key.provider_id,
          key.created_at,
          key.revoked_at ? "revoked" : (key.expires_at ?? "live"),
        ].join("  "),
      );
      show(io, options, { value, text: lines.join("\n") });
    });
  addRevoke(provider, { io, target });
}

function addRevoke(provider: Command, { io, target }: Omit<Context, "program">): void {
  provider
    .command("revoke <key_id>")
    .description("refuse a key from now on (callers may be known for 30 s more)")
    .action(async (key_id: string) => {
      if (!(await (await target()).providerKeys.revoke(key_id, new Date())))
        throw new UsageError(`There is no key ${key_id}.`);
      io.out(`Key ${key_id} is revoked.`);
    });
}

type NewKey = { provider_id: string; name?: string; expires?: string };

async function addKey(place: Awaited<ReturnType<Context["target"]>>, { provider_id, name, expires }: NewKey) {
  const key = newKey();
  const expiry = expires === undefined ? undefined : new Date(expires);
  if (expiry !== undefined && Number.isNaN(expiry.getTime()))
    throw new UsageError("--expires is no ISO instant, such as 2027-06-30T00:00:00Z.");
  const { providers } = await place.setup.all();
  if (!providers.some((known) => known.provider_id === provider_id)) {
    const entry = { provider_id, ...(name !== undefined && { name }) };
    await place.setup.put({ districts: [], schools: [], programs: [], providers: [entry], contacts: [] });
  }
  const entry = { key_id: keyIdOf(key), provider_id, created_at: new Date().toISOString() };
  await place.providerKeys.put(key, { ...entry, ...(expiry && { expires_at: expiry.toISOString() }) });
  return { ...entry, key };
}
