import { costOf, type Cost } from "../domain/cost.ts";
import { show, type Common, type Context } from "./command-context.ts";
import { UsageError } from "./fail.ts";
import { alignColumns } from "./report-text.ts";

type Flags = Common & { students: string; sessionsPerWeek: string; batch: string; texts: string };

/** What it costs, before anything is deployed. */
export function addCost({ program, io }: Context): void {
  program
    .command("cost")
    .description("what a deployment would cost a month in us-east-1, without any stack")
    .requiredOption("--students <number>", "students who are tutored")
    .requiredOption("--sessions-per-week <number>", "sessions of a student a week")
    .option("--batch <number>", "sessions that providers post in one request", "1")
    .option("--texts <number>", "texts a month", "0")
    .option("--json", "as JSON")
    .action((flags: Flags) => {
      const value = costOf({
        students: numberOf("--students", flags.students),
        sessions_per_week: numberOf("--sessions-per-week", flags.sessionsPerWeek),
        batch: Math.max(1, numberOf("--batch", flags.batch)),
        texts_per_month: numberOf("--texts", flags.texts),
      });
      show(io, flags, { value, text: costText(value) });
    });
}

function numberOf(name: string, text: string): number {
  const number = Number(text);
  if (text !== "" && number >= 0 && Number.isFinite(number)) return number;
  throw new UsageError(`${name} is no number, such as 2500.`);
}

const dollars = (amount: number) => `$${amount.toFixed(2)}`;

const costText = ({ parts, total, per_student }: Cost) =>
  [
    ...alignColumns(
      [...Object.entries(parts), ["together, a month", total] as const].map(([name, amount]) => [
        name,
        dollars(amount),
      ]),
      2,
    ),
    "",
    `${dollars(per_student * 12)} a student and year. Units are measured, billed milliseconds assumed; taxes, support and people are not in it.`,
  ].join("\n");
