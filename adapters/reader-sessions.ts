import { DynamoDBClient } from "@aws-sdk/client-dynamodb";
import { AssumeRoleCommand, STSClient } from "@aws-sdk/client-sts";
import type { Level } from "../domain/access.ts";
import type { TableAccess } from "./query.ts";
import {
  alertLogPartition,
  alertPartition,
  enrolmentPartition,
  KEY_ACTIONS,
  quarantineOf,
  refusalPartition,
  rosterPartition,
  viewPartition,
} from "./table.ts";

/** Partitions that a session may read, and those it may also write. */
export type Partitions = { read: readonly string[]; write: readonly string[] };

/** A school's partitions: who sees its students answers its alerts, too. */
export const schoolPartitions = (school_id: string, level: Level): Partitions => {
  const read = [viewPartition(school_id), rosterPartition(school_id)];
  if (level === "totals") return { read, write: [] };
  const alerts = [alertPartition(school_id), alertLogPartition(school_id)];
  return { read: [...read, enrolmentPartition(school_id), ...alerts], write: [alertPartition(school_id)] };
};
export const providerPartitions = (provider_id: string): Partitions => ({
  read: [refusalPartition(provider_id), quarantineOf(provider_id).pk],
  write: [],
});

/** STS: 2,048 characters at most, and a packed size of its own that nobody can compute; half of it is on the safe side. */
const POLICY_LIMIT = 1100;

export type ReaderConfig = { tableArn: string; keyArn: string; tableName: string };

const keysWithin = (partitions: readonly string[]) => ({
  "ForAllValues:StringEquals": { "dynamodb:LeadingKeys": partitions },
  Null: { "dynamodb:LeadingKeys": "false" },
});

/** The policy of one session: what it names is all that the session reaches, whatever its role may. */
export function sessionPolicy(
  { read, write }: Partitions,
  { tableArn, keyArn }: Omit<ReaderConfig, "tableName">,
) {
  const statement = (Action: string[], partitions: readonly string[]) => ({
    Effect: "Allow",
    Action,
    Resource: tableArn,
    Condition: keysWithin(partitions),
  });
  return {
    Version: "2012-10-17",
    Statement: [
      statement(["dynamodb:GetItem", "dynamodb:Query"], read),
      ...(write.length > 0 ? [statement(["dynamodb:PutItem"], write)] : []),
      {
        Effect: "Allow",
        Action: KEY_ACTIONS,
        Resource: keyArn,
      },
    ],
  };
}

const merge = (a: Partitions, b: Partitions): Partitions => ({
  read: [...new Set([...a.read, ...b.read])],
  write: [...new Set([...a.write, ...b.write])],
});

type Group<T> = { names: T[]; partitions: Partitions };

/** As many at a time as one session's policy can name. */
export function groupsOf<T>(
  wanted: readonly { name: T; partitions: Partitions }[],
  config: ReaderConfig,
): Group<T>[] {
  const groups: Group<T>[] = [];
  for (const { name, partitions } of wanted) {
    const last = groups.at(-1);
    const together = last && merge(last.partitions, partitions);
    if (last !== undefined && together !== undefined && fits(together, config)) {
      last.names.push(name);
      last.partitions = together;
    } else groups.push({ names: [name], partitions });
  }
  return groups;
}

const fits = (partitions: Partitions, config: ReaderConfig) =>
  JSON.stringify(sessionPolicy(partitions, config)).length <= POLICY_LIMIT;

/** Opens the table for these partitions alone. */
export type OpenTable = (partitions: Partitions, caller: string) => Promise<TableAccess>;

const SESSION_SECONDS = 900;
/** A session is used again for so long, well within its life. */
const REUSE_MS = 10 * 60_000;
const KEPT = 200;

type Deps = { sts?: STSClient; roleArn: string; config: ReaderConfig; now: () => number };

export function readerSessions({ sts = new STSClient({}), roleArn, config, now }: Deps): OpenTable {
  const kept = new Map<string, { table: TableAccess; until: number }>();
  return async (partitions, caller) => {
    const policy = JSON.stringify(sessionPolicy(partitions, config));
    const known = kept.get(policy);
    if (known !== undefined && now() < known.until) return known.table;
    const { Credentials } = await sts.send(
      new AssumeRoleCommand({
        RoleArn: roleArn,
        RoleSessionName: caller.replaceAll(/[^\w+=,.@-]/g, "-").slice(0, 64),
        DurationSeconds: SESSION_SECONDS,
        Policy: policy,
      }),
    );
    const credentials = {
      accessKeyId: Credentials?.AccessKeyId ?? "",
      secretAccessKey: Credentials?.SecretAccessKey ?? "",
      ...(Credentials?.SessionToken !== undefined && { sessionToken: Credentials.SessionToken }),
    };
    const client = new DynamoDBClient({ logger: undefined, maxAttempts: 4, credentials });
    const table = { client, tableName: config.tableName };
    if (kept.size >= KEPT) kept.delete(kept.keys().next().value ?? "");
    kept.set(policy, { table, until: now() + REUSE_MS });
    return table;
  };
}
