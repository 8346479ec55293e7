import { Id } from "../domain/ids.ts";
import { idFault } from "../domain/opaque-ids.ts";
import { mangledId } from "../domain/mangled.ts";
import { MAX_REVISION } from "../domain/session-event.ts";
import { ATTENDANCE_STATUSES, type AttendanceStatus } from "../domain/words.ts";
import type { DurationUnit } from "./column-forms.ts";

type Cells = Record<string, string>;

/** What is wrong with a cell of a row. */
export class CellFault extends Error {
  readonly column: string;
  constructor(column: string, reason: string) {
    super(reason);
    this.column = column;
  }
}

export function idOf(cells: Cells, column: string): string {
  const text = cells[column] ?? "";
  const id = Id.safeParse(text);
  const fault = mangledId(text) ?? (id.success ? undefined : (id.error.issues[0]?.message ?? "is not an id"));
  if (fault !== undefined) throw new CellFault(column, fault);
  return text;
}

/** The id of a person, which must not tell who it is. */
export function personOf(cells: Cells, column: string, idPattern: RegExp | undefined): string {
  const id = idOf(cells, column);
  const fault = idFault(id, idPattern);
  if (fault !== undefined) throw new CellFault(column, fault);
  return id;
}

const MINUTES_A_DAY = 1440;
/** Beyond this, 20:00 is rather 20 minutes than 20 hours. Minutes. */
const LONGEST_ON_A_CLOCK = 360;
const DURATIONS =
  "is no duration that is read: 45, 45 min, 1:30 (hours and minutes) or 1.5 h, from 0 to 1440 minutes, without separators of thousands";

export type Minutes = { whole: number; warning: string | undefined };

/** Whole minutes of a duration, rounded half up; `unit` is what a bare number of this column counts. */
export function minutesOf(text: string, unit: DurationUnit): Minutes {
  const minutes = exactMinutes(text, unit);
  if (minutes === undefined || minutes > MINUTES_A_DAY) throw new CellFault("session_duration", DURATIONS);
  if (/^\d+:/.test(text) && minutes > LONGEST_ON_A_CLOCK)
    throw new CellFault(
      "session_duration",
      `is read as hours and minutes, and ${text} is too long for a session; were minutes and seconds meant, give whole minutes`,
    );
  if (minutes > 0 && minutes < 0.5)
    throw new CellFault(
      "session_duration",
      "is less than half a minute: it looks like Excel's part of a day; format the column as a number of minutes",
    );
  const whole = Math.floor(minutes + 0.5);
  return { whole, warning: whole === minutes ? undefined : "session_duration was rounded to whole minutes" };
}

const PER_UNIT = { minutes: 1, hours: 60 } as const;

function exactMinutes(text: string, unit: DurationUnit): number | undefined {
  const [, hours, minutes, seconds = "0"] = /^(\d{1,2}):([0-5]\d)(?::([0-5]\d))?$/.exec(text) ?? [];
  if (hours !== undefined) return Number(hours) * 60 + Number(minutes) + Number(seconds) / 60;
  // 1e2 and 0x1e are numbers of computers, and no minutes
  const [, number, word = ""] =
    /^(\d{1,4}(?:\.\d+)?)\s*(min|mins|minutes|m|h|hr|hrs|hours)?$/i.exec(text) ?? [];
  if (number === undefined) return undefined;
  const said = word === "" ? unit : /^h/i.test(word) ? "hours" : "minutes";
  return Number(number) * PER_UNIT[said];
}

/** The students of a ratio such as 1:3, or of a bare 3; undefined where none can be read: that is not one. */
export function groupOf(text: string): { size: number | undefined; warning: string | undefined } {
  if (text === "") return { size: undefined, warning: undefined };
  const [, left = "", right = ""] = /^(?:(\d{1,3})\s*:\s*)?(\d{1,3})$/.exec(text) ?? [];
  const size = Math.max(Number(left), Number(right));
  if (size >= 1 && size <= 200) return { size, warning: undefined };
  return { size: undefined, warning: "session_ratio is not of the form 1:3 and was left out" };
}

/** Whether a student came, as the file says it, else as the minutes do: nobody who has none was there. */
export function statusOf(text: string, minutes: number): AttendanceStatus {
  const word = text.toLowerCase().replaceAll(/[\s-]+/g, "_");
  if (word === "") return minutes > 0 ? "present" : "absent_unexcused";
  const status = ATTENDANCE_STATUSES.find((one) => one === word) ?? STATUS_WORDS[word];
  if (status === undefined)
    throw new CellFault("attendance_status", `is not one of ${ATTENDANCE_STATUSES.join(", ")}`);
  if (minutes > 0 && (status.startsWith("absent") || status === "not_expected"))
    throw new CellFault(
      "attendance_status",
      `is ${status}, and session_duration is ${minutes}; one of both is wrong`,
    );
  return status;
}

/** What exports write for whether somebody came. */
const STATUS_WORDS: Readonly<Record<string, AttendanceStatus>> = {
  attended: "present",
  yes: "present",
  y: "present",
  p: "present",
  tardy: "late",
  no_show: "absent_unexcused",
  absent: "absent_unexcused",
  no: "absent_unexcused",
  n: "absent_unexcused",
  a: "absent_unexcused",
  excused: "absent_excused",
  excused_absence: "absent_excused",
  unexcused: "absent_unexcused",
};

/** The revision of a session; a row without an id of its own cannot have one. */
export function revisionOf(text: string, session_id: string): number {
  if (text === "") return 1;
  if (session_id === "")
    throw new CellFault(
      "session_id",
      "is empty where a revision is given; a revision needs the session's own id",
    );
  const revision = Number(text);
  if (!/^\d+$/.test(text) || revision < 1 || revision > MAX_REVISION) {
    throw new CellFault("revision", "is not a whole number from 1");
  }
  return revision;
}
