import { CloudFormationClient, DescribeStacksCommand } from "@aws-sdk/client-cloudformation";
import { DescribeTableCommand, DynamoDBClient, ListBackupsCommand } from "@aws-sdk/client-dynamodb";
import { KMSClient } from "@aws-sdk/client-kms";
import { S3Client } from "@aws-sdk/client-s3";
import { ListSubscriptionsByTopicCommand, SNSClient } from "@aws-sdk/client-sns";
import { GetCallerIdentityCommand, STSClient } from "@aws-sdk/client-sts";
import type { TableAccess } from "./query.ts";

/** What an admin command asks of AWS about a deployment itself. */

/** The outputs of a stack by name; none where it has none. */
export async function stackOutputs(StackName: string): Promise<Map<string, string>> {
  const { Stacks = [] } = await new CloudFormationClient({}).send(new DescribeStacksCommand({ StackName }));
  return new Map(Stacks[0]?.Outputs?.map(({ OutputKey = "", OutputValue = "" }) => [OutputKey, OutputValue]));
}

/** Under which identity commands run here. */
export const callerIdentity = async () =>
  (await new STSClient({}).send(new GetCallerIdentityCommand({}))).Arn ?? "aws";

/** Writes a second that the table takes without warming up. */
export async function warmWrites({ client, tableName: TableName }: TableAccess): Promise<number> {
  const { Table } = await client.send(new DescribeTableCommand({ TableName }));
  return Table?.WarmThroughput?.WriteUnitsPerSecond ?? 0;
}

export type Backup = { name: string; expires: Date | undefined };
/** Backups of the table that somebody made by hand. */
export async function backupsOf({ client, tableName: TableName }: TableAccess): Promise<Backup[]> {
  const { BackupSummaries = [] } = await client.send(new ListBackupsCommand({ TableName }));
  return BackupSummaries.map(({ BackupName = "", BackupExpiryDateTime }) => ({
    name: BackupName,
    expires: BackupExpiryDateTime,
  }));
}

/** How many hear what is told to a topic: those who did not confirm do not. */
export async function subscriptionsOf(TopicArn: string): Promise<number> {
  const { Subscriptions = [] } = await new SNSClient({}).send(
    new ListSubscriptionsByTopicCommand({ TopicArn }),
  );
  return Subscriptions.filter(({ SubscriptionArn = "" }) => SubscriptionArn.startsWith("arn:")).length;
}

type Endpoints = { dynamo: string; s3: string; kms: string };
/** Clients of what stands in for AWS on one machine. */
export function localClients({ dynamo, s3, kms }: Endpoints) {
  const local = { region: "us-east-1", credentials: { accessKeyId: "local", secretAccessKey: "local" } };
  return {
    dynamo: new DynamoDBClient({ ...local, endpoint: dynamo }),
    s3: new S3Client({ ...local, endpoint: s3, forcePathStyle: true }),
    kms: new KMSClient({ ...local, endpoint: kms }),
  };
}
