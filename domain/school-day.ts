const formats = new Map<string, Intl.DateTimeFormat>();

function formatOf(zone: string): Intl.DateTimeFormat {
  let format = formats.get(zone);
  if (format === undefined) {
    format = new Intl.DateTimeFormat("en-CA", {
      timeZone: zone,
      year: "numeric",
      month: "2-digit",
      day: "2-digit",
    });
    formats.set(zone, format);
  }
  return format;
}

/** The school-local date (YYYY-MM-DD) of an instant, in seconds since 1970. Throws RangeError on an unknown zone. */
export function dayOf(instant: number, zone: string): string {
  return formatOf(zone).format(instant * 1000);
}

const clocks = new Map<string, Intl.DateTimeFormat>();

/** The school-local wall clock (HH:MM) of an instant, in seconds since 1970. */
export function clockOf(instant: number, zone: string): string {
  let clock = clocks.get(zone);
  if (clock === undefined) {
    clock = new Intl.DateTimeFormat("en-GB", {
      timeZone: zone,
      hour: "2-digit",
      minute: "2-digit",
      hourCycle: "h23",
    });
    clocks.set(zone, clock);
  }
  return clock.format(instant * 1000);
}

/** The instant (seconds since 1970) of a wall clock (HH:MM) on a date; what a clock change skips lies behind it. */
export function instantAt(day: string, clock: string, zone: string): number {
  const wanted = Date.parse(`${day}T${clock}:00Z`) / 1000;
  const wallAt = (instant: number) =>
    Date.parse(`${dayOf(instant, zone)}T${clockOf(instant, zone)}:00Z`) / 1000;
  const first = wanted + (wanted - wallAt(wanted));
  return first + (wanted - wallAt(first));
}

/** Whether a zone follows the clocks of a place: EST and -07:00 are an hour off for half the year where clocks change. */
export function isZone(zone: string): boolean {
  if (zone !== "UTC" && (!/^[A-Za-z]+\/[A-Za-z]/.test(zone) || zone.startsWith("Etc/"))) return false;
  try {
    return formatOf(zone) !== undefined;
  } catch {
    return false;
  }
}

const MS_PER_DAY = 86_400_000;

/** Plain dates are counted as UTC midnights: no clock change can touch them. */
export function addDays(day: string, days: number): string {
  return new Date(Date.parse(`${day}T00:00:00Z`) + days * MS_PER_DAY).toISOString().slice(0, 10);
}

/** 1 is Monday, 7 is Sunday, as in ISO 8601. */
export function isoWeekday(day: string): number {
  return new Date(`${day}T00:00:00Z`).getUTCDay() || 7;
}

/** Whether a text is a date that exists, YYYY-MM-DD. */
export function isDay(text: string): boolean {
  return (
    /^\d{4}-\d{2}-\d{2}$/.test(text) &&
    !Number.isNaN(Date.parse(`${text}T00:00:00Z`)) &&
    addDays(text, 0) === text
  );
}

/** A school's days: instruction on weekdays within the term, but not on closures. */
export type Calendar = {
  first_day?: string;
  last_day?: string;
  closures: readonly { from: string; to: string }[];
  /** School days that end early. */
  half_days?: readonly string[];
};

export const isHalfDay = (day: string, { half_days = [] }: Calendar) => half_days.includes(day);

/** Whether there is instruction on this date. */
export function isSchoolDay(day: string, calendar: Calendar): boolean {
  if (isoWeekday(day) > 5) return false;
  if (calendar.first_day !== undefined && day < calendar.first_day) return false;
  if (calendar.last_day !== undefined && day > calendar.last_day) return false;
  return !calendar.closures.some(({ from, to }) => from <= day && day <= to);
}

const SEARCH_LIMIT = 400;

/** The last `count` school days that end with `day` or before it, the latest first. Fewer where the term began. */
export function schoolDaysBack(day: string, count: number, calendar: Calendar): string[] {
  const days: string[] = [];
  for (let back = 0; back < SEARCH_LIMIT && days.length < count; back += 1) {
    const candidate = addDays(day, -back);
    if (calendar.first_day !== undefined && candidate < calendar.first_day) break;
    if (isSchoolDay(candidate, calendar)) days.push(candidate);
  }
  return days;
}

/** The school days from one day to another, both included, in order. */
export function schoolDaysBetween(from: string, to: string, calendar: Calendar): string[] {
  const days: string[] = [];
  for (let day = from; day <= to && days.length < SEARCH_LIMIT; day = addDays(day, 1))
    if (isSchoolDay(day, calendar)) days.push(day);
  return days;
}

export const mondayOf = (day: string) => addDays(day, 1 - isoWeekday(day));

/** The Mondays of all weeks from a day's to another's. */
export function mondaysBetween(from: string, to: string): string[] {
  const mondays: string[] = [];
  for (let monday = mondayOf(from); monday <= to; monday = addDays(monday, 7)) mondays.push(monday);
  return mondays;
}

/** School days of a week without a closure. */
export const WEEK_DAYS = 5;

/** Whether no day of this week before this one had school. */
export const isFirstOfWeek = (day: string, calendar: Calendar) =>
  isSchoolDay(day, calendar) && schoolDaysBetween(mondayOf(day), addDays(day, -1), calendar).length === 0;

/** Whether a day lies between two others, both included; open ends where nothing is said. */
export const isCurrent = (
  { from, to }: { from?: string | undefined; to?: string | undefined },
  day: string,
) => (from === undefined || from <= day) && (to === undefined || day <= to);
