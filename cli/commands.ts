import { Command } from "commander";
import { setTimeout as sleep } from "node:timers/promises";
import { releaseQuarantine } from "../adapters/release-quarantine.ts";
import { DEFAULT_TARGET_HOURS } from "../domain/dosage-target.ts";
import { isDay } from "../domain/school-day.ts";
import { addAlerts } from "./alert-commands.ts";
import { auditedTarget } from "./audited-target.ts";
import { addAudit } from "./audit-commands.ts";
import { addCost } from "./cost-command.ts";
import { addRebuild } from "./rebuild-commands.ts";
import { addStudents } from "./student-commands.ts";
import { applySetup, type ApplyResult } from "./apply.ts";
import { show, type Common, type Context, type Output } from "./command-context.ts";
import { addDelivery } from "./delivery-commands.ts";
import { UsageError } from "./fail.ts";
import { addImports } from "./import-commands.ts";
import { addPeople } from "./people-commands.ts";
import { addProvider } from "./provider-commands.ts";
import { redrive, redriveDay } from "./redrive.ts";
import { readFacts, reportOf, writeStudents } from "./report.ts";
import { reportText } from "./report-text.ts";
import { listRules, rulesMarkdown, rulesText } from "./rules.ts";
import { pruneLines } from "./prune.ts";
import { findTarget } from "./target.ts";

/** The admin command. Every command finds the local stack by itself, or takes --stack NAME. */
export function rollcall(io: Output, find: typeof findTarget = findTarget): Command {
  const program = new Command("rollcall")
    .description("Who got how much tutoring, and who did not.")
    .option("--stack <name>", "a Rollcall stack in AWS; without it the local stack")
    .option("--why <text>", "why you do it, for the audit log; no names")
    .showHelpAfterError();
  const context = { program, io, target: auditedTarget(program, find) };
  addApply(context);
  addPeople(context);
  addProvider(context);
  addImports(context);
  addReport(context);
  addAlerts(context);
  addRules(context);
  addDelivery(context);
  addRedrive(context);
  addCost(context);
  addRebuild(context);
  addStudents(context);
  addAudit(context);
  return program;
}

type ApplyFlags = Common & { dryRun?: boolean; rezone?: boolean; prune?: boolean };

function addApply({ program, io, target }: Context): void {
  program
    .command("apply <file>")
    .description("load districts, schools, programs, providers, contacts and people from a YAML file")
    .option(
      "--prune",
      "take out what the file does not name any more: people lose access within a minute, contacts get nothing, contracts of providers end today",
    )
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
        prune: flags.prune === true,
        now: new Date(),
        release: async (setup) =>
          releaseQuarantine(place.sessions, setup, { isErased: await place.isErased(), now: new Date() }),
        untilForgotten: async () => {
          io.err("Waiting 65 s, until no running function remembers the old zone …");
          await sleep(65_000);
        },
      });
      show(io, flags, { value, text: applyText(value, flags.dryRun === true) });
    });
}

function applyText(result: ApplyResult, dryRun: boolean): string {
  const { added, changed, unchanged, released, moved } = result;
  return [
    ...added.map((name) => `+ ${name}`),
    ...changed.map((name) => `~ ${name}`),
    ...pruneLines(result),
    `${added.length} added, ${changed.length} changed, ${unchanged} unchanged${dryRun ? " (dry run: nothing was written)" : ""}`,
    ...(released > 0 ? [`${released} sessions that waited for a school were stored`] : []),
    ...(moved > 0 ? [`${moved} sessions moved to another day`] : []),
  ].join("\n");
}

type ReportFlags = Common & {
  school?: string;
  district?: string;
  targetHours?: string;
  from: string;
  to: string;
  students?: string;
};

function hoursOf(text: string | undefined): number | undefined {
  if (text === undefined || Number(text) > 0) return text === undefined ? undefined : Number(text);
  throw new UsageError("--target-hours is no positive number.");
}

function addReport({ program, io, target }: Context): void {
  program
    .command("report")
    .description("reports")
    .command("dosage")
    .description("who got how much tutoring")
    .option("--school <school_id>", "one school")
    .option("--district <district_id>", "one district")
    .option(
      "--target-hours <hours>",
      `full dosage; without it each program's target, else ${DEFAULT_TARGET_HOURS}`,
    )
    .option("--from <day>", "first day that counts")
    .option("--to <day>", "last day that counts")
    .option("--students <file>", "also write a CSV row per student and program")
    .option("--json", "as JSON")
    .action(async (flags: ReportFlags) => {
      const targetHours = hoursOf(flags.targetHours);
      for (const [name, day] of [
        ["--from", flags.from],
        ["--to", flags.to],
      ] as const) {
        if (day !== undefined && !isDay(day)) throw new UsageError(`${name} is no date, such as 2026-08-17.`);
      }
      const { from = "0000-00-00", to = "9999-12-31" } = flags;
      if (from > to) throw new UsageError(`--from ${from} lies after --to ${to}: no day is between them.`);
      const options = { ...flags, from, to, targetHours, now: new Date() };
      const facts = await readFacts(await target(), options);
      const value = reportOf(facts, targetHours);
      if (flags.students !== undefined) writeStudents(flags.students, facts, options);
      show(io, flags, { value, text: reportText(value) });
    });
}

type RuleFlags = Common & { school?: string; program?: string; markdown?: boolean };

function addRules({ program, io, target }: Context): void {
  program
    .command("rules")
    .description("what fires when, and which thresholds are in force")
    .option("--school <school_id>", "as they are at this school")
    .option("--program <program_id>", "with --school: as they are for this program")
    .option("--markdown", "the defaults as a table, without any stack")
    .option("--json", "as JSON")
    .action(async (flags: RuleFlags) => {
      if (flags.markdown === true) return io.out(rulesMarkdown());
      const value = await listRules(await target(), flags);
      show(io, flags, { value, text: rulesText(value) });
    });
}

type RedriveFlags = Common & { dryRun?: boolean; school?: string; day?: string };

function addRedrive({ program, io, target }: Context): void {
  program
    .command("redrive")
    .description(
      "recompute whatever could not be used, and send again what was given up; or one day of one school",
    )
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
      const text = `failures: ${value.failures}, days marked: ${value.days_marked}, still unreadable: ${value.unreadable}, messages sent again: ${value.messages}`;
      show(io, flags, { value, text });
    });
}
