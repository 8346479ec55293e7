import { byText } from "../../domain/ids.ts";
import {
  FIRST_GENERATION,
  type DayOf,
  type DayRange,
  type Generations,
  type StoredSummary,
  type SummaryStore,
} from "../summary-store.ts";
import { InMemoryStampStore } from "./stamp-store.ts";

type View = StoredSummary & { school_id: string; generation: number };

export class InMemorySummaryStore implements SummaryStore {
  readonly #stamps: InMemoryStampStore;
  readonly views = new Map<string, View>();
  readonly #generations = new Map<string, Generations>();
  /** By school and generation, so that a day is found without looking at all. */
  readonly #days = new Map<string, Map<string, View>>();

  constructor(stamps = new InMemoryStampStore()) {
    this.#stamps = stamps;
  }

  #currentOf(school_id: string): number {
    return (this.#generations.get(school_id) ?? FIRST_GENERATION).current;
  }

  async stored({ school_id, day, generation }: DayOf): Promise<StoredSummary | undefined> {
    const wanted = generation ?? this.#currentOf(school_id);
    const view = this.views.get(nameOf({ school_id, day, generation: wanted }));
    return view === undefined ? undefined : storedOf(view);
  }

  async write({ school_id, day, generation }: DayOf, version: number, packed: string): Promise<boolean> {
    const wanted = generation ?? this.#currentOf(school_id);
    const days = this.#viewsOf(school_id, wanted);
    const name = nameOf({ school_id, day, generation: wanted });
    if ((this.views.get(name)?.version ?? 0) !== version) return false;
    const view = { school_id, day, generation: wanted, version: version + 1, packed };
    this.views.set(name, view);
    days.set(day, view);
    this.#stamps.add({ kind: "school", id: school_id });
    return true;
  }

  async read({ school_id, from, to }: DayRange): Promise<StoredSummary[]> {
    return [...this.#viewsOf(school_id, this.#currentOf(school_id)).values()]
      .filter((view) => from <= view.day && view.day <= to && this.views.has(nameOf(view)))
      .map(storedOf)
      .sort((a, b) => byText(a.day, b.day));
  }

  #viewsOf(school_id: string, generation: number): Map<string, View> {
    const name = `${school_id}#${generation}`;
    const known = this.#days.get(name);
    if (known !== undefined) return known;
    const made = new Map<string, View>();
    this.#days.set(name, made);
    return made;
  }

  async days(school_id: string): Promise<string[]> {
    return (await this.read({ school_id, from: "0000", to: "9999" })).map(({ day }) => day);
  }

  async generations(school_id: string): Promise<Generations> {
    return this.#generations.get(school_id) ?? FIRST_GENERATION;
  }

  async point(school_id: string, generations: Generations): Promise<boolean> {
    if (this.#generations.get(school_id) === undefined && generations.version !== 1) return false;
    const { version } = await this.generations(school_id);
    if (generations.version !== version + 1) return false;
    this.#generations.set(school_id, generations);
    this.#stamps.add({ kind: "school", id: school_id });
    return true;
  }

  async tidy(school_id: string): Promise<void> {
    const { current } = await this.generations(school_id);
    for (const [name, view] of this.views) {
      if (view.school_id !== school_id || view.generation >= current) continue;
      this.views.delete(name);
      this.#viewsOf(school_id, view.generation).delete(view.day);
    }
  }
}

const storedOf = ({ day, version, packed }: View): StoredSummary => ({ day, version, packed });
const nameOf = ({ school_id, day, generation }: Pick<View, "school_id" | "day" | "generation">) =>
  generation === 0 ? `${school_id}/${day}` : `${school_id}/${day}@${generation}`;
