import { RetentionDays } from "aws-cdk-lib/aws-logs";

export const STAGES = ["dev", "prod"] as const;
export type Stage = (typeof STAGES)[number];

/** What an admin decides when she deploys: `cdk deploy -c stage=prod -c sender=rollcall@district.org -c alarmEmail=…`. */
export type DeployConfig = {
  stage: Stage;
  /** The verified address that mails come from. */
  sender: string;
  /** Who is told of alarms; without it an alarm has no subscriber. */
  alarmEmail: string | undefined;
  /** ARN of the number or pool that texts come from; without it no text is sent. */
  textOrigin: string | undefined;
  logRetention: RetentionDays;
  deletionProtection: boolean;
  /** Units that on-demand tables serve at once; undefined keeps AWS's default. */
  warmThroughput: { readUnitsPerSecond: number; writeUnitsPerSecond: number } | undefined;
};

type Context = { tryGetContext(name: string): unknown };

const textOf = (value: unknown) => (typeof value === "string" && value !== "" ? value : undefined);

/** Throws on a stage that is none: a misspelled `prod` must not deploy an unprotected table. */
export function readConfig(node: Context): DeployConfig {
  const named = textOf(node.tryGetContext("stage")) ?? "dev";
  const stage = STAGES.find((candidate) => candidate === named);
  if (stage === undefined) throw new Error(`stage "${named}" is not one of ${STAGES.join(", ")}`);
  const production = stage === "prod";
  return {
    stage,
    sender: textOf(node.tryGetContext("sender")) ?? "rollcall@example.org",
    alarmEmail: textOf(node.tryGetContext("alarmEmail")),
    textOrigin: textOf(node.tryGetContext("textOrigin")),
    logRetention: production ? RetentionDays.ONE_YEAR : RetentionDays.ONE_MONTH,
    deletionProtection: production,
    warmThroughput: production ? { readUnitsPerSecond: 12_000, writeUnitsPerSecond: 4_000 } : undefined,
  };
}
