import { dirtyDaysOf, type MarkRecord } from "../adapters/stream-record.ts";
import { recordsOf } from "./redrive.ts";
import type { Target } from "./target.ts";

/** What could not be used and names her: its days are marked dirty, as `redrive` does, and it is deleted in every version. */
export async function eraseFailures(place: Target, student_id: string): Promise<number> {
  // as a whole text, so that "12" is not found in "2012"; within a failure it may be escaped once or twice more
  const id = JSON.stringify(student_id).slice(1, -1);
  const forms = ['"', '\\"', '\\\\\\"'].map((quote) => `${quote}${id}${quote}`);
  const named = (text: string) => forms.some((form) => text.includes(form));
  let erased = 0;
  for (const { name, record } of await place.failures.list()) {
    if (!named(JSON.stringify(record))) continue;
    await markDays(place, [record]);
    await place.failures.remove(name);
    erased += 1;
  }
  for (const version of await place.failureBucket.versions()) {
    const text = await version.text();
    if (!named(text)) continue;
    await markDays(place, recordsOf(text));
    await version.remove();
    erased += 1;
  }
  return erased;
}

async function markDays({ sessions }: Target, records: readonly unknown[]): Promise<void> {
  for (const { school_id, day } of records.flatMap(daysOf)) await sessions.mark(school_id, day, new Date());
}

function daysOf(record: unknown) {
  try {
    return isRecord(record) ? dirtyDaysOf(record) : [];
  } catch {
    return [];
  }
}

const isRecord = (value: unknown): value is MarkRecord => typeof value === "object" && value !== null;
