import {
  markedIf,
  type KeptRefusal,
  type RefusalStore,
  type Refused,
  type Resolved,
} from "../../adapters/refusal-store.ts";
import type { StampStore } from "../../adapters/stamp-store.ts";
import type { SentEvent } from "../../domain/cloud-event.ts";
import { isResolvedBy, namesOf } from "../../domain/refusal.ts";
import { errorName, type Log } from "./log.ts";
import type { ItemResult } from "./read-item.ts";

/** What was refused of providers and not taken since. */
export type OpenRefusals = {
  of(provider_id: string): Promise<readonly KeptRefusal[]>;
  resolve(resolved: Resolved): Promise<void>;
};
type Known = { stamp: number; from: string; open: Map<string, KeptRefusal> };
const nothingKnown = (): Known => ({ stamp: 0, from: "0000", open: new Map() });

/** Clocks of two functions that run side by side differ by less. */
const OVERLAP_MS = 300_000;
const nameOf = ({ at, request_id }: { at: string; request_id: string }) => `${at}#${request_id}`;

/**
 * Remembers what was refused of each provider, and reads on from there when the count of its changes is another: one
 * small read a request where nothing was refused since.
 */
export function openRefusals(
  refusals: Pick<RefusalStore, "between" | "resolve">,
  stamps: StampStore,
): OpenRefusals {
  const all = new Map<string, Known>();
  return {
    of: async (provider_id) => {
      const [stamp = 0] = await stamps.read([{ kind: "provider", id: provider_id }]);
      const known = all.get(provider_id) ?? nothingKnown();
      all.set(provider_id, known);
      if (known.stamp !== stamp) learn(known, await refusals.between(provider_id, known.from, "9999"));
      known.stamp = stamp;
      return [...known.open.values()];
    },
    resolve: async (resolved) => {
      await refusals.resolve(resolved);
      const { open } = all.get(resolved.provider_id) ?? nothingKnown();
      const refusal = open.get(nameOf(resolved));
      if (refusal === undefined) return;
      const items = refusal.items.map((one, index) => markedIf(resolved.items.includes(index), one));
      keepOpen(open, { ...refusal, items });
    },
  };
}

function learn(known: Known, kept: readonly KeptRefusal[]): void {
  for (const refusal of kept) {
    keepOpen(known.open, refusal);
    const from = new Date(Date.parse(refusal.at) - OVERLAP_MS).toISOString();
    if (from > known.from) known.from = from;
  }
}

function keepOpen(open: Known["open"], refusal: KeptRefusal): void {
  if (refusal.items.every((item) => item.resolved === true)) open.delete(nameOf(refusal));
  else open.set(nameOf(refusal), refusal);
}

type Deps = {
  refusals: Pick<RefusalStore, "keep">;
  openRefusals: OpenRefusals;
  clock: () => Date;
  service: string;
  log: Log;
};
type Posted = {
  provider_id: string;
  request_id: string;
  sent: readonly SentEvent[];
  results: readonly ItemResult[];
};

/**
 * Keeps which events were refused and why, so that an answer that nobody read is not the end of them, and marks those
 * of earlier requests that were taken now. Neither changes the answer: it says all the same.
 */
export async function noteRefusals(deps: Deps, posted: Posted): Promise<void> {
  await orSay(deps, "refusal_not_resolved", () => resolveTaken(deps, posted));
  await orSay(deps, "refusal_not_kept", () => keepRefused(deps, posted));
}

async function orSay({ log, service }: Deps, event: string, does: () => Promise<void>): Promise<void> {
  try {
    await does();
  } catch (error) {
    log({ service, event, error: errorName(error) });
  }
}

async function keepRefused(deps: Deps, { provider_id, request_id, sent, results }: Posted): Promise<void> {
  const refused = results.flatMap(({ index, result, problem }): Refused[] =>
    result === "rejected" || result === "conflict"
      ? [{ ...namesOf(sent[index]?.value), result, errors: problem?.errors ?? [] }]
      : [],
  );
  if (refused.length > 0) await deps.refusals.keep({ provider_id, request_id, at: deps.clock(), refused });
}

async function resolveTaken(deps: Deps, { provider_id, sent, results }: Posted): Promise<void> {
  const taken = results.flatMap(({ index, revision, result }) =>
    revision === undefined || result === "conflict" ? [] : [{ ...namesOf(sent[index]?.value), revision }],
  );
  if (taken.length === 0) return;
  for (const { at, request_id, items } of await deps.openRefusals.of(provider_id)) {
    const resolved: Resolved["items"] = items.flatMap((item, index) =>
      item.resolved !== true && taken.some((one) => isResolvedBy(item, one)) ? [index] : [],
    );
    if (resolved.length > 0)
      await deps.openRefusals.resolve({ provider_id, at, request_id, items: resolved });
  }
}
