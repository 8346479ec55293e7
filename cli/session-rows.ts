import { TWIN, twinIds } from "../domain/mangled.ts";
import { topicOf, type AttendanceStatus } from "../domain/words.ts";
import { dateFormOf, durationUnitOf, type DurationUnit } from "./column-forms.ts";
import type { Row, Table } from "./csv.ts";
import { DATE_FORMS, type DateOrder } from "./local-time.ts";
import {
  CellFault,
  groupOf,
  idOf,
  minutesOf,
  personOf,
  revisionOf,
  statusOf,
  type Minutes,
} from "./session-cells.ts";
import { holdBack, refuseTwoSchools } from "./hold-back.ts";
import { groupedRows } from "./session-groups.ts";
import { placeOf, rememberedTimes, type Place, type PlaceReader, type Schools } from "./session-place.ts";
import { hashOf, type Fault, type SessionData, type SessionRow } from "./session-row.ts";

/** DATAS 1.0 headers, and the aliases that its dictionary names. */
export const SESSION_ALIASES = {
  session_datetime: "session_date",
  duration: "session_duration",
  ratio: "session_ratio",
};
/** Columns that are read where a file has them; whatever else it holds is named and left out. */
export const SESSION_EXTRAS = [
  "session_ratio",
  "session_id",
  "revision",
  "school_id",
  "program_id",
  "attendance_status",
  "reason",
];
export const SESSION_COLUMNS = [
  "student_id",
  "session_topic",
  "session_date",
  "session_duration",
  "tutor_id",
];

/** What an admin says of columns that do not tell it themselves. */
export type Forms = { dates?: DateOrder | undefined; durations?: DurationUnit | undefined };

type Reader = PlaceReader & { unit: DurationUnit };
type Read = { rows: SessionRow[]; faults: Fault[]; /** What was found out about columns. */ says: string[] };

/** What a file's rows say as sessions, and the rows that say nothing that could be sent. */
export function readSessionRows(table: Table, schools: Schools, forms: Forms = {}): Read {
  const cellsOf = (column: string) => table.rows.map(({ cells }) => cells[column] ?? "");
  const dates = dateFormOf("session_date", cellsOf("session_date"), forms.dates);
  const unit = durationUnitOf("session_duration", cellsOf("session_duration"), forms.durations);
  const reader = { schools, unit, readTime: rememberedTimes(dates.order) };
  const twins = new Map([
    ["student_id", twinIds(cellsOf("student_id"), schools.students)],
    ["tutor_id", twinIds(cellsOf("tutor_id"))],
  ]);
  const rows: SessionRow[] = [];
  const faults: Fault[] = [];
  for (const row of table.rows) {
    const read = faultOr(row, (attempt) => {
      if (row.fault !== undefined) throw new CellFault("row", row.fault);
      for (const [column, ids] of twins) attempt(() => refuseTwin(row, column, ids));
      return readRow(row, reader, attempt);
    });
    if ("reason" in read) faults.push(read);
    else rows.push(read);
  }
  const { kept, heldBack } = holdBack(rows, faults, reader);
  const placed = refuseTwoSchools(kept);
  const grouped = groupedRows(placed.kept);
  const says = dates.says === undefined ? [] : [dates.says];
  return {
    rows: grouped.rows,
    faults: [...faults, ...heldBack, ...placed.heldBack, ...grouped.faults],
    says,
  };
}

function refuseTwin({ cells }: Row, column: string, ids: ReadonlySet<string>): void {
  if (ids.has(cells[column] ?? "")) throw new CellFault(column, TWIN);
}

/** Reads the cells of a row one after the other, so that every fault of it is told together. */
function faultOr(row: Row, read: (attempt: Attempt) => SessionRow | undefined): SessionRow | Fault {
  const faults: CellFault[] = [];
  const attempt: Attempt = (cell) => {
    try {
      return cell();
    } catch (error) {
      if (!(error instanceof CellFault)) throw error;
      faults.push(error);
      return undefined;
    }
  };
  const value = attempt(() => read(attempt));
  const [first, ...more] = faults;
  if (first === undefined && value !== undefined) return value;
  const told = new Set(more.map(({ column, message }) => `; ${column}: ${message}`));
  const others = [...told]
    .filter((text) => text !== `; ${first?.column ?? ""}: ${first?.message ?? ""}`)
    .join("");
  return { row, column: first?.column ?? "row", reason: (first?.message ?? "cannot be read") + others };
}

type Attempt = <T>(cell: () => T) => T | undefined;

function readRow(row: Row, reader: Reader, attempt: Attempt): SessionRow | undefined {
  const { cells } = row;
  const { idPattern } = reader.schools;
  const student_id = attempt(() => personOf(cells, "student_id", idPattern));
  attempt(() => dateFault(cells, reader));
  const place = attempt(() => placeOf(row, student_id ?? "", reader));
  const topic = attempt(() => topicCell(cells["session_topic"] ?? ""));
  const minutes = attempt(() => minutesOf(cells["session_duration"] ?? "", reader.unit));
  const tutor_id = attempt(() => personOf(cells, "tutor_id", idPattern));
  const own_id = attempt(() => (cells["session_id"] ? idOf(cells, "session_id") : ""));
  const program_id = attempt(() => (cells["program_id"] ? idOf(cells, "program_id") : ""));
  const status = attempt(() => statusOf(cells["attendance_status"] ?? "", minutes?.whole ?? 0));
  const revision = attempt(() => revisionOf(cells["revision"] ?? "", cells["session_id"] ?? ""));
  const read = { student_id, place, topic, minutes, tutor_id, own_id, program_id, status, revision };
  return isWhole(read) ? sessionOf(row, read) : undefined;
}

type Whole = {
  student_id: string;
  place: Place;
  topic: NonNullable<ReturnType<typeof topicOf>>;
  minutes: Minutes;
  tutor_id: string;
  own_id: string;
  program_id: string;
  status: AttendanceStatus;
  revision: number;
};
const isWhole = (read: { [Name in keyof Whole]: Whole[Name] | undefined }): read is Whole =>
  Object.values(read).every((value) => value !== undefined);

/** A date is judged also where nobody knows the school, and with it the zone. */
function dateFault(cells: Record<string, string>, { readTime }: Reader): void {
  if (readTime(cells["session_date"] ?? "", "UTC") === undefined)
    throw new CellFault("session_date", DATE_FORMS);
}

function topicCell(text: string) {
  const topic = topicOf(text);
  if (topic === undefined) throw new CellFault("session_topic", "is not math, ela, other or a usual alias");
  return topic;
}

function sessionOf(row: Row, read: Whole): SessionRow {
  const { student_id, place, topic, minutes, tutor_id, own_id, program_id, status, revision } = read;
  const { school_id, schools, given, time, warning } = place;
  const group = groupOf(row.cells["session_ratio"] ?? "");
  const data: SessionData = {
    school_id,
    ...(program_id !== "" && { program_id }),
    session_topic: topic,
    actual_start: time.instant,
    tutor_id,
    group_size: group.size ?? null,
    students: [{ student_id, attendance_status: status, minutes_present: minutes.whole }],
  };
  const happened = [student_id, new Date(time.instant).toISOString(), topic, tutor_id];
  return {
    ...{ row, school_id, schools, given, data, revision },
    others: [],
    session_id: own_id === "" ? hashOf(happened) : own_id,
    named: own_id !== "",
    day: time.day,
    warnings: [
      time.warning && `session_date ${time.warning}`,
      minutes.warning,
      minutes.whole === 0 && !row.cells["attendance_status"] && "session_duration is 0: read as an absence",
      group.warning,
      warning,
    ].filter(isText),
  };
}

const isText = (value: string | false | undefined): value is string =>
  typeof value === "string" && value !== "";
