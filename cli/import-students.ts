import { idPatternOf } from "../domain/opaque-ids.ts";
import { isCurrent } from "../domain/school-day.ts";
import { RosterEntry, type School } from "../domain/setup.ts";
import { readTable, requireColumns, unreadColumns } from "./csv.ts";
import { UsageError } from "./fail.ts";
import { newSchools } from "./new-schools.ts";
import {
  errors,
  filled,
  readRows,
  sensible,
  unlessErased,
  warnOfLostZeros,
  type RosterOptions,
  type RowFault,
} from "./roster-rows.ts";
import { enrolmentName, rosterChange, upsertChange } from "./roster-change.ts";
import { knownOf, readEnrolment } from "./enrolment-rows.ts";
import { leftIssues, STATUS_COLUMNS, unknownStatuses } from "./roster-status.ts";
import type { Target } from "./target.ts";

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
