import type { TestStack } from "./stack.ts";

/** Posts events as the ready-made provider. Resolves to what became of each. */
export async function postAll({ target, key }: TestStack, events: unknown[]): Promise<string[]> {
  const response = await fetch(`${target.apiUrl}/v1/events`, {
    method: "POST",
    headers: { "content-type": "application/json", authorization: `Bearer ${key}` },
    body: JSON.stringify(events),
  });
  return ((await response.json()) as { results: { result: string }[] }).results.map(({ result }) => result);
}

/** An access token of whoever is named, from the local issuer. */
export async function tokenOf(
  { stack }: TestStack,
  email: string,
  more: Record<string, string> = {},
): Promise<string> {
  const body = new URLSearchParams({ grant_type: "client_credentials", email, ...more });
  const response = await fetch(`${stack.issuerUrl}/token`, { method: "POST", body });
  return ((await response.json()) as { access_token: string }).access_token;
}
