import { createHash } from "node:crypto";
import { byText } from "../domain/ids.ts";
import { latestEntries } from "../domain/dosage-report.ts";
import { idPatternOf } from "../domain/opaque-ids.ts";
import type { RosterEntry, School } from "../domain/setup.ts";
import { readTable, requireColumns, unreadColumns, writeExactTable, type Table } from "./csv.ts";
import { UsageError } from "./fail.ts";
import type { Api } from "./post-events.ts";
import { progressLine, resumePoint } from "./progress.ts";
import { sendBatch, type ImportOptions } from "./send-sessions.ts";
import { eventOf, type Fault, type SessionRow } from "./session-row.ts";
import { readSessionRows, SESSION_ALIASES, SESSION_COLUMNS, SESSION_EXTRAS } from "./session-rows.ts";
import type { Schools } from "./session-place.ts";
import { Tally, type ImportResult } from "./tally.ts";
import { keepStoredSchools } from "./stored-schools.ts";
import type { Target } from "./target.ts";
import { untilSummarised } from "./until-summarised.ts";

const BATCH = 500;
/** The service takes requests of up to 1 MB. */
const BATCH_BYTES = 800_000;
/** Requests under way at once: the next is sent while the last is stored. */
const WIDTH = 2;

/** Sends a DATAS session file through the API, as any provider would. */
export async function importSessions(target: Target, options: ImportOptions): Promise<ImportResult> {
  const table = readTable(options.file, SESSION_ALIASES);
  requireColumns(options.file, table, SESSION_COLUMNS);
  if (table.columns.includes("revision") && !table.columns.includes("session_id")) {
    throw new UsageError(
      `${options.file} has a column revision but no session_id: a revision needs the session's own id.`,
    );
  }
  const key = await keyOf(target, options);
  const { schools, roster, idPattern } = await readSchools(target);
  const read = readSessionRows(table, { ...schoolsOf(schools, roster), idPattern }, options.forms);
  for (const line of [...read.says, ...unreadColumns(table, [...SESSION_COLUMNS, ...SESSION_EXTRAS])])
    options.warn(line);
  const kept = await keepStoredSchools(target, read.rows, options.provider);
  const faults = [...read.faults, ...kept.faults];
  const rows = kept.rows.sort(byDayAndSchool);
  for (const { row, warnings } of rows)
    for (const warning of warnings) options.warn(`row ${row.number}: ${warning}`);
  for (const { row, column, reason } of faults)
    options.warn(`row ${row.number}, column ${column}: ${reason}`);
  const tally = new Tally(table.rows.length, rows, faults);
  if (!options.dryRun) await send(target, { rows, options, tally, key });
  return tally.result(writeErrors(table, options, tally.faults));
}

async function readSchools(target: Target): Promise<{
  schools: School[];
  roster: RosterEntry[];
  idPattern: RegExp | undefined;
}> {
  const { schools, id_pattern } = await target.setup.all();
  const rosters = await Promise.all(schools.map((school) => target.setup.roster(school.school_id)));
  return { schools, roster: rosters.flat(), idPattern: idPatternOf(id_pattern) };
}

function schoolsOf(schools: readonly School[], roster: readonly RosterEntry[]): Schools {
  const zones = new Map(schools.map((school) => [school.school_id, school.time_zone]));
  const stays = new Map<string, RosterEntry[]>();
  for (const [student_id, latest] of latestEntries(roster)) stays.set(student_id, [latest]);
  for (const entry of roster) {
    const known = stays.get(entry.student_id) ?? [];
    if (!known.includes(entry)) known.push(entry);
  }
  return {
    students: [...stays.keys()],
    staysOf: (student_id) => stays.get(student_id) ?? [],
    zoneOf: (school_id) => zones.get(school_id),
  };
}

// one recompute of a school's day serves all the marks that come together
const byDayAndSchool = (a: SessionRow, b: SessionRow) =>
  byText(a.day, b.day) || byText(a.school_id, b.school_id) || a.row.number - b.row.number;

type Sending = { rows: SessionRow[]; options: ImportOptions; tally: Tally; key: string | undefined };

async function send(target: Target, { rows, options, tally, key }: Sending): Promise<void> {
  if (key === undefined) throw new UsageError(noKey(options));
  const api: Api = { url: target.apiUrl, key };
  const digest = createHash("sha256").update(
    JSON.stringify([
      // begun on one deployment, it does not go on in the middle on another
      target.table.tableName,
      options.provider,
      options.correct,
      rows.map((row) => [row.session_id, row.revision, row.data]),
    ]),
  );
  const resume = resumePoint(`${options.file}.progress.json`, digest.digest("hex"));
  const show = progressLine(rows.length, options.quiet);
  const batches = batchesOf(rows);
  const sender = { target, api, options, tally };
  let sent = batches.slice(0, resume.done).flat().length;
  for (let at = resume.done; at < batches.length; at += WIDTH) {
    const now = batches.slice(at, at + WIDTH);
    await Promise.all(now.map((batch) => sendBatch(sender, batch)));
    // refused rows are known to this run alone: the next one sends them again, for its error file
    if (tally.refused === 0) resume.save(at + WIDTH);
    sent += now.flat().length;
    show(sent);
  }
  await untilSummarised(target, [...new Set(rows.map((row) => row.school_id))]);
  resume.clear();
}

/** Sessions of one moment are sent together, so that each knows of the others. */
function batchesOf(rows: readonly SessionRow[]): SessionRow[][] {
  const batches: SessionRow[][] = [];
  let bytes = 0;
  for (const moment of Map.groupBy(rows, ({ session_id }) => session_id).values()) {
    const last = batches.at(-1);
    const weight = JSON.stringify(moment.map(eventOf)).length;
    bytes += weight;
    if (last !== undefined && last.length + moment.length <= BATCH && bytes <= BATCH_BYTES)
      last.push(...moment);
    else {
      batches.push(moment);
      bytes = weight;
    }
  }
  return batches;
}

/** The key of the provider whose sessions these are; under another's, they would be compared with the wrong ones. */
async function keyOf(target: Target, options: ImportOptions): Promise<string | undefined> {
  const { provider } = options;
  const key = options.key ?? target.providerKey(provider);
  const owner = key === undefined ? undefined : (await target.providerKeys.byKey(key))?.provider_id;
  if (owner === undefined || owner === provider) return key;
  throw new UsageError(
    `The key is provider ${owner}'s, and the sessions are told as ${provider}'s. Say --provider ${owner}.`,
  );
}

const noKey = ({ provider }: ImportOptions) =>
  `Give the key of provider ${provider} in ROLLCALL_PROVIDER_KEY or with --key; \`rollcall provider add\` makes one.`;

function writeErrors(table: Table, { file, dryRun }: ImportOptions, faults: Fault[]): string | undefined {
  if (faults.length === 0 || dryRun) return undefined;
  const errorFile = `${file}.errors.csv`;
  const columns = [...table.columns.filter((name) => name !== "reason"), "reason"];
  const rows = [...faults].sort((a, b) => a.row.number - b.row.number);
  writeExactTable(
    errorFile,
    columns,
    rows.map(({ row, column, reason }) => ({ ...row.cells, reason: `${column}: ${reason}` })),
  );
  return errorFile;
}
