import {
  DeleteObjectCommand,
  GetObjectCommand,
  ListObjectsV2Command,
  type S3Client,
} from "@aws-sdk/client-s3";
import * as z from "zod";
import { dirtyDaysOf } from "../adapters/stream-record.ts";
import type { SchoolDay } from "../adapters/summary-store.ts";
import { unpack } from "../domain/summary-packing.ts";
import type { Target } from "./target.ts";

type Place = Pick<Target, "sessions" | "summaries" | "setup" | "failures" | "s3" | "failureBucket">;

export type RedriveResult = { failures: number; days_marked: number; unreadable: number };

const Image = z.record(z.string(), z.object({ S: z.string().optional() }));
const StreamRecord = z.object({
  dynamodb: z.object({ Keys: Image.optional(), OldImage: Image.optional(), NewImage: Image.optional() }),
});
const Failed = z.looseObject({
  Records: z.array(z.unknown()).optional(),
  payload: z.looseObject({ Records: z.array(z.unknown()) }).optional(),
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
  const result = { failures: failures.length, days_marked: incomplete.length, unreadable: 0 };
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
export async function redriveDays(
  target: Pick<Place, "sessions">,
  days: readonly SchoolDay[],
): Promise<RedriveResult> {
  for (const { school_id, day } of days) await target.sessions.mark(school_id, day, new Date());
  return { failures: 0, days_marked: days.length, unreadable: 0 };
}

async function daysWithUnreadable({ setup, summaries }: Place): Promise<SchoolDay[]> {
  const { schools } = await setup.all();
  const days = await Promise.all(
    schools.map(async ({ school_id }) => {
      const stored = await summaries.read({ school_id, from: "0000", to: "9999" });
      const incomplete = stored.filter(({ packed }) => unpack(packed).unreadable.length > 0);
      return incomplete.map(({ day }) => ({ school_id, day }));
    }),
  );
  return days.flat();
}

const distinct = (days: SchoolDay[]) => [
  ...new Map(days.map((day) => [`${day.school_id}/${day.day}`, day])).values(),
];

/** undefined for a record that still names no school and day: it stays where it is. */
function daysOf(record: unknown): SchoolDay[] | undefined {
  const parsed = StreamRecord.safeParse(record);
  if (!parsed.success) return undefined;
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

async function bucketFailures({ s3, failureBucket: Bucket }: Place): Promise<Failure[]> {
  const { Contents = [] } = await s3.send(new ListObjectsV2Command({ Bucket }));
  return Promise.all(
    Contents.map(async ({ Key }) => ({
      records: await readObject(s3, { Bucket, Key }),
      remove: async () => void (await s3.send(new DeleteObjectCommand({ Bucket, Key }))),
    })),
  );
}

async function readObject(
  s3: S3Client,
  place: { Bucket: string; Key: string | undefined },
): Promise<unknown[]> {
  const { Body } = await s3.send(new GetObjectCommand(place));
  const failed = Failed.safeParse(JSON.parse((await Body?.transformToString()) ?? "null"));
  if (!failed.success) return [undefined];
  return failed.data.Records ?? failed.data.payload?.Records ?? [undefined];
}
