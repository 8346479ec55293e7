import type { IsErased } from "../domain/erasure.ts";
import type * as z from "zod";
import { mangledId, TWIN, twinIds } from "../domain/mangled.ts";
import { idFault, idPatternOf } from "../domain/opaque-ids.ts";
import { isCurrent } from "../domain/school-day.ts";
import { Enrolment, RosterEntry, type School } from "../domain/setup.ts";
import { readTable, requireColumns, writeExactTable, type Row, type Table } from "./csv.ts";
import { UsageError } from "./fail.ts";
import { newSchools } from "./new-schools.ts";
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

type Fault = { row: Row; reason: string };
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
  const setup = await target.setup.all();
  const known = await rostersOf(target.setup, setup.schools);
  const { values, faults } = readRows(
    table,
    unlessErased(await target.isErased(), (cells) => readEntry(cells, idPatternOf(setup.id_pattern))),
    {
      student_id: known.map(({ student_id }) => student_id),
      school_id: setup.schools.map(({ school_id }) => school_id),
      district_id: setup.districts.map(({ district_id }) => district_id),
    },
  );
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
  const { schools, id_pattern } = await target.setup.all();
  const known = new Set(schools.map((school) => school.school_id));
  const { values, faults } = readRows(
    table,
    unlessErased(await target.isErased(), (cells) =>
      opaque(readEnrolment(cells, known), idPatternOf(id_pattern)),
    ),
  );
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

const filled = (cells: Record<string, string>, names: readonly string[]): Record<string, string> =>
  Object.fromEntries(
    names.map((name) => [name, cells[name] ?? ""] as const).filter(([, value]) => value !== ""),
  );

/** Refuses an id that tells who it is. */
function opaque<T extends { student_id: string }>(
  read: z.ZodSafeParseResult<T>,
  pattern: RegExp | undefined,
): Read<T> {
  const message = read.success ? idFault(read.data.student_id, pattern) : undefined;
  return message === undefined
    ? read
    : { success: false, error: { issues: [{ path: ["student_id"], message }] } };
}

function readEntry(cells: Record<string, string>, pattern: RegExp | undefined) {
  const grade = cells["current_grade_level"];
  const entry = {
    ...filled(cells, ["student_id", "school_id", "district_id", "from", "to"]),
    ...(grade && { grade }),
  };
  return opaque(RosterEntry.safeParse(entry), pattern);
}

function readEnrolment(cells: Record<string, string>, schools: ReadonlySet<string>) {
  const columns = ["student_id", "school_id", "program_id", "provider_id", "from", "to"];
  return Enrolment.refine(({ school_id }) => schools.has(school_id), {
    path: ["school_id"],
    error: "is no school that is set up",
  }).safeParse(filled(cells, columns));
}

const ERASED: Read<never> = {
  success: false,
  error: {
    issues: [{ path: ["student_id"], message: "was erased; take her out of the file and of its source" }],
  },
};

/** An erased student does not come back with the next file. */
const unlessErased =
  <T>(isErased: IsErased, read: (cells: Record<string, string>) => Read<T>) =>
  (cells: Record<string, string>): Read<T> =>
    isErased((cells["student_id"] ?? "").trim().normalize("NFC")) ? ERASED : read(cells);

type Read<T> =
  | { success: true; data: T }
  | { success: false; error: { issues: readonly { path: readonly PropertyKey[]; message: string }[] } };

/** Ids that are set up or stored already, by column. */
type Stored = Partial<Record<(typeof ID_COLUMNS)[number], readonly string[]>>;
const ID_COLUMNS = ["student_id", "school_id", "district_id"] as const;

const twinColumns = ({ rows }: Table, stored: Stored) =>
  new Map(
    ID_COLUMNS.map((column) => [
      column,
      twinIds(
        rows.flatMap(({ cells }) => cells[column] || []),
        stored[column],
      ),
    ]),
  );

/** What a spreadsheet did to an id of a row, with its column. */
function idFaultOf({ cells }: Row, twins: ReadonlyMap<string, ReadonlySet<string>>): string | undefined {
  for (const column of ID_COLUMNS) {
    const id = cells[column] ?? "";
    const reason = mangledId(id) ?? (twins.get(column)?.has(id) === true ? TWIN : undefined);
    if (reason !== undefined) return `${column}: ${reason}`;
  }
  return undefined;
}

function readRows<T>(
  table: Table,
  read: (cells: Record<string, string>) => Read<T>,
  stored: Stored = {},
): { values: T[]; faults: Fault[] } {
  const values: T[] = [];
  const faults: Fault[] = [];
  const twins = twinColumns(table, stored);
  for (const row of table.rows) {
    const mangled = row.fault ?? idFaultOf(row, twins);
    if (mangled !== undefined) {
      faults.push({ row, reason: mangled });
      continue;
    }
    const result = read(row.cells);
    if (result.success) values.push(result.data);
    else
      faults.push({
        row,
        reason: result.error.issues.map((issue) => `${issue.path.join(".")}: ${issue.message}`).join("; "),
      });
  }
  return { values, faults };
}

/** A spreadsheet that took ids for numbers has dropped their zeros, and every match with them. */
function warnOfLostZeros({ columns, rows }: Table, warn: (line: string) => void): void {
  for (const column of ["student_id", "district_id", "school_id"].filter((name) => columns.includes(name))) {
    const ids = rows.map((row) => row.cells[column] ?? "").filter((id) => /^\d+$/.test(id));
    const lengths = new Set(ids.map((id) => id.length));
    if (ids.length === 0 || ids.some((id) => id.startsWith("0")) || lengths.size < 2) continue;
    warn(
      `column ${column} holds numbers of different lengths and none begins with 0: were leading zeros lost?`,
    );
  }
}

/** A row that cannot be read would look like a student who is gone. */
function refuseFullWithFaults(faults: readonly Fault[], { file, full, dryRun, warn }: RosterOptions): void {
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

function errors(
  table: Table,
  faults: Fault[],
  { file, dryRun, warn }: RosterOptions,
): { faults: number; error_file?: string } {
  for (const { row, reason } of faults) warn(`row ${row.number}: ${reason}`);
  if (faults.length === 0 || dryRun) return { faults: faults.length };
  const error_file = `${file}.errors.csv`;
  const columns = [...table.columns.filter((name) => name !== "reason"), "reason"];
  writeExactTable(
    error_file,
    columns,
    faults.map(({ row, reason }) => ({ ...row.cells, reason })),
  );
  return { faults: faults.length, error_file };
}
