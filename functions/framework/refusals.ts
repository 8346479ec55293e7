import type { RefusalStore, Refused } from "../../adapters/refusal-store.ts";
import type { TakenEvent } from "../../adapters/open-refusals.ts";
import type { SentEvent } from "../../domain/cloud-event.ts";
import { namesKept, namesOf, nameToWatch } from "../../domain/refusal.ts";
import { settles } from "../../domain/settling.ts";
import { errorName, type Log } from "./log.ts";
import type { ItemResult } from "./read-item.ts";

type Deps = { refusals: Pick<RefusalStore, "keep" | "settle">; clock: () => Date; service: string; log: Log };
type Posted = {
  provider_id: string;
  request_id: string;
  sent: readonly SentEvent[];
  results: readonly ItemResult[];
};
/** An event that was taken, by its place in the request. */
type TakenHere = TakenEvent & { index: number };

/**
 * Says of what was refused before and taken now that it is settled, and keeps which events were refused and why, so that
 * an answer that nobody read is not the end of them. Neither changes the answer: it says all the same.
 */
export async function noteRefusals(
  deps: Deps,
  { provider_id, request_id, sent, results }: Posted,
): Promise<void> {
  const taken = results.flatMap((result) => takenOf(result, sent[result.index]?.value));
  const refused = results.flatMap((result) => refusedOf(result, sent[result.index]?.value, taken));
  await orSay(deps, "refusal_not_settled", async () => {
    if (taken.length > 0) await deps.refusals.settle(provider_id, taken);
  });
  await orSay(deps, "refusal_not_kept", async () => {
    if (refused.length > 0) await deps.refusals.keep({ provider_id, request_id, at: deps.clock(), refused });
  });
}

async function orSay({ log, service }: Deps, event: string, does: () => Promise<void>): Promise<void> {
  try {
    await does();
  } catch (error) {
    log({ service, event, error: errorName(error) });
  }
}

function takenOf({ index, result, revision }: ItemResult, value: unknown): TakenHere[] {
  if (revision === undefined || result === "conflict" || result === "rejected" || result === "not_stored")
    return [];
  const { session, moment, event, order = 0 } = namesOf(value);
  const names = [session, moment, event].filter((name) => name !== undefined);
  // of what is stale something later is stored: a later stage, or a later revision
  return [
    { index, names, outcome: result, order: Math.max(result === "stale" ? order + 1 : order, 4 * revision) },
  ];
}

function refusedOf(
  { index, result, problem }: ItemResult,
  value: unknown,
  taken: readonly TakenHere[],
): Refused[] {
  if (result !== "rejected" && result !== "conflict") return [];
  const read = namesOf(value);
  const name = nameToWatch(read, problem);
  const refused = { ...namesKept(read), result, order: read.order, errors: problem?.errors ?? [], name };
  const isSettled = taken.some(
    (one) => one.index > index && name !== undefined && one.names.includes(name) && settles(one, refused),
  );
  return [{ ...refused, isSettled }];
}
