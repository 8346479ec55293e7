import { settles } from "../../domain/settling.ts";
import { nameHash, replaces, strongest, type Opened, type TakenEvent } from "../open-refusals.ts";
import {
  keptOf,
  marksOf,
  viewOf,
  type KeptRefusal,
  type Refusal,
  type RefusalStore,
} from "../refusal-store.ts";
import { InMemoryStampStore } from "./stamp-store.ts";

type Kept = ReturnType<typeof keptOf> & { provider_id: string };

export class InMemoryRefusalStore implements RefusalStore {
  readonly kept = new Map<string, Kept>();
  readonly #open = new Map<string, Map<string, Opened>>();
  readonly #stamps: InMemoryStampStore;

  constructor(stamps = new InMemoryStampStore()) {
    this.#stamps = stamps;
  }

  async keep(refusal: Refusal): Promise<void> {
    const { provider_id, request_id, at } = refusal;
    for (const mark of strongest(marksOf(refusal)))
      this.#mark(provider_id, { ...mark, since: at.toISOString() });
    this.kept.set(`${provider_id}/${at.toISOString()}/${request_id}`, { ...keptOf(refusal), provider_id });
    this.#stamps.add({ kind: "provider", id: provider_id });
  }

  #mark(provider_id: string, mark: Opened): void {
    const open = this.#opened(provider_id);
    const before = open.get(mark.hash);
    if (replaces(mark, before)) open.set(mark.hash, { ...mark, since: before?.since ?? mark.since });
  }

  #opened(provider_id: string): Map<string, Opened> {
    const open = this.#open.get(provider_id) ?? new Map<string, Opened>();
    this.#open.set(provider_id, open);
    return open;
  }

  async settle(provider_id: string, taken: readonly TakenEvent[]): Promise<void> {
    const open = this.#opened(provider_id);
    const before = new Map(open);
    for (const event of taken)
      for (const hash of event.names.map(nameHash)) {
        const opened = before.get(hash);
        if (opened !== undefined && settles(event, opened)) open.delete(hash);
      }
    if (open.size < before.size) this.#stamps.add({ kind: "provider", id: provider_id });
  }

  async forget(provider_id: string, at: string): Promise<void> {
    for (const [name, kept] of this.kept)
      if (kept.provider_id === provider_id && kept.at === at) this.kept.delete(name);
    this.#stamps.add({ kind: "provider", id: provider_id });
  }

  async between(provider_id: string, from: string, to: string): Promise<KeptRefusal[]> {
    const opened = this.#opened(provider_id);
    return [...this.kept]
      .sort(([a], [b]) => (a < b ? -1 : 1))
      .map(([, kept]) => kept)
      .filter((kept) => kept.provider_id === provider_id && from <= kept.at && kept.at <= `${to}~`)
      .map((kept) => viewOf(kept, { opened, isWhole: true }));
  }
}
