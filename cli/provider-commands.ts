import type { Command } from "commander";
import { keyIdOf, newKey } from "../adapters/provider-key-store.ts";
import { isLive, nothingSetUp, type ProviderKey } from "../domain/setup.ts";
import { addCheck } from "./check-command.ts";
import { show, type Common, type Context } from "./command-context.ts";
import { UsageError } from "./fail.ts";
import { daysAfter, daysOf, providerIdOf } from "./key-options.ts";
import type { Target } from "./target.ts";
import { addWebhooks } from "./webhook-commands.ts";

export function addProvider(context: Context): void {
  const provider = context.program.command("provider").description("keys and webhooks of the providers");
  addAdd(provider, context);
  addRotate(provider, context);
  addList(provider, context);
  addRevoke(provider, context);
  addWebhooks(provider, context);
  addCheck(provider, context);
}

/** Two, so that one can be replaced while the other is still in use. */
const LIVE_KEYS = 2;

const NO_CONTRACT =
  "It has no contract yet: until setup.yaml names one (contracts under providers), its events are refused.";

type AddFlags = Common & { name?: string; expires?: string };

function addAdd(provider: Command, { io, target }: Context): void {
  provider
    .command("add <provider_id>")
    .description("make a key; it is shown once, only its hash is stored; two may be live at a time")
    .option("--name <name>", "the provider's name")
    .option("--expires <instant>", "ISO instant from which the key is refused")
    .option("--json", "as JSON")
    .action(async (id: string, flags: AddFlags) => {
      const provider_id = providerIdOf(id);
      const place = await target();
      await putProvider(place, provider_id, flags.name);
      const value = await addKey(place, { provider_id, expires: flags.expires });
      const contracts = (await place.setup.provider(provider_id))?.contracts ?? [];
      const text = [
        `Key of ${provider_id} (id ${value.key_id}), shown this once:`,
        value.key,
        ...(contracts.length === 0 ? [NO_CONTRACT] : []),
      ].join("\n");
      show(io, flags, { value, text });
    });
}

type RotateFlags = Common & { overlapDays: string };

function addRotate(provider: Command, { io, target }: Context): void {
  provider
    .command("rotate <provider_id>")
    .description("make a new key; those before it go on for some days, then end by themselves")
    .option("--overlap-days <days>", "how long the old key goes on", "14")
    .option("--json", "as JSON")
    .action(async (id: string, flags: RotateFlags) => {
      const value = await rotateKey(await target(), {
        provider_id: providerIdOf(id),
        days: daysOf(flags.overlapDays),
        now: new Date(),
      });
      const text = `New key of ${value.provider_id} (id ${value.key_id}), shown this once:\n${value.key}\nThe old key ends at ${value.old_ends_at}.`;
      show(io, flags, { value, text });
    });
}

const stateOf = (key: ProviderKey, now: Date) => {
  if (key.revoked_at !== undefined) return "revoked";
  if (!isLive(key, now)) return "expired";
  return key.expires_at === undefined ? "live" : `live until ${key.expires_at}`;
};

function addList(provider: Command, { io, target }: Context): void {
  provider
    .command("list")
    .description("keys by id, without the keys: since when, until when, and when they were last used")
    .option("--json", "as JSON")
    .action(async (flags: Common) => {
      const value = await (await target()).providerKeys.list();
      const lines = value.map((key) =>
        [
          key.key_id,
          key.provider_id,
          `made ${key.created_at}`,
          stateOf(key, new Date()),
          key.last_used_at === undefined ? "never used" : `last used ${key.last_used_at}`,
        ].join("  "),
      );
      show(io, flags, { value, text: lines.join("\n") });
    });
}

function addRevoke(provider: Command, { io, target }: Context): void {
  provider
    .command("revoke <key_id>")
    .description("refuse a key from now on (callers may be known for 30 s more)")
    .action(async (key_id: string) => {
      if (!(await (await target()).providerKeys.revoke(key_id, new Date())))
        throw new UsageError(`There is no key ${key_id}.`);
      io.out(`Key ${key_id} is revoked.`);
    });
}

type NewKey = { provider_id: string; expires: string | undefined };

async function putProvider({ setup }: Target, provider_id: string, name: string | undefined): Promise<void> {
  if ((await setup.provider(provider_id)) !== undefined) return;
  const entry = { provider_id, ...(name !== undefined && { name }) };
  await setup.put({ ...nothingSetUp(), providers: [entry] });
}

const liveKeys = async ({ providerKeys }: Target, provider_id: string, now: Date) =>
  (await providerKeys.list()).filter((key) => key.provider_id === provider_id && isLive(key, now));

async function addKey(place: Target, { provider_id, expires }: NewKey) {
  const now = new Date();
  const expiry = expires === undefined ? undefined : new Date(expires);
  if (expiry !== undefined && Number.isNaN(expiry.getTime()))
    throw new UsageError("--expires is no ISO instant, such as 2027-06-30T00:00:00Z.");
  if ((await liveKeys(place, provider_id, now)).length >= LIVE_KEYS)
    throw new UsageError(
      `${provider_id} has ${LIVE_KEYS} live keys. Revoke one first: \`rollcall provider list\` names them.`,
    );
  const key = newKey();
  const entry = { key_id: keyIdOf(key), provider_id, created_at: now.toISOString() };
  await place.providerKeys.put(key, { ...entry, ...(expiry && { expires_at: expiry.toISOString() }) });
  return { ...entry, key };
}

type Rotation = { provider_id: string; days: number; now: Date };

/** A new key, and an end for the one before it. */
export async function rotateKey(place: Target, { provider_id, days, now }: Rotation) {
  const before = await liveKeys(place, provider_id, now);
  const value = await addKey(place, { provider_id, expires: undefined });
  const old_ends_at = daysAfter(now, days);
  for (const { key_id, expires_at } of before)
    if (expires_at === undefined || old_ends_at < expires_at)
      await place.providerKeys.expire(key_id, old_ends_at);
  return { ...value, old_ends_at };
}
