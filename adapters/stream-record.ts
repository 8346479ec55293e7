import type { SchoolDay } from "./summary-store.ts";
import { ATTRIBUTE, messageIdOfKey, schoolOfPartition } from "./table.ts";

/** The days that a stream record makes dirty: two when a correction moved a session. Throws when it names none. */
type Image = { [name: string]: { S?: string | undefined } };
/** As much of a DynamoDB stream record as a mark needs. */
export type MarkRecord = { dynamodb?: { Keys?: Image; OldImage?: Image; NewImage?: Image } };

export function dirtyDaysOf(record: MarkRecord): SchoolDay[] {
  const { Keys, OldImage, NewImage } = record.dynamodb ?? {};
  const school_id = schoolOfPartition(Keys?.[ATTRIBUTE.pk]?.S ?? "");
  if (school_id === undefined || school_id === "") throw new Error("a stream record names no school");
  const days = [OldImage, NewImage].flatMap((image) => [
    image?.[ATTRIBUTE.day]?.S,
    image?.[ATTRIBUTE.markedDay]?.S,
  ]);
  const known = [...new Set(days.filter((day) => day !== undefined))];
  if (known.some((day) => !/^\d{4}-\d{2}-\d{2}$/.test(day)))
    throw new Error("a stream record names a day that is none");
  return known.map((day) => ({ school_id, day }));
}

/** The message that a stream record is about. */
export const messageIdOf = ({ dynamodb }: MarkRecord) =>
  messageIdOfKey({
    pk: dynamodb?.Keys?.[ATTRIBUTE.pk]?.S ?? "",
    sk: dynamodb?.Keys?.[ATTRIBUTE.sk]?.S ?? "",
  });
