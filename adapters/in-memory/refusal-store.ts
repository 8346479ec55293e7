import { InMemoryStampStore } from "./stamp-store.ts";
import {
  keptOf,
  markedIf,
  type KeptRefusal,
  type Refusal,
  type RefusalStore,
  type Resolved,
} from "../refusal-store.ts";

export class InMemoryRefusalStore implements RefusalStore {
  readonly kept = new Map<string, KeptRefusal & { provider_id: string }>();
  readonly #stamps: InMemoryStampStore;

  constructor(stamps = new InMemoryStampStore()) {
    this.#stamps = stamps;
  }

  async keep(refusal: Refusal): Promise<void> {
    const { provider_id, request_id, at } = refusal;
    this.kept.set(`${provider_id}/${at.toISOString()}/${request_id}`, {
      ...keptOf(refusal),
      request_id,
      provider_id,
    });
    this.#stamps.add({ kind: "provider", id: provider_id });
  }

  async resolve({ provider_id, at, request_id, items }: Resolved): Promise<void> {
    const name = `${provider_id}/${at}/${request_id}`;
    const kept = this.kept.get(name);
    const marked = kept?.items.map((one, index) =>
      markedIf(one.resolved === true || items.includes(index), one),
    );
    if (kept !== undefined && marked !== undefined) this.kept.set(name, { ...kept, items: marked });
    this.#stamps.add({ kind: "provider", id: provider_id });
  }

  async forget(provider_id: string, at: string): Promise<void> {
    for (const [name, kept] of this.kept)
      if (kept.provider_id === provider_id && kept.at === at) this.kept.delete(name);
    this.#stamps.add({ kind: "provider", id: provider_id });
  }

  async between(provider_id: string, from: string, to: string): Promise<KeptRefusal[]> {
    return [...this.kept]
      .sort(([a], [b]) => (a < b ? -1 : 1))
      .map(([, kept]) => kept)
      .filter((kept) => kept.provider_id === provider_id && from <= kept.at && kept.at <= `${to}~`)
      .map(({ provider_id: _, ...kept }) => kept);
  }
}
