import { Validations } from "aws-cdk-lib";
import type { Construct } from "constructs";

/**
 * Findings of cdk-nag that stay, each with the reason why. They hold for the whole stack; what is acknowledged for one
 * resource stands beside it.
 */
const REASONS: Record<string, string> = {
  "AwsSolutions-COG8":
    "Threat protection of the plus tier costs per user; passwords are 14 characters with a TOTP code, and most people come by the district's own identity provider.",
  "NIST.800.53.R5-DynamoDBInBackupPlan":
    "Point-in-time recovery of 35 days and deletion protection stand in its place; `rollcall restore` is rehearsed from it. Longer backups would keep what a student's erasure must reach.",
  "NIST.800.53.R5-S3BucketLoggingEnabled":
    "Only Lambda and the admin command write to the buckets, rarely; CloudTrail records who reads.",
  "NIST.800.53.R5-S3BucketReplicationEnabled":
    "The failure bucket holds copies of what the table holds, and the anchors are hashes; a second region would be a second place to erase from.",
  "NIST.800.53.R5-IAMNoInlinePolicy":
    "Each role belongs to one function and has a policy of its own; sharing policies is what would blur who may do what.",
  "NIST.800.53.R5-LambdaConcurrency":
    "Reserving concurrency takes it from the other functions of a district's account; the gateway throttles, and a provider's quota limits what one party can ask for.",
  "NIST.800.53.R5-LambdaDLQ":
    "Streams give up into the failure bucket, the gateway answers its caller, and the sweep is started again every 15 minutes: nothing waits in a queue of Lambda.",
  "NIST.800.53.R5-LambdaInsideVPC":
    "The functions speak to DynamoDB, KMS, STS, SES and End User Messaging alone, over TLS with their own roles; a VPC would add endpoints and NAT to pay for, and no wall that IAM does not build.",
  "Serverless-LambdaDLQ":
    "As for NIST's LambdaDLQ: streams give up into the failure bucket, the gateway answers its caller, and the sweep is started again every 15 minutes.",
  "Serverless-LambdaTracing":
    "One line of log per request tells route, status and milliseconds; traces would cost more than the calls, and ask for a permission on every resource.",
  "Serverless-LambdaAsyncFailureDestination":
    "A bounce that could not be recorded after three attempts raises an alarm, and the next mail to that address bounces again.",
  "Serverless-EventBusDLQ": "As above: a bounce that gets lost comes again with the next mail.",
};

export function acknowledgeFindings(stack: Construct): void {
  for (const [id, reason] of Object.entries(REASONS)) Validations.of(stack).acknowledge({ id, reason });
}
