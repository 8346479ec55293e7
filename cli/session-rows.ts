import { createHash } from "node:crypto";
import { Id, byText } from "../domain/ids.ts";
import { TWIN, twinIds } from "../domain/mangled.ts";
import { idFault } from "../domain/opaque-ids.ts";
import { EVENT_TYPES, MAX_REVISION } from "../domain/session-event.ts";
import { topicOf } from "../domain/words.ts";
import type { Row, Table } from "./csv.ts";
import { readLocalTime, type ReadTime } from "./local-time.ts";

/** DATAS 1.0 headers, and the aliases that its dictionary names. */
export const SESSION_ALIASES = {
  session_datetime: "session_date",
  duration: "session_duration",
  ratio: "session_ratio",
};
export const SESSION_COLUMNS = [
  "student_id",
  "session_topic",
  "session_date",
  "session_duration",
  "tutor_id",
];

export type Fault = { row: Row; column: string; reason: string };
export type SessionRow = {
  row: Row;
  session_id: string;
  school_id: string;
  /** Schools where the id may have been stored earlier. */
  schools: readonly string[];
  revision: number;
  day: string;
  data: Record<string, unknown>;
  warnings: string[];
};

export type Schools = {
  /** Schools of a student, the current one first. */
  ofStudent: (student_id: string) => readonly string[];
  zoneOf: (school_id: string) => string | undefined;
  /** Every student whom a roster knows. */
  students?: readonly string[];
  /** The form of ids that the set-up names. */
  idPattern?: RegExp | undefined;
};

class RowFault extends Error {
  readonly column: string;
  constructor(column: string, reason: string) {
    super(reason);
    this.column = column;
  }
}

/** What a file's rows say as sessions, and the rows that say nothing that could be sent. */
export function readSessionRows(table: Table, schools: Schools): { rows: SessionRow[]; faults: Fault[] } {
  const rows: SessionRow[] = [];
  const faults: Fault[] = [];
  const readTime = rememberedTimes();
  const given = table.rows.map(({ cells }) => cells["student_id"] ?? "");
  const twins = twinIds(given, schools.students);
  for (const row of table.rows) {
    const read = faultOr(row, () => {
      if (row.fault !== undefined) throw new RowFault("row", row.fault);
      if (twins.has(row.cells["student_id"] ?? "")) throw new RowFault("student_id", TWIN);
      return readRow(row, schools, readTime);
    });
    if ("reason" in read) faults.push(read);
    else rows.push(read);
  }
  return { rows: numberEqualRows(rows), faults };
}

function faultOr(row: Row, read: () => SessionRow): SessionRow | Fault {
  try {
    return read();
  } catch (error) {
    if (!(error instanceof RowFault)) throw error;
    return { row, column: error.column, reason: error.message };
  }
}

type TimeReader = (text: string, zone: string) => ReadTime | undefined;

function rememberedTimes(): TimeReader {
  const known = new Map<string, ReadTime | undefined>();
  return (text, zone) => {
    const name = `${zone} ${text}`;
    if (!known.has(name)) known.set(name, readLocalTime(text, zone));
    return known.get(name);
  };
}

function readRow(row: Row, schools: Schools, readTime: TimeReader): SessionRow {
  const { cells } = row;
  const student_id = personOf(cells, "student_id", schools);
  const candidates = cells["school_id"] ? [idOf(cells, "school_id")] : schools.ofStudent(student_id);
  const [school_id] = candidates;
  if (school_id === undefined)
    throw new RowFault("student_id", "is on no roster and the row names no school_id");
  const zone = schools.zoneOf(school_id);
  if (zone === undefined) throw new RowFault("school_id", "is no school that is set up");
  const time = readTime(cells["session_date"] ?? "", zone);
  if (time === undefined) throw new RowFault("session_date", "is not a date or date-time that exists");
  const topic = topicOf(cells["session_topic"] ?? "");
  if (topic === undefined) throw new RowFault("session_topic", "is not math, ela, other or a usual alias");
  const minutes = minutesOf(cells["session_duration"] ?? "");
  const tutor_id = personOf(cells, "tutor_id", schools);
  const group = groupOf(cells["session_ratio"] ?? "");
  const data = {
    school_id,
    session_topic: topic,
    actual_start: time.instant,
    tutor_id,
    ...(group.size !== undefined && { group_size: group.size }),
    students: [{ student_id, attendance_status: "present", minutes_present: minutes.whole }],
  };
  const named = cells["session_id"];
  return {
    row,
    session_id: named ? idOf(cells, "session_id") : hashOf([student_id, time.wall, topic, tutor_id]),
    school_id,
    schools: candidates,
    revision: revisionOf(cells["revision"] ?? ""),
    day: time.day,
    data,
    warnings: [time.warning && `session_date ${time.warning}`, minutes.warning, group.warning].filter(isText),
  };
}

const isText = (value: string | undefined): value is string => value !== undefined && value !== "";

function idOf(cells: Record<string, string>, column: string): string {
  const id = Id.safeParse(cells[column] ?? "");
  if (!id.success) throw new RowFault(column, id.error.issues[0]?.message ?? "is not an id");
  return id.data;
}

/** The id of a person, which must not tell who it is. */
function personOf(cells: Record<string, string>, column: string, { idPattern }: Schools): string {
  const id = idOf(cells, column);
  const fault = idFault(id, idPattern);
  if (fault !== undefined) throw new RowFault(column, fault);
  return id;
}

function minutesOf(text: string): { whole: number; warning: string | undefined } {
  // 1e2 and 0x1e are numbers of computers, and no minutes
  const minutes = /^\d{1,4}(?:\.\d+)?$/.test(text) ? Number(text) : Number.NaN;
  if (!Number.isFinite(minutes) || minutes < 0 || minutes > 1440) {
    throw new RowFault("session_duration", "is not a number of minutes from 0 to 1440");
  }
  const whole = Math.floor(minutes + 0.5);
  return { whole, warning: whole === minutes ? undefined : "session_duration was rounded to whole minutes" };
}

function groupOf(text: string): { size: number | undefined; warning: string | undefined } {
  if (text === "") return { size: undefined, warning: undefined };
  // a bare 3 is a group of three
  if (/^\d{1,3}$/.test(text) && Number(text) >= 1 && Number(text) <= 200)
    return { size: Number(text), warning: undefined };
  const [, left = "", right = ""] = /^(\d{1,3})\s*:\s*(\d{1,3})$/.exec(text) ?? [];
  const size = Math.max(Number(left), Number(right));
  if (left !== "" && size >= 1 && size <= 200) return { size, warning: undefined };
  return { size: undefined, warning: "session_ratio is not of the form 1:3 and was left out" };
}

function revisionOf(text: string): number {
  if (text === "") return 1;
  const revision = Number(text);
  if (!Number.isSafeInteger(revision) || revision < 1 || revision > MAX_REVISION) {
    throw new RowFault("revision", "is not a whole number from 1");
  }
  return revision;
}

const hashOf = (parts: string[]) =>
  createHash("sha256").update(JSON.stringify(parts)).digest("base64url").slice(0, 22);

/**
 * Rows without an id of their own that agree in student, time, topic and tutor are different sessions when their
 * content differs, and one session when it does not.
 */
function numberEqualRows(rows: SessionRow[]): SessionRow[] {
  const groups = new Map<string, SessionRow[]>();
  for (const row of rows) groups.set(row.session_id, [...(groups.get(row.session_id) ?? []), row]);
  return rows.map((row) => {
    const group = groups.get(row.session_id) ?? [];
    if (row.row.cells["session_id"] || group.length === 1) return row;
    const contents = [...new Set(group.map(contentOf))].sort(byText);
    const ordinal = contents.indexOf(contentOf(row));
    return ordinal === 0 ? row : { ...row, session_id: `${row.session_id}-${ordinal + 1}` };
  });
}

const contentOf = ({ data }: SessionRow) => JSON.stringify(data);

/** The event that a provider's system would have posted. */
export function eventOf({ session_id, data, row }: SessionRow, revision: number): unknown {
  return {
    specversion: "1.0",
    id: `row-${row.number}-${revision}`,
    source: "rollcall-import",
    type: EVENT_TYPES.completed,
    data: { session_id, revision, ...data },
  };
}
