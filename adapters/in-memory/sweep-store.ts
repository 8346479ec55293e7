import type { SweepStore } from "../sweep-store.ts";

export class InMemorySweepStore implements SweepStore {
  readonly #days = new Map<string, string>();

  async lastDay(school_id: string): Promise<string | undefined> {
    return this.#days.get(school_id);
  }

  async swept(school_id: string, day: string): Promise<void> {
    this.#days.set(school_id, day);
  }
}
