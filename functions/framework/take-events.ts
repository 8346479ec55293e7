import type { QuotaStore } from "../../adapters/quota-store.ts";
import { problem, type Problem } from "../../domain/problem.ts";
import { DEFAULT_EVENTS_PER_MINUTE } from "../../domain/setup.ts";
import { json, problemResult, type HttpResult } from "./http.ts";
import type { ItemResult } from "./read-item.ts";
import type { SentEvent } from "../../domain/cloud-event.ts";
import { storeEvents, type IngestDeps, type Posting } from "./store-events.ts";

export type Body = { kind: "single" | "batch"; events: SentEvent[] };
export type TakeDeps = IngestDeps & {
  quotas: QuotaStore;
  /** Events that are taken of a provider in a minute; undefined where the default holds. */
  limit: (provider_id: string) => Promise<number | undefined>;
};

/** Counts a provider's events, stores them, and says of each what became of it. */
export async function takeEvents(
  deps: TakeDeps,
  posting: Posting,
  body: Body | Problem,
): Promise<HttpResult> {
  const wait = await overQuota(deps, posting, "status" in body ? 1 : body.events.length);
  if (wait !== undefined) return tooMany(wait);
  if ("status" in body) return problemResult(body);
  const results = await storeEvents(deps, posting, body.events);
  deps.log({ service: deps.service, event: "taken", counts: countsOf(results) });
  const [first] = results;
  return body.kind === "single" && first !== undefined ? answerSingle(first) : answerBatch(results);
}

/** What a dashboard adds up: how many were sent, how many changed something, how many were refused. */
function countsOf(results: readonly ItemResult[]): Record<string, number> {
  const count = (...wanted: ItemResult["result"][]) =>
    results.filter(({ result }) => wanted.includes(result)).length;
  return {
    events: results.length,
    accepted: count("accepted"),
    repeated: count("duplicate", "stale"),
    refused: count("rejected", "conflict"),
    quarantined: count("quarantined"),
  };
}

/** Seconds until the next minute where this one is used up. */
async function overQuota(
  deps: TakeDeps,
  { provider_id }: Posting,
  events: number,
): Promise<number | undefined> {
  const now = deps.clock();
  const limit = (await deps.limit(provider_id)) ?? DEFAULT_EVENTS_PER_MINUTE;
  if ((await deps.quotas.add(provider_id, Math.max(1, events), now)) <= limit) return undefined;
  deps.log({ service: deps.service, event: "over_quota" });
  return 60 - now.getUTCSeconds();
}

function tooMany(seconds: number): HttpResult {
  const detail = "Nothing of this request was stored. Post it again after Retry-After.";
  return problemResult(problem("over-quota", detail), { headers: { "retry-after": String(seconds) } });
}

const RETRY = { "retry-after": "5" };

function answerSingle({ problem: failure, ...item }: ItemResult): HttpResult {
  if (failure !== undefined) {
    return problemResult(failure, { extra: item, headers: failure.status === 503 ? RETRY : {} });
  }
  const taken = item.result === "accepted" || item.result === "quarantined";
  return json(taken ? 202 : 200, item);
}

function answerBatch(results: ItemResult[]): HttpResult {
  if (results.some((item) => item.result === "not_stored")) return json(503, { results }, RETRY);
  const failed = results.some((item) => item.problem !== undefined);
  return json(failed ? 207 : 200, { results });
}
