import { setTimeout as sleep } from "node:timers/promises";
import * as z from "zod";
import { UsageError } from "./fail.ts";

const Item = z.looseObject({
  index: z.int(),
  result: z.enum(["accepted", "duplicate", "stale", "conflict", "quarantined", "rejected", "not_stored"]),
  revision: z.int().optional(),
  problem: z
    .looseObject({
      detail: z.string(),
      errors: z.array(z.looseObject({ pointer: z.string(), detail: z.string() })).optional(),
    })
    .optional(),
});
const Answer = z.looseObject({ results: z.array(Item) });
export type PostedItem = z.infer<typeof Item>;

export type Api = { url: string; key: string };

const WAITS_MS = [500, 1000, 2000, 5000, 10_000, 10_000, 10_000] as const;

/** Posts a batch until every item has an answer other than "not now". Posting again is safe. */
export async function postEvents(api: Api, events: readonly unknown[]): Promise<PostedItem[]> {
  for (const wait of [...WAITS_MS, undefined]) {
    const answer = await attempt(api, events);
    if ("results" in answer) return answer.results;
    if (wait !== undefined) await sleep(Math.max(wait, answer.retry_ms));
  }
  throw new UsageError(
    "The service does not answer or cannot store now. Nothing is lost: run the command again to go on.",
  );
}

type Attempt = { results: PostedItem[] } | { retry_ms: number };

async function attempt({ url, key }: Api, events: readonly unknown[]): Promise<Attempt> {
  const headers = { "content-type": "application/json", authorization: `Bearer ${key}` };
  try {
    const response = await fetch(`${url}/v1/events`, {
      method: "POST",
      headers,
      body: JSON.stringify(events),
    });
    if (response.status === 401) throw new UsageError("The provider's key is wrong, expired or revoked.");
    if (response.status !== 200 && response.status !== 207)
      return { retry_ms: Number(response.headers.get("retry-after") ?? 0) * 1000 };
    return { results: Answer.parse(await response.json()).results };
  } catch (error) {
    if (error instanceof TypeError) return { retry_ms: 0 };
    throw error;
  }
}
