import type { Command } from "commander";
import { userInfo } from "node:os";
import { isDay } from "../domain/school-day.ts";
import { answerAlert } from "./alert-actions.ts";
import { alertsText, listAlerts, standingText, todayAt } from "./alerts.ts";
import { show, type Common, type Context } from "./command-context.ts";
import { explainAlert, explanationText } from "./explain.ts";
import { UsageError } from "./fail.ts";
import { readSettings, simulate, simulationText } from "./simulate.ts";

type ListFlags = Common & { school?: string; all?: boolean };

export function addAlerts(context: Context): void {
  const { program, io, target } = context;
  const alerts = program
    .command("alerts")
    .description("what needs a person")
    .option("--school <school_id>", "one school")
    .option("--all", "also what is resolved")
    .option("--json", "as JSON")
    .action(async (flags: ListFlags) => {
      const place = await target();
      const value = await listAlerts(place, { school: flags.school, all: flags.all === true });
      const today = todayAt(await place.setup.all(), new Date());
      show(io, flags, { value, text: alertsText(value, today) });
    });
  addAnswers(alerts, context);
  addSimulate(alerts, context);
  addExplain(context);
}

type AnswerFlags = Common & { school?: string; by?: string; note?: string; until?: string };

function addAnswers(alerts: Command, { io, target }: Context): void {
  const answer = (name: string, description: string) =>
    alerts
      .command(`${name} <alert>`)
      .description(description)
      .option("--school <school_id>", "where several schools have an alert of this id")
      .option("--by <whom>", "who answers; without it the user of this machine")
      .option("--note <text>", "for the audit trail; no names of students")
      .option("--json", "as JSON");
  const run = async (alert: string, flags: AnswerFlags, reopen = false) => {
    // the group has options of these names too, and takes what stands before the command
    const { school = alerts.opts<ListFlags>().school, by = userInfo().username, note, until } = flags;
    const place = await target();
    const now = new Date();
    const value = await answerAlert(place, { alert, school, by, note, until, reopen, now });
    const today = todayAt(await place.setup.all(), now)(value.school_id);
    show(
      io,
      { json: (flags.json ?? alerts.opts<Common>().json) === true },
      {
        value,
        text: `${value.id}: ${standingText(value, today)}`,
      },
    );
  };
  answer("acknowledge", "say that somebody sees to it: it leaves the digests").action(
    (alert: string, flags: AnswerFlags) => run(alert, flags),
  );
  answer("snooze", "leave it out of the digests until a day")
    .requiredOption("--until <day>", "the school day on which it is shown again")
    .action((alert: string, flags: AnswerFlags) => run(alert, flags));
  answer("reopen", "take back an acknowledgement or a snooze").action((alert: string, flags: AnswerFlags) =>
    run(alert, flags, true),
  );
}

type SimulateFlags = Common & { from: string; to: string; settings: string };

function addSimulate(alerts: Command, { io, target }: Context): void {
  alerts
    .command("simulate")
    .description("how many alerts and messages other thresholds would have produced")
    .requiredOption("--from <day>", "first day")
    .requiredOption("--to <day>", "last day")
    .requiredOption("--settings <file>", "YAML with the `settings` of a set-up file, at any level")
    .option("--json", "as JSON")
    .action(async (flags: SimulateFlags) => {
      for (const day of [flags.from, flags.to])
        if (!isDay(day)) throw new UsageError(`${day} is no date, such as 2026-08-17.`);
      const settings = readSettings(flags.settings);
      const value = await simulate(await target(), { ...flags, settings }, io.err);
      show(
        io,
        { json: (flags.json ?? alerts.opts<Common>().json) === true },
        {
          value,
          text: simulationText(value),
        },
      );
    });
}

function addExplain({ program, io, target }: Context): void {
  program
    .command("explain <alert>")
    .description("the facts and thresholds behind an alert")
    .option("--school <school_id>", "where several schools have an alert of this id")
    .option("--json", "as JSON")
    .action(async (id: string, flags: Common & { school?: string }) => {
      const value = await explainAlert(await target(), { id, school_id: flags.school, now: new Date() });
      show(io, flags, { value, text: explanationText(value) });
    });
}
