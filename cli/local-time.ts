import { Temporal } from "temporal-polyfill";

/** A wall-clock time in a school's zone, as an instant with its offset. `warning` says what had to be decided. */
export type ReadTime = { instant: string; day: string; wall: string; warning?: string };

const CLOCK = String.raw`(?:[Tt ]+(\d{1,2}):(\d{2})(?::(\d{2})(?:\.\d+)?)?`;
const ISO = new RegExp(String.raw`^(\d{4})-(\d{1,2})-(\d{1,2})${CLOCK}\s*([Zz]|[+-]\d{2}:?\d{2})?)?$`);
const SLASHED = new RegExp(
  String.raw`^(\d{1,2})([/.-])(\d{1,2})\2(\d{4})${CLOCK}\s*(?:([AaPp])\.?\s?[Mm]\.?)?)?$`,
);

/** Which of the two numbers of 3/11/2025 is the month. */
export type DateOrder = "month-first" | "day-first";

/** What a refused date is told: every form that session, roster and enrolment files may use. */
export const DATE_FORMS =
  "is no date that exists in a form that is read: 2026-09-10, 2026-09-10 15:00, 2026-09-10T15:00:00-06:00, 9/10/2026 or 9/10/2026 3:00 PM; years have four digits";

type Parts = { year: number; month: number; day: number; hour: number; minute: number; second: number };
type Wall = { parts: Parts; bare: boolean; offset: string | undefined };

/** Reads a date or date-time of a session file; undefined when it is none. */
export function readLocalTime(text: string, zone: string, order: DateOrder): ReadTime | undefined {
  return orNone(() => {
    const wall = readWall(text, order);
    if (wall === undefined) return undefined;
    return wall.offset === undefined ? inZone(wall, zone) : withOffset(wall, zone);
  });
}

/** Reads the day of a date or date-time, as 2026-09-10; undefined when it is none. */
export function readDay(text: string, order: DateOrder): string | undefined {
  return orNone(() => {
    const wall = readWall(text, order);
    return wall === undefined ? undefined : plain(wall).toPlainDate().toString();
  });
}

/** The two numbers of a date whose order is not written, with the date itself; undefined where it is. */
export function slashedParts(text: string): { first: number; second: number; text: string } | undefined {
  const [date, first, , second] = SLASHED.exec(text.trim()) ?? [];
  return date === undefined ? undefined : { first: Number(first), second: Number(second), text: date };
}

function orNone<T>(read: () => T | undefined): T | undefined {
  try {
    return read();
  } catch (error) {
    // a day or an hour that does not exist
    if (error instanceof RangeError) return undefined;
    throw error;
  }
}

function readWall(text: string, order: DateOrder): Wall | undefined {
  const iso = ISO.exec(text.trim());
  if (iso !== null) {
    const [, year, month, day, hour, minute, second, offset] = iso;
    return wallOf([year, month, day, hour, minute, second], offset?.toUpperCase());
  }
  const match = SLASHED.exec(text.trim());
  if (match === null) return undefined;
  const [, first, , other, year, hour, minute, second, half] = match;
  const [month, day] = order === "month-first" ? [first, other] : [other, first];
  return wallOf([year, month, day, halfDay(hour, half), minute, second], undefined);
}

/** 3 PM is 15; 14:30 AM is no time. */
function halfDay(hour: string | undefined, half: string | undefined): string | undefined {
  if (half === undefined || hour === undefined) return hour;
  const number = Number(hour);
  if (number < 1 || number > 12) throw new RangeError("no hour of half a day");
  return String((number % 12) + (/p/i.test(half) ? 12 : 0));
}

/** A bare date is read as noon: it keeps its day in every zone. */
function wallOf(
  [year, month, day, hour, minute, second]: (string | undefined)[],
  offset: string | undefined,
): Wall {
  const number = (text: string | undefined) => Number(text ?? 0);
  const bare = hour === undefined;
  const time = { hour: bare ? 12 : number(hour), minute: number(minute), second: number(second) };
  return { parts: { year: number(year), month: number(month), day: number(day), ...time }, bare, offset };
}

const plain = ({ parts }: Wall) => Temporal.PlainDateTime.from(parts, { overflow: "reject" });

function inZone(wall: Wall, zone: string): ReadTime {
  const local = plain(wall);
  // "earlier" takes the earlier of two instants; in a gap it would move the clock back, so "later" keeps the offset before
  const earlier = local.toZonedDateTime(zone, { disambiguation: "earlier" });
  const later = local.toZonedDateTime(zone, { disambiguation: "later" });
  const gap = !later.toPlainDateTime().equals(local);
  const chosen = gap ? later : earlier;
  const read = timeOf(chosen, local);
  if (gap)
    return { ...read, warning: "does not exist: the clocks went forward; read with the earlier offset" };
  if (!earlier.equals(later))
    return { ...read, warning: "exists twice: the clocks went back; read with the earlier offset" };
  return wall.bare ? { ...read, warning: "has no time; read as noon" } : read;
}

function withOffset(wall: Wall, zone: string): ReadTime {
  const local = plain(wall);
  const offset =
    wall.offset === "Z" ? "+00:00" : (wall.offset ?? "").replace(/^([+-]\d{2})(\d{2})$/, "$1:$2");
  const instant = Temporal.Instant.from(`${local.toString()}${offset}`);
  return timeOf(instant.toZonedDateTimeISO(zone), local);
}

function timeOf(time: Temporal.ZonedDateTime, wall: Temporal.PlainDateTime): ReadTime {
  const instant = time.toString({ timeZoneName: "never", smallestUnit: "second" });
  return { instant, day: time.toPlainDate().toString(), wall: wall.toString({ smallestUnit: "second" }) };
}
