import { Option } from "commander";
import type { DurationUnit } from "./column-forms.ts";
import type { DateOrder } from "./local-time.ts";
import { show, type Common, type Context } from "./command-context.ts";
import { importEnrolments, importStudents } from "./import-students.ts";
import type { RosterOptions } from "./roster-rows.ts";
import { importSessions } from "./import-sessions.ts";

const today = () => new Date().toISOString().slice(0, 10);

type RosterFlags = Common & {
  dates?: DateOrder;
  timeZone?: string;
  full?: boolean;
  yes?: boolean;
  dryRun?: boolean;
};

/** The exit code where the file was taken and some of its rows were not. */
const SOME_REFUSED = 2;

export function addImports({ program, io, target }: Context): void {
  const imports = program
    .command("import")
    .description("load CSV files; exits with 2 where rows were refused, which stand in the error file");
  const rosterOptions = (file: string, flags: RosterFlags): RosterOptions => ({
    file,
    timeZone: flags.timeZone,
    dates: flags.dates,
    full: flags.full === true,
    yes: flags.yes === true,
    dryRun: flags.dryRun === true,
    today: today(),
    warn: io.err,
  });
  const rosterText = (value: object) =>
    Object.entries(value)
      .map(([name, number]) => `${name.replaceAll("_", " ")}: ${String(number)}`)
      .join("\n");
  for (const [name, run, description] of [
    ["students", importStudents, "the roster, from a DATAS student file"],
    ["enrolments", importEnrolments, "enrolments: student_id, school_id, program_id, provider_id, from, to"],
  ] as const) {
    imports
      .command(`${name} <file>`)
      .description(`${description}; exits with 2 where rows were refused`)
      .option("--time-zone <zone>", "zone of schools that the set-up lacks")
      .addOption(datesOption())
      .option("--full", "end the entries that the file does not name")
      .option("--yes", "also when that ends more than a fifth")
      .option("--dry-run", "show what would change")
      .option("--json", "as JSON")
      .action(async (file: string, flags: RosterFlags) => {
        const value = await run(await target(), rosterOptions(file, flags));
        show(io, flags, { value, text: rosterText(value) });
        io.exit?.(value.faults > 0 ? SOME_REFUSED : 0);
      });
  }
  addSessionImport({ program: imports, io, target }, rosterText);
}

type SessionFlags = Common & {
  provider: string;
  key?: string;
  correct?: boolean;
  dates?: DateOrder;
  durations?: DurationUnit;
  dryRun?: boolean;
};

/** An option for what a file's columns do not tell themselves. */
const datesOption = () =>
  new Option("--dates <order>", "which number of 3/11/2025 is the month, where no date tells").choices([
    "month-first",
    "day-first",
  ]);

function addSessionImport({ program, io, target }: Context, textOf: (value: object) => string): void {
  program
    .command("sessions <file>")
    .description(
      "a DATAS session file, posted through the API like any provider's events; exits with 2 where rows were refused",
    )
    .option("--provider <provider_id>", "whose sessions these are", "local")
    .option("--key <key>", "the provider's key; better in ROLLCALL_PROVIDER_KEY")
    .addOption(datesOption())
    .addOption(
      new Option("--durations <unit>", "what a bare number of session_duration counts").choices([
        "minutes",
        "hours",
      ]),
    )
    .option("--correct", "send changed rows with the next revision")
    .option("--dry-run", "read and check, send nothing")
    .option("--json", "as JSON")
    .action(async (file: string, flags: SessionFlags) => {
      const place = await target();
      const value = await importSessions(place, {
        file,
        provider: flags.provider,
        key: flags.key,
        correct: flags.correct === true,
        forms: { dates: flags.dates, durations: flags.durations },
        dryRun: flags.dryRun === true,
        quiet: flags.json === true,
        warn: atMost(20, io.err),
      });
      show(io, flags, { value, text: textOf(value) });
      io.exit?.(value.faults > 0 ? SOME_REFUSED : 0);
    });
}

/** A terminal is no place for fifty thousand warnings. */
function atMost(limit: number, write: (line: string) => void): (line: string) => void {
  let written = 0;
  return (line) => {
    written += 1;
    if (written <= limit) write(line);
    if (written === limit + 1) write("… more of these; rows that could not be sent stand in the error file");
  };
}
