import { idPatternOf } from "../domain/opaque-ids.ts";
import { isCurrent } from "../domain/school-day.ts";
import { Enrolment, RosterEntry, type School, type Setup } from "../domain/setup.ts";
import { readTable, requireColumns, unreadColumns, type Table } from "./csv.ts";
import { UsageError } from "./fail.ts";
import type { DateOrder } from "./local-time.ts";
import { newSchools } from "./new-schools.ts";
import {
  errors,
  filled,
  readRows,
  sensible,
  unlessErased,
  warnOfLostZeros,
  type Read,
  type RowFault,
} from "./roster-rows.ts";
import { enrolmentName, rosterChange, upsertChange } from "./roster-change.ts";
import type { Target } from "./target.ts";

export type RosterOptions = {
  file: string;
  /** Zone of schools that the file names and the set-up lacks. */
  timeZone?: string | undefined;
  /** Ends the entries that the file does not name. */
  full: boolean;
  yes: boolean;
  dryRun: boolean;
  /** Which number of 3/11/2025 is the month, where no date of the file tells. */
  dates?: DateOrder | undefined;
  today: string;
  warn: (line: string) => void;
};
export type RosterResult = {
  rows: number;
  added: number;
  changed: number;
  unchanged: number;
  ended: number;
  schools_created: number;
  faults: number;
  error_file?: string;
};

const STATUS_COLUMNS = ["status", "enrollment_status", "student_status"];
const ROSTER_COLUMNS = [
  ...["student_id", "district_id", "school_id", "current_grade_level", "from", "to", "reason"],
  ...STATUS_COLUMNS,
];
const ENROLMENT_COLUMNS = [
  "student_id",
  "school_id",
  "program_id",
  "provider_id",
  "from",
  "to",
  "reason",
  ...STATUS_COLUMNS,
];

/** Above this share a full import looks like a wrong file. */
const ENDED_LIMIT = 0.2;

/** Upserts a DATAS student file: who belongs to which school. Names and characteristics are not taken over. */
export async function importStudents(
  target: Pick<Target, "setup" | "isErased">,
  options: RosterOptions,
): Promise<RosterResult> {
  const table = readTable(options.file, { grade: "current_grade_level" });
  requireColumns(options.file, table, ["student_id", "district_id", "school_id"]);
  warnOfLostZeros(table, options.warn);
  for (const line of [...unreadColumns(table, ROSTER_COLUMNS), ...unknownStatuses(table)]) options.warn(line);
  const setup = await target.setup.all();
  const known = await rostersOf(target.setup, setup.schools);
  const { values, faults } = readRows(table, {
    read: unlessErased(await target.isErased(), (cells) => readEntry(cells, idPatternOf(setup.id_pattern))),
    stored: {
      student_id: known.map(({ student_id }) => student_id),
      school_id: setup.schools.map(({ school_id }) => school_id),
      district_id: setup.districts.map(({ district_id }) => district_id),
    },
    options,
  });
  refuseFullWithFaults(faults, options);
  const created = newSchools({ setup, table, values }, options);
  const stored = [...known, ...(await rostersOf(target.setup, created.schools))];
  const change = rosterChange(stored, values, options);
  refuseMassEnd(
    { ended: change.ended, current: stored.filter((entry) => isCurrent(entry, options.today)).length },
    options,
  );
  if (!options.dryRun) {
    await target.setup.put({ ...created, programs: [], providers: [], contacts: [] });
    await target.setup.putRoster(change.write);
  }
  return {
    rows: table.rows.length,
    ...countsOf(change),
    schools_created: created.schools.length,
    ...errors(table, faults, options),
  };
}

type Counts = Pick<RosterResult, "added" | "changed" | "unchanged" | "ended">;
const countsOf = ({ added, changed, unchanged, ended }: Counts): Counts => ({
  added,
  changed,
  unchanged,
  ended,
});

async function rostersOf(setup: Target["setup"], schools: readonly School[]): Promise<RosterEntry[]> {
  return (await Promise.all(schools.map(({ school_id }) => setup.roster(school_id)))).flat();
}

/** Upserts enrolments: student, school, program, provider, from, to. */
export async function importEnrolments(
  target: Pick<Target, "setup" | "isErased">,
  options: RosterOptions,
): Promise<RosterResult> {
  const table = readTable(options.file);
  requireColumns(options.file, table, ["student_id", "school_id", "program_id"]);
  for (const line of [...unreadColumns(table, ENROLMENT_COLUMNS), ...unknownStatuses(table)])
    options.warn(line);
  const setup = await target.setup.all();
  const { schools } = setup;
  const roster = await rostersOf(target.setup, schools);
  const known = knownOf(setup, roster);
  const { values, faults } = readRows(table, {
    read: unlessErased(await target.isErased(), (cells) => readEnrolment(cells, known, setup.id_pattern)),
    options,
  });
  refuseFullWithFaults(faults, options);
  const stored = (
    await Promise.all(schools.map((school) => target.setup.enrolments(school.school_id)))
  ).flat();
  const change = upsertChange({ stored, values, nameOf: enrolmentName, ...options });
  refuseMassEnd(
    { ended: change.ended, current: stored.filter((entry) => isCurrent(entry, options.today)).length },
    options,
  );
  if (!options.dryRun) await target.setup.putEnrolments(change.write);
  return {
    rows: table.rows.length,
    ...countsOf(change),
    schools_created: 0,
    ...errors(table, faults, options),
  };
}

/** A row that cannot be read would look like a student who is gone. */
function refuseFullWithFaults(
  faults: readonly RowFault[],
  { file, full, dryRun, warn }: RosterOptions,
): void {
  if (!full || dryRun || faults.length === 0) return;
  for (const { row, reason } of faults) warn(`row ${row.number}: ${reason}`);
  throw new UsageError(
    `${file} has rows that cannot be read, so --full cannot tell who is missing; nothing was written.`,
  );
}

function refuseMassEnd(
  { ended, current }: { ended: number; current: number },
  { full, yes, dryRun }: RosterOptions,
): void {
  if (!full || yes || dryRun || current === 0 || ended / current <= ENDED_LIMIT) return;
  const share = Math.round((ended / current) * 100);
  throw new UsageError(
    `This would end ${ended} of ${current} entries (${share} %). Look at it with --dry-run; if it is meant, add --yes.`,
  );
}

function readEntry(cells: Record<string, string>, pattern: RegExp | undefined) {
  const grade = cells["current_grade_level"];
  const entry = {
    ...filled(cells, ["student_id", "school_id", "district_id", "from", "to"]),
    ...(grade && { grade }),
  };
  return sensible(RosterEntry.safeParse(entry), { cells, pattern, unknown: leftIssues(cells) });
}

const LEFT =
  /^(?:withdrawn|inactive|exit(?:ed)?|dropped|transferred(?: out)?|graduated|left|unenrolled|not enrolled|moved|expelled)$/i;
const ENROLLED = /^(?:active|enrolled|current|new|re-?enrolled|transferred in|)$/i;

/** Says which words of a column of statuses nobody knows here. */
function unknownStatuses({ rows }: Table): string[] {
  return STATUS_COLUMNS.flatMap((column) => {
    const words = [...new Set(rows.map(({ cells }) => cells[column] ?? ""))];
    const others = words.filter((word) => !LEFT.test(word) && !ENROLLED.test(word)).slice(0, 5);
    if (others.length === 0) return [];
    return [
      `column ${column} holds words that are not known here (${others.join(", ")}): these students are taken as enrolled`,
    ];
  });
}

/** Somebody whose status says that she left, and whose row does not say when, would stay for ever. */
function leftIssues(cells: Record<string, string>) {
  const column = STATUS_COLUMNS.find((name) => LEFT.test(cells[name] ?? ""));
  if (column === undefined || cells["to"]) return [];
  return [
    {
      path: [column],
      message: "says that the student left; give the last day in a column `to`, or take the row out",
    },
  ];
}

type Known = Record<"student_id" | "school_id" | "program_id" | "provider_id", ReadonlySet<string>>;

const knownOf = ({ schools, programs, providers }: Setup, roster: readonly RosterEntry[]): Known => ({
  student_id: new Set(roster.map(({ student_id }) => student_id)),
  school_id: new Set(schools.map(({ school_id }) => school_id)),
  program_id: new Set(programs.map(({ program_id }) => program_id)),
  provider_id: new Set(providers.map(({ provider_id }) => provider_id)),
});

const UNKNOWN = {
  student_id: "is on no roster; import the roster first, with `rollcall import students`",
  school_id: "is no school that is set up",
  program_id: "is no program that is set up; add it to setup.yaml and apply it",
  provider_id: "is no provider that is set up; add it to setup.yaml and apply it",
} as const satisfies Record<keyof Known, string>;
const REFERENCES = ["student_id", "school_id", "program_id", "provider_id"] as const;

function readEnrolment(
  cells: Record<string, string>,
  known: Known,
  id_pattern: string | undefined,
): Read<Enrolment> {
  const columns = [...REFERENCES, "from", "to"];
  const unknown = REFERENCES.flatMap((column) => {
    const id = cells[column] ?? "";
    return id === "" || known[column].has(id) ? [] : [{ path: [column], message: UNKNOWN[column] }];
  });
  return sensible(Enrolment.safeParse(filled(cells, columns)), {
    cells,
    pattern: idPatternOf(id_pattern),
    unknown: [...unknown, ...leftIssues(cells)],
  });
}
