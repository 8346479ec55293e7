import type { LocalStack } from "./stack.ts";
import { bucketName } from "./failure-bucket.ts";

/** Where everything of a running stack is found, as the admin command reads it. */
export function stateOf(stack: LocalStack, keys: Record<string, string>) {
  return {
    pid: process.pid,
    api_url: stack.apiUrl,
    inbox_url: stack.inboxUrl,
    dynamo_endpoint: stack.dynamoEndpoint,
    s3_endpoint: stack.s3Endpoint,
    issuer_url: stack.issuerUrl,
    kms_endpoint: stack.kmsEndpoint,
    table_name: stack.plan.outputs["TableName"] ?? "",
    anchor_bucket: bucketName(stack.plan.outputs["AnchorBucket"] ?? ""),
    failure_bucket: bucketName(stack.plan.outputs["FailureBucket"] ?? ""),
    keys,
  };
}
