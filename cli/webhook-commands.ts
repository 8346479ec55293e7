import type { Command } from "commander";
import { randomBytes } from "node:crypto";
import { liveSecrets, schemeOf, type SealedSecret, type WebhookEndpoint } from "../domain/webhook.ts";
import { show, type Common, type Context } from "./command-context.ts";
import { UsageError } from "./fail.ts";
import { daysAfter, daysOf, providerIdOf } from "./key-options.ts";
import type { Target } from "./target.ts";

type AddFlags = Common & { secret?: string };

/** Addresses for systems that already send webhooks (standardwebhooks.com). */
export function addWebhooks(provider: Command, context: Context): void {
  const webhook = provider.command("webhook").description("addresses for systems that send signed webhooks");
  addAdd(webhook, context);
  addRotate(webhook, context);
  addList(webhook, context);
  addRevoke(webhook, context);
}

const SECRET = "--secret <secret>";
const SECRET_HELP = "whsec_… or an ed25519 public key whpk_… that the provider made; without it one is made";

function addAdd(webhook: Command, { io, target }: Context): void {
  webhook
    .command("add <provider_id>")
    .description("make an address whose posts are signed (Standard Webhooks); the secret is shown once")
    .option(SECRET, SECRET_HELP)
    .option("--json", "as JSON")
    .action(async (id: string, flags: AddFlags) => {
      const place = await target();
      const value = await addEndpoint(place, { provider_id: providerIdOf(id), ...flags, now: new Date() });
      show(io, flags, { value, text: shown(value) });
    });
}

const shown = ({ url, secret }: { url: string; secret: string | undefined }) =>
  [`Post to ${url}`, ...(secret === undefined ? [] : ["signed with, shown this once:", secret])].join("\n");

function addRotate(webhook: Command, { io, target }: Context): void {
  webhook
    .command("rotate <endpoint_id>")
    .description("add a secret; those before it go on for some days, then end by themselves")
    .option(SECRET, SECRET_HELP)
    .option("--overlap-days <days>", "how long the old secret goes on", "14")
    .option("--json", "as JSON")
    .action(async (endpoint_id: string, flags: AddFlags & { overlapDays: string }) => {
      const days = daysOf(flags.overlapDays);
      const value = await rotateEndpoint(await target(), { endpoint_id, ...flags, days, now: new Date() });
      const text = `${shown(value)}\nOlder secrets end at ${value.old_ends_at}.`;
      show(io, flags, { value, text });
    });
}

function addList(webhook: Command, { io, target }: Context): void {
  webhook
    .command("list")
    .description("addresses and how many secrets of each are live, without the secrets")
    .option("--json", "as JSON")
    .action(async (flags: Common) => {
      const now = new Date();
      const value = (await (await target()).webhooks.list()).map(({ secrets, ...endpoint }) => ({
        ...endpoint,
        live_secrets: liveSecrets({ ...endpoint, secrets }, now).length,
      }));
      const lines = value.map((one) =>
        [
          one.endpoint_id,
          one.provider_id,
          one.revoked_at === undefined ? `${one.live_secrets} live secrets` : "revoked",
        ].join("  "),
      );
      show(io, flags, { value, text: lines.join("\n") });
    });
}

function addRevoke(webhook: Command, { io, target }: Context): void {
  webhook
    .command("revoke <endpoint_id>")
    .description("refuse an address from now on (it may be known for 60 s more)")
    .action(async (endpoint_id: string) => {
      const place = await target();
      await place.webhooks.put({
        ...(await endpointOf(place, endpoint_id)),
        revoked_at: new Date().toISOString(),
      });
      io.out(`Endpoint ${endpoint_id} is revoked.`);
    });
}

async function endpointOf({ webhooks }: Target, endpoint_id: string): Promise<WebhookEndpoint> {
  const found = await webhooks.get(endpoint_id);
  if (found === undefined)
    throw new UsageError(
      `There is no endpoint ${endpoint_id}: \`rollcall provider webhook list\` names them.`,
    );
  return found;
}

type NewSecret = { endpoint_id: string; secret?: string | undefined; now: Date };

/** A sealed secret, and what was made, to be shown once; undefined where it was given. */
async function sealedOf({ secrets }: Target, { endpoint_id, secret, now }: NewSecret) {
  const made = secret === undefined ? `whsec_${randomBytes(32).toString("base64")}` : undefined;
  const plain = secret ?? made ?? "";
  const scheme = schemeOf(plain);
  if (scheme === undefined)
    throw new UsageError("--secret is neither whsec_ with 24 to 64 bytes nor whpk_ with 32, in base64.");
  const sealed: SealedSecret = {
    secret_id: randomBytes(6).toString("hex"),
    scheme,
    sealed: await secrets.seal(plain, { purpose: "webhook", id: endpoint_id }),
    created_at: now.toISOString(),
  };
  return { sealed, made };
}

const urlOf = ({ apiUrl }: Target, endpoint_id: string) => `${apiUrl}/v1/webhooks/${endpoint_id}`;

type NewEndpoint = { provider_id: string; secret?: string | undefined; now: Date };

export async function addEndpoint(place: Target, { provider_id, secret, now }: NewEndpoint) {
  if ((await place.setup.provider(provider_id)) === undefined)
    throw new UsageError(`Provider ${provider_id} is not set up.`);
  const endpoint_id = randomBytes(16).toString("base64url");
  const { sealed, made } = await sealedOf(place, { endpoint_id, secret, now });
  await place.webhooks.put({
    endpoint_id,
    provider_id,
    created_at: now.toISOString(),
    secrets: [sealed],
  });
  return { endpoint_id, provider_id, url: urlOf(place, endpoint_id), secret: made };
}

export async function rotateEndpoint(
  place: Target,
  { endpoint_id, secret, days, now }: NewSecret & { days: number },
) {
  const before = await endpointOf(place, endpoint_id);
  const { sealed, made } = await sealedOf(place, { endpoint_id, secret, now });
  const old_ends_at = daysAfter(now, days);
  const older = liveSecrets(before, now).map((one) => ({
    ...one,
    expires_at: one.expires_at !== undefined && one.expires_at < old_ends_at ? one.expires_at : old_ends_at,
  }));
  await place.webhooks.put({ ...before, secrets: [sealed, ...older] });
  return { endpoint_id, url: urlOf(place, endpoint_id), secret: made, old_ends_at };
}
