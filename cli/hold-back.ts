import { Id } from "../domain/ids.ts";
import { topicOf } from "../domain/words.ts";
import type { Row } from "./csv.ts";
import type { PlaceReader } from "./session-place.ts";
import type { Fault, SessionRow } from "./session-row.ts";

/** Which session a row is about, as far as it can be read. */
type Clue = {
  session_id: string;
  student_id: string;
  at: number | undefined;
  topic: string | undefined;
  tutor_id: string;
};

function clueOf({ cells }: Row, reader: PlaceReader): Clue {
  const { session_id = "", student_id = "", tutor_id = "" } = cells;
  const school_id = (cells["school_id"] || reader.schools.staysOf(student_id)[0]?.school_id) ?? "";
  const time = reader.readTime(cells["session_date"] ?? "", reader.schools.zoneOf(school_id) ?? "UTC");
  const at = time === undefined ? undefined : new Date(time.instant).getTime();
  return { session_id, student_id, at, topic: topicOf(cells["session_topic"] ?? ""), tutor_id };
}

/** Whether a faulty row may be of the same session or moment; what of it cannot be read may be anything, but for its time. */
function isNear(row: Clue, faulty: Clue): boolean {
  if (row.session_id !== "" || faulty.session_id !== "") return row.session_id === faulty.session_id;
  return (
    row.student_id === faulty.student_id &&
    row.at === faulty.at &&
    (faulty.topic === undefined || row.topic === faulty.topic) &&
    (Id.safeParse(faulty.tutor_id).success ? row.tutor_id === faulty.tutor_id : true)
  );
}

const nameOf = ({ cells }: Row) => cells["session_id"] || (cells["student_id"] ?? "");

type Held = { kept: SessionRow[]; heldBack: Fault[] };

/** A session is sent with all its rows, and all sessions of a moment together, or the mended rest would look like a correction. */
export function holdBack(rows: readonly SessionRow[], faults: readonly Fault[], reader: PlaceReader): Held {
  const clues = faults.map(({ row }) => ({ row, number: row.number, clue: clueOf(row, reader) }));
  const faulty = Map.groupBy(clues, ({ row }) => nameOf(row));
  const kept: SessionRow[] = [];
  const heldBack: Fault[] = [];
  for (const row of rows) {
    const near = (faulty.get(nameOf(row.row)) ?? []).find(({ clue }) =>
      isNear(clueOf(row.row, reader), clue),
    );
    if (near === undefined) kept.push(row);
    else heldBack.push({ row: row.row, column: "row", reason: waits(near.number) });
  }
  return { kept, heldBack };
}

const waits = (number: number) =>
  `waits for row ${number}, of the same session or moment; mend that one, and import both`;

/** One moment of a student is at one school: rows that name two would be counted twice. */
export function refuseTwoSchools(rows: readonly SessionRow[]): Held {
  const moments = Map.groupBy(rows, ({ session_id, named, row }) =>
    named ? `row ${row.number}` : session_id,
  );
  const one: SessionRow[] = [];
  const several: SessionRow[] = [];
  for (const moment of moments.values())
    (new Set(moment.map(({ school_id }) => school_id)).size > 1 ? several : one).push(...moment);
  const reason = "differs among rows of one student, time, topic and tutor; a session is at one school";
  return { kept: one, heldBack: several.map(({ row }) => ({ row, column: "school_id", reason })) };
}
