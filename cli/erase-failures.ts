import {
  DeleteObjectCommand,
  GetObjectCommand,
  ListObjectVersionsCommand,
  paginateListObjectsV2,
  type ObjectVersion,
} from "@aws-sdk/client-s3";
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
  for (const version of await versionsIn(place)) {
    const text = await textOf(place, version);
    if (!named(text)) continue;
    await markDays(place, recordsOf(text));
    await remove(place, version);
    erased += 1;
  }
  return erased;
}

/** Every version of every object; an engine that keeps no versions has the objects alone. */
async function versionsIn(place: Target): Promise<ObjectVersion[]> {
  const versions = await allVersions(place);
  const known = new Set(versions.map(({ Key }) => Key));
  const { s3, failureBucket: Bucket } = place;
  for await (const { Contents = [] } of paginateListObjectsV2({ client: s3 }, { Bucket }))
    versions.push(...Contents.filter(({ Key }) => !known.has(Key)).map(({ Key }) => ({ Key })));
  return versions;
}

async function allVersions({ s3, failureBucket: Bucket }: Target): Promise<ObjectVersion[]> {
  const versions: ObjectVersion[] = [];
  let more = true;
  let KeyMarker: string | undefined;
  let VersionIdMarker: string | undefined;
  while (more) {
    const page = await s3.send(new ListObjectVersionsCommand({ Bucket, KeyMarker, VersionIdMarker }));
    versions.push(...(page.Versions ?? []));
    more = page.IsTruncated === true;
    [KeyMarker, VersionIdMarker] = [page.NextKeyMarker, page.NextVersionIdMarker];
  }
  return versions;
}

const placeOf = ({ failureBucket: Bucket }: Target, { Key, VersionId }: ObjectVersion) => ({
  Bucket,
  Key,
  ...(VersionId !== undefined && VersionId !== "null" && { VersionId }),
});

async function textOf(place: Target, version: ObjectVersion): Promise<string> {
  const { Body } = await place.s3.send(new GetObjectCommand(placeOf(place, version)));
  return (await Body?.transformToString()) ?? "";
}

const remove = (place: Target, version: ObjectVersion) =>
  place.s3.send(new DeleteObjectCommand(placeOf(place, version)));

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
