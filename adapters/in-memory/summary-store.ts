import { byText } from "../../domain/ids.ts";
import type { DayRange, SchoolDay, StoredSummary, SummaryStore } from "../summary-store.ts";

export class InMemorySummaryStore implements SummaryStore {
  readonly views = new Map<string, StoredSummary & { school_id: string }>();

  async stored({ school_id, day }: SchoolDay): Promise<StoredSummary | undefined> {
    return (await this.read({ school_id, from: day, to: day }))[0];
  }

  async write({ school_id, day }: SchoolDay, version: number, packed: string): Promise<boolean> {
    const name = `${school_id}/${day}`;
    if ((this.views.get(name)?.version ?? 0) !== version) return false;
    this.views.set(name, { school_id, day, version: version + 1, packed });
    return true;
  }

  async read({ school_id, from, to }: DayRange): Promise<StoredSummary[]> {
    return [...this.views.values()]
      .filter((view) => view.school_id === school_id && from <= view.day && view.day <= to)
      .map(({ day, version, packed }) => ({ day, version, packed }))
      .sort((a, b) => byText(a.day, b.day));
  }
}
