import type { Stamped, StampStore } from "../stamp-store.ts";

export class InMemoryStampStore implements StampStore {
  readonly #counts = new Map<string, number>();

  add({ kind, id }: Stamped): void {
    this.#counts.set(`${kind}#${id}`, (this.#counts.get(`${kind}#${id}`) ?? 0) + 1);
  }

  async read(of: readonly Stamped[]): Promise<number[]> {
    return of.map(({ kind, id }) => this.#counts.get(`${kind}#${id}`) ?? 0);
  }
}
