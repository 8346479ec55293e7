import { Command } from "commander";
import { setTimeout as sleep } from "node:timers/promises";
import { keyIdOf, newKey } from "../adapters/provider-key-store.ts";
import { releaseQuarantine } from "../adapters/release-quarantine.ts";
import { DEFAULT_TARGET_HOURS } from "../domain/dosage-report.ts";
import { ProviderId } from "../domain/ids.ts";
import { isDay } from "../domain/school-day.ts";
import { alertsText, listAlerts } from "./alerts.ts";
import { applySetup, type ApplyResult } from "./apply.ts";
import { UsageError } from "./fail.ts";
import { importEnrolments, importStudents, type RosterOptions } from "./import-students.ts";
import { importSessions } from "./import-sessions.ts";
import { redrive, redriveDay } from "./redrive.ts";
import { readFacts, reportOf, reportText, writeStudents } from "./report.ts";
import { findTarget } from "./target.ts";

type Output = { out: (text: string) => void; err: (text: string) => void };
type Common = { json?: boolean };

/** The admin command. Every command finds the local stack by itself, or takes --stack NAME. */
export function rollcall(io: Output): Command {
  const program = new Command("rollcall")
    .description("Who got how much tutoring, and who did not.")
    .option("--stack <name>", "a Rollcall stack in AWS; without it the local stack")
    .showHelpAfterError();
  const context = { program, io, target: () => findTarget(stackOf(program)) };
  addApply(context);
  addProvider(context);
  addImports(context);
  addReport(context);
  addAlerts(context);
  addRedrive(context);
  return program;
}

function stackOf(program: Command): string | undefined {
  const { stack } = program.opts<{ stack?: string }>();
  return stack;
}

type Context = { program: Command; io: Output; target: () => ReturnType<typeof findTarget> };

function show(io: Output, { json }: Common, { value, text }: { value: unknown; text: string }): void {
  io.out(json === true ? JSON.stringify(value, undefined, 2) : text);
}

const today = () => new Date().toISOString().slice(0, 10);

type ApplyFlags = Common & { dryRun?: boolean; rezone?: boolean };

function addApply({ program, io, target }: Context): void {
  program
    .command("apply <file>")
    .description("load districts, schools, programs, providers and contacts from a YAML file")
    .option(
      "--rezone",
      "let the zone of a school with sessions change, and give its sessions their days anew",
    )
    .option("--dry-run", "show what would change")
    .option("--json", "as JSON")
    .action(async (file: string, flags: ApplyFlags) => {
      const place = await target();
      const value = await applySetup(place, {
        file,
        dryRun: flags.dryRun === true,
        rezone: flags.rezone === true,
        release: (setup) => releaseQuarantine(place.sessions, setup),
        untilForgotten: async () => {
          io.err("Waiting 65 s, until no running function remembers the old zone …");
          await sleep(65_000);
        },
      });
      show(io, flags, { value, text: applyText(value, flags.dryRun === true) });
    });
}

function applyText({ added, changed, unchanged, released, moved }: ApplyResult, dryRun: boolean): string {
  return [
    ...added.map((name) => `+ ${name}`),
    ...changed.map((name) => `~ ${name}`),
    `${added.length} added, ${changed.length} changed, ${unchanged} unchanged${dryRun ? " (dry run: nothing was written)" : ""}`,
    ...(released > 0 ? [`${released} sessions that waited for a school were stored`] : []),
    ...(moved > 0 ? [`${moved} sessions moved to another day`] : []),
  ].join("\n");
}

function addProvider({ program, io, target }: Context): void {
  const provider = program.command("provider").description("keys of the providers");
  provider
    .command("add <provider_id>")
    .description("make a key; it is shown once, only its hash is stored")
    .option("--name <name>", "the provider's name")
    .option("--expires <instant>", "ISO instant from which the key is refused")
    .option("--json", "as JSON")
    .action(async (id: string, options: Common & { name?: string; expires?: string }) => {
      const provider_id = ProviderId.safeParse(id);
      if (!provider_id.success)
        throw new UsageError(`provider_id ${provider_id.error.issues[0]?.message ?? "is wrong"}.`);
      const value = await addKey(await target(), { provider_id: provider_id.data, ...options });
      const text = `Key of ${value.provider_id} (id ${value.key_id}), shown this once:\n${value.key}`;
      show(io, options, { value, text });
    });
  provider
    .command("list")
    .description("keys by id, without the keys")
    .option("--json", "as JSON")
    .action(async (options: Common) => {
      const value = await (await target()).providerKeys.list();
      const lines = value.map((key) =>
        [
          key.key_id,
          key.provider_id,
          key.created_at,
          key.revoked_at ? "revoked" : (key.expires_at ?? "live"),
        ].join("  "),
      );
      show(io, options, { value, text: lines.join("\n") });
    });
  addRevoke(provider, { io, target });
}

function addRevoke(provider: Command, { io, target }: Omit<Context, "program">): void {
  provider
    .command("revoke <key_id>")
    .description("refuse a key from now on (callers may be known for 30 s more)")
    .action(async (key_id: string) => {
      if (!(await (await target()).providerKeys.revoke(key_id, new Date())))
        throw new UsageError(`There is no key ${key_id}.`);
      io.out(`Key ${key_id} is revoked.`);
    });
}

type NewKey = { provider_id: string; name?: string; expires?: string };

async function addKey(place: Awaited<ReturnType<Context["target"]>>, { provider_id, name, expires }: NewKey) {
  const key = newKey();
  const expiry = expires === undefined ? undefined : new Date(expires);
  if (expiry !== undefined && Number.isNaN(expiry.getTime()))
    throw new UsageError("--expires is no ISO instant, such as 2027-06-30T00:00:00Z.");
  const { providers } = await place.setup.all();
  if (!providers.some((known) => known.provider_id === provider_id)) {
    const entry = { provider_id, ...(name !== undefined && { name }) };
    await place.setup.put({ districts: [], schools: [], programs: [], providers: [entry], contacts: [] });
  }
  const entry = { key_id: keyIdOf(key), provider_id, created_at: new Date().toISOString() };
  await place.providerKeys.put(key, { ...entry, ...(expiry && { expires_at: expiry.toISOString() }) });
  return { ...entry, key };
}

type RosterFlags = Common & { timeZone?: string; full?: boolean; yes?: boolean; dryRun?: boolean };

function addImports({ program, io, target }: Context): void {
  const imports = program.command("import").description("load CSV files");
  const rosterOptions = (file: string, flags: RosterFlags): RosterOptions => ({
    file,
    timeZone: flags.timeZone,
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
      .description(description)
      .option("--time-zone <zone>", "zone of schools that the set-up lacks")
      .option("--full", "end the entries that the file does not name")
      .option("--yes", "also when that ends more than a fifth")
      .option("--dry-run", "show what would change")
      .option("--json", "as JSON")
      .action(async (file: string, flags: RosterFlags) => {
        const value = await run(await target(), rosterOptions(file, flags));
        show(io, flags, { value, text: rosterText(value) });
      });
  }
  addSessionImport({ program: imports, io, target }, rosterText);
}

type SessionFlags = Common & { provider: string; key?: string; correct?: boolean; dryRun?: boolean };

function addSessionImport({ program, io, target }: Context, textOf: (value: object) => string): void {
  program
    .command("sessions <file>")
    .description("a DATAS session file, posted through the API like any provider's events")
    .option("--provider <provider_id>", "whose sessions these are", "local")
    .option("--key <key>", "the provider's key; better in ROLLCALL_PROVIDER_KEY")
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
        dryRun: flags.dryRun === true,
        quiet: flags.json === true,
        warn: atMost(20, io.err),
      });
      show(io, flags, { value, text: textOf(value) });
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

type ReportFlags = Common & {
  school?: string;
  district?: string;
  targetHours: string;
  from: string;
  to: string;
  students?: string;
};

function addReport({ program, io, target }: Context): void {
  program
    .command("report")
    .description("reports")
    .command("dosage")
    .description("who got how much tutoring")
    .option("--school <school_id>", "one school")
    .option("--district <district_id>", "one district")
    .option("--target-hours <hours>", "full dosage", String(DEFAULT_TARGET_HOURS))
    .option("--from <day>", "first day that counts")
    .option("--to <day>", "last day that counts")
    .option("--students <file>", "also write a CSV row per student and program")
    .option("--json", "as JSON")
    .action(async (flags: ReportFlags) => {
      const targetHours = Number(flags.targetHours);
      if (!(targetHours > 0)) throw new UsageError("--target-hours is no positive number.");
      for (const [name, day] of [
        ["--from", flags.from],
        ["--to", flags.to],
      ] as const) {
        if (day !== undefined && !isDay(day)) throw new UsageError(`${name} is no date, such as 2026-08-17.`);
      }
      const { from = "0000-00-00", to = "9999-12-31" } = flags;
      const options = { ...flags, from, to, targetHours, now: new Date() };
      const facts = await readFacts(await target(), options);
      const value = reportOf(facts, targetHours);
      if (flags.students !== undefined) writeStudents(flags.students, facts, options);
      show(io, flags, { value, text: reportText(value) });
    });
}

type AlertFlags = Common & { school?: string; all?: boolean };

function addAlerts({ program, io, target }: Context): void {
  program
    .command("alerts")
    .description("what needs a person")
    .option("--school <school_id>", "one school")
    .option("--all", "also what is resolved")
    .option("--json", "as JSON")
    .action(async (flags: AlertFlags) => {
      const value = await listAlerts(await target(), { school: flags.school, all: flags.all === true });
      show(io, flags, { value, text: alertsText(value) });
    });
}

type RedriveFlags = Common & { dryRun?: boolean; school?: string; day?: string };

function addRedrive({ program, io, target }: Context): void {
  program
    .command("redrive")
    .description("recompute the days of whatever could not be used, or one day of one school")
    .option("--school <school_id>", "with --day: this school")
    .option("--day <day>", "with --school: this day")
    .option("--dry-run", "show what would be redone")
    .option("--json", "as JSON")
    .action(async (flags: RedriveFlags) => {
      const place = await target();
      const { school, day } = flags;
      const dryRun = flags.dryRun === true;
      const named = school !== undefined || day !== undefined;
      const value = named
        ? await redriveDay(place, { school, day, dryRun })
        : await redrive(place, { dryRun });
      const text = `failures: ${value.failures}, days marked: ${value.days_marked}, still unreadable: ${value.unreadable}`;
      show(io, flags, { value, text });
    });
}
