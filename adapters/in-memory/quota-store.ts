import { minuteOf, type QuotaStore } from "../quota-store.ts";

export class InMemoryQuotaStore implements QuotaStore {
  readonly #counts = new Map<string, number>();

  async add(provider_id: string, events: number, now: Date): Promise<number> {
    const name = `${provider_id}/${minuteOf(now)}`;
    const count = (this.#counts.get(name) ?? 0) + events;
    this.#counts.set(name, count);
    return count;
  }
}
