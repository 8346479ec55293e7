import { byText } from "../domain/ids.ts";
import { isCurrent } from "../domain/school-day.ts";
import type { RosterEntry } from "../domain/setup.ts";
import type { Row } from "./csv.ts";
import { DATE_FORMS, readLocalTime, type DateOrder, type ReadTime } from "./local-time.ts";
import { CellFault, idOf } from "./session-cells.ts";

export type Schools = {
  /** Stays of a student at schools, the latest first. */
  staysOf: (student_id: string) => readonly RosterEntry[];
  zoneOf: (school_id: string) => string | undefined;
  /** Every student whom a roster knows. */
  students?: readonly string[];
  /** The form of ids that the set-up names. */
  idPattern?: RegExp | undefined;
};

export type PlaceReader = {
  schools: Schools;
  readTime: (text: string, zone: string) => ReadTime | undefined;
};

/** Reads each time once: files hold the same ones again and again. */
export function rememberedTimes(order: DateOrder): PlaceReader["readTime"] {
  const known = new Map<string, ReadTime | undefined>();
  return (text, zone) => {
    const name = `${zone} ${text}`;
    if (!known.has(name)) known.set(name, readLocalTime(text, zone, order));
    return known.get(name);
  };
}

export type Place = {
  school_id: string;
  /** Schools where the session may have been stored by another file. */
  schools: readonly string[];
  /** Whether the row names its school. */
  given: boolean;
  time: ReadTime;
  warning?: string;
};

/** Where the student belonged on the day of the session, unless the row names a school. */
export function placeOf({ cells }: Row, student_id: string, reader: PlaceReader): Place | undefined {
  const at = (school_id: string) => {
    const zone = reader.schools.zoneOf(school_id);
    if (zone === undefined) throw new CellFault("school_id", "is no school that is set up");
    const time = reader.readTime(cells["session_date"] ?? "", zone);
    if (time === undefined) throw new CellFault("session_date", DATE_FORMS);
    return { school_id, time };
  };
  const stays = reader.schools.staysOf(student_id);
  const stayed = stays.map((stay) => stay.school_id);
  if (cells["school_id"]) {
    const school_id = idOf(cells, "school_id");
    return { ...at(school_id), schools: [...new Set([school_id, ...stayed])], given: true };
  }
  const [latest] = stays;
  if (latest === undefined && student_id === "") return undefined;
  if (latest === undefined)
    throw new CellFault("student_id", "is on no roster and the row names no school_id");
  const schools = [...new Set(stayed)];
  // a stay that ended covers its days before one that never says when it began
  const there = [...stays]
    .sort((a, b) => byText(a.to ?? "~", b.to ?? "~"))
    .find((stay) => isCurrent(stay, at(stay.school_id).time.day));
  if (there !== undefined) return { ...at(there.school_id), schools, given: false };
  const warning = "student_id is on no roster on the session's day; the latest stay's school is taken";
  return { ...at(latest.school_id), schools, given: false, warning };
}
