import * as z from "zod";
import { dirtyDaysOf, messageIdOf } from "../adapters/stream-record.ts";
import type { SchoolDay } from "../adapters/summary-store.ts";
import { isDay } from "../domain/school-day.ts";
import { unpack } from "../domain/summary-packing.ts";
import { redriveMessages } from "./redrive-messages.ts";
import { UsageError } from "./fail.ts";
import type { Target } from "./target.ts";

type Place = Pick<Target, "sessions" | "summaries" | "setup" | "failures" | "failureBucket" | "messages">;

export type RedriveResult = {
  failures: number;
  days_marked: number;
  unreadable: number;
  /** Messages that were given up, or lost on the way, offered to their service again. */
  messages: number;
};

const Image = z.record(z.string(), z.object({ S: z.string().optional() }));
const StreamRecord = z.object({
  dynamodb: z.object({ Keys: Image.optional(), OldImage: Image.optional(), NewImage: Image.optional() }),
});
const Failed = z.looseObject({
  Records: z.array(z.unknown()).optional(),
  /** As an object, or as the text of one. */
  payload: z
    .union([z.string().transform((text): unknown => JSON.parse(text)), z.unknown()])
    .pipe(z.looseObject({ Records: z.array(z.unknown()) }))
    .optional(),
});

type Failure = { records: unknown[]; remove: () => Promise<void> };

/**
 * Marks the days of everything that could not be used dirty again, so that they are recomputed from the facts: stream
 * records that were kept, batches that Lambda gave up, and days that count a session nobody could read.
 */
export async function redrive(target: Place, { dryRun }: { dryRun: boolean }): Promise<RedriveResult> {
  const failures = [...(await keptFailures(target)), ...(await bucketFailures(target))];
  const incomplete = await daysWithUnreadable(target);
  if (!dryRun) await redriveDays(target, incomplete);
  const messages = await redriveMessages(target, { now: new Date(), dryRun });
  const result = { failures: failures.length, days_marked: incomplete.length, unreadable: 0, messages };
  for (const { records, remove } of failures) {
    const days = records.map(daysOf);
    result.unreadable += days.filter((found) => found === undefined).length;
    const known = distinct(days.flatMap((found) => found ?? []));
    result.days_marked += known.length;
    if (dryRun || days.some((found) => found === undefined)) continue;
    for (const { school_id, day } of known) await target.sessions.mark(school_id, day, new Date());
    await remove();
  }
  return result;
}

/** Marks these days dirty again. */
async function redriveDays(
  target: Pick<Place, "sessions">,
  days: readonly SchoolDay[],
): Promise<RedriveResult> {
  for (const { school_id, day } of days) await target.sessions.mark(school_id, day, new Date());
  return { failures: 0, days_marked: days.length, unreadable: 0, messages: 0 };
}

/** A summary that cannot be read itself is mended in the same way. */
function isIncomplete(packed: string): boolean {
  try {
    return unpack(packed).unreadable.length > 0;
  } catch {
    return true;
  }
}

async function daysWithUnreadable({ setup, summaries }: Place): Promise<SchoolDay[]> {
  const { schools } = await setup.all();
  const days = await Promise.all(
    schools.map(async ({ school_id }) => {
      const stored = await summaries.read({ school_id, from: "0000", to: "9999" });
      const incomplete = stored.filter(({ packed }) => isIncomplete(packed));
      return incomplete.map(({ day }) => ({ school_id, day }));
    }),
  );
  return days.flat();
}

type OneDay = { school: string | undefined; day: string | undefined; dryRun: boolean };

/** Marks one day of one school dirty again. */
export async function redriveDay(target: Place, { school, day, dryRun }: OneDay): Promise<RedriveResult> {
  if (school === undefined || day === undefined) throw new UsageError("Give --school and --day together.");
  if (!isDay(day)) throw new UsageError("--day is no date, such as 2026-03-02.");
  if ((await target.setup.school(school)) === undefined)
    throw new UsageError(`School ${school} is not set up.`);
  return redriveDays(target, dryRun ? [] : [{ school_id: school, day }]);
}

const distinct = (days: SchoolDay[]) => [
  ...new Map(days.map((day) => [`${day.school_id}/${day.day}`, day])).values(),
];

/** undefined for a record that still names no school and day: it stays where it is. */
function daysOf(record: unknown): SchoolDay[] | undefined {
  const parsed = StreamRecord.safeParse(record);
  if (!parsed.success) return undefined;
  // a message is offered again by what the table says of it
  if (messageIdOf(parsed.data) !== undefined) return [];
  try {
    return dirtyDaysOf(parsed.data);
  } catch {
    return undefined;
  }
}

async function keptFailures({ failures }: Place): Promise<Failure[]> {
  return (await failures.list()).map(({ name, record }) => ({
    records: [record],
    remove: () => failures.remove(name),
  }));
}

async function bucketFailures({ failureBucket }: Place): Promise<Failure[]> {
  const failures: Failure[] = [];
  for (const batch of await failureBucket.list()) {
    const records = recordsOf((await batch.text()) || "null");
    failures.push({ records, remove: () => batch.remove() });
  }
  return failures;
}

/** The stream records of a failure that Lambda left in the bucket; one undefined where it cannot be read. */
export function recordsOf(text: string): unknown[] {
  const failed = Failed.safeParse(JSON.parse(text));
  if (!failed.success) return [undefined];
  return failed.data.Records ?? failed.data.payload?.Records ?? [undefined];
}
