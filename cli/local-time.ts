import { Temporal } from "temporal-polyfill";

/** A wall-clock time in a school's zone, as an instant with its offset. `warning` says what had to be decided. */
export type ReadTime = { instant: string; day: string; wall: string; warning?: string };

const ISO =
  /^(\d{4})-(\d{1,2})-(\d{1,2})(?:[T ]+(\d{1,2}):(\d{2})(?::(\d{2})(?:\.\d+)?)?)?\s*(Z|[+-]\d{2}:?\d{2})?$/;
const AMERICAN = /^(\d{1,2})\/(\d{1,2})\/(\d{4})(?:[ T]+(\d{1,2}):(\d{2})(?::(\d{2}))?\s*([AaPp][Mm])?)?$/;

type Parts = { year: number; month: number; day: number; hour: number; minute: number; second: number };
type Wall = { parts: Parts; bare: boolean; offset: string | undefined };

/** Reads a date or date-time of a session file; undefined when it is none. */
export function readLocalTime(text: string, zone: string): ReadTime | undefined {
  const wall = readIso(text) ?? readAmerican(text);
  if (wall === undefined) return undefined;
  try {
    return wall.offset === undefined ? inZone(wall, zone) : withOffset(wall, zone);
  } catch (error) {
    if (error instanceof RangeError) return undefined;
    throw error;
  }
}

function readIso(text: string): Wall | undefined {
  const match = ISO.exec(text.trim());
  if (match === null) return undefined;
  const [, year, month, day, hour, minute, second, offset] = match;
  return wallOf([year, month, day, hour, minute, second], offset);
}

function readAmerican(text: string): Wall | undefined {
  const match = AMERICAN.exec(text.trim());
  if (match === null) return undefined;
  const [, month, day, year, hour, minute, second, half] = match;
  const shifted =
    half === undefined || hour === undefined
      ? hour
      : String((Number(hour) % 12) + (/p/i.test(half) ? 12 : 0));
  return wallOf([year, month, day, shifted, minute, second], undefined);
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
