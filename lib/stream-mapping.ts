import { Duration } from "aws-cdk-lib";
import { EventSourceMapping, MetricType, StartingPosition, type Function } from "aws-cdk-lib/aws-lambda";
import { FilterCriteria } from "aws-cdk-lib/aws-lambda";
import type { Storage } from "./storage.ts";

type Props = { storage: Storage; filter: object };

/**
 * Wakes a function by the table's stream. Without limit of retries up to six hours, so that throttling discards
 * nothing; what is older is kept whole in the bucket, because a queue would get only metadata.
 */
export function streamMapping(target: Function, { storage, filter }: Props): EventSourceMapping {
  storage.grantReadStream(target);
  storage.grantKeepFailures(target);
  return new EventSourceMapping(target, "Stream", {
    target,
    eventSourceArn: storage.table.tableStreamArn ?? "",
    startingPosition: StartingPosition.TRIM_HORIZON,
    batchSize: 1000,
    bisectBatchOnError: true,
    reportBatchItemFailures: true,
    maxRecordAge: Duration.hours(6),
    retryAttempts: -1,
    filters: [FilterCriteria.filter({ ...filter })],
    supportS3OnFailureDestination: true,
    onFailure: { bind: () => ({ destination: storage.failures.bucketArn }) },
    metricsConfig: { metrics: [MetricType.EVENT_COUNT] },
  });
}
