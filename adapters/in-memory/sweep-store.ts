import type { SweepState, SweepStore } from "../sweep-store.ts";

export class InMemorySweepStore implements SweepStore {
  readonly #states = new Map<string, SweepState>();

  async state(school_id: string): Promise<SweepState | undefined> {
    return this.#states.get(school_id);
  }

  async swept(school_id: string, state: SweepState): Promise<void> {
    this.#states.set(school_id, state);
  }
}
