import { Duration, Stack, Validations } from "aws-cdk-lib";
import {
  Alarm,
  AnomalyDetectionAlarm,
  ComparisonOperator,
  Dashboard,
  GraphWidget,
  Metric,
  TreatMissingData,
  type IMetric,
} from "aws-cdk-lib/aws-cloudwatch";
import { SnsAction } from "aws-cdk-lib/aws-cloudwatch-actions";
import { Effect, PolicyStatement, ServicePrincipal } from "aws-cdk-lib/aws-iam";
import type { EventSourceMapping, Function } from "aws-cdk-lib/aws-lambda";
import { FilterPattern, MetricFilter } from "aws-cdk-lib/aws-logs";
import { Topic } from "aws-cdk-lib/aws-sns";
import { EmailSubscription } from "aws-cdk-lib/aws-sns-subscriptions";
import type { HttpApi } from "aws-cdk-lib/aws-apigatewayv2";
import { Construct } from "constructs";
import type { DeployConfig } from "./config.ts";
import type { Storage } from "./storage.ts";

type Watched = { id: string; metric: IMetric; threshold: number };
/** What happened, what it means for the district, and what to do: who is woken reads nothing else. */
type Sentence = string;

const FIVE_MINUTES = Duration.minutes(5);

/** Alarms, each with a sentence that says what to do. */
export class Observability extends Construct {
  readonly topic: Topic;

  constructor(scope: Construct, id: string, { storage, config }: { storage: Storage; config: DeployConfig }) {
    super(scope, id);
    this.topic = new Topic(this, "Alarms", { masterKey: storage.key, enforceSSL: true });
    // alarms of this account and of no other
    const conditions = { StringEquals: { "aws:SourceAccount": Stack.of(this).account } };
    const cloudwatch = new ServicePrincipal("cloudwatch.amazonaws.com", { conditions });
    this.topic.grantPublish(cloudwatch);
    storage.key.addToResourcePolicy(
      new PolicyStatement({
        effect: Effect.ALLOW,
        principals: [cloudwatch],
        actions: ["kms:Decrypt", "kms:GenerateDataKey"],
        resources: ["*"],
      }),
    );
    if (config.alarmEmail !== undefined) this.#tell(config.alarmEmail);
  }

  #tell(alarmEmail: string): void {
    const subscription = this.topic.addSubscription(new EmailSubscription(alarmEmail));
    Validations.of(subscription).acknowledge({
      id: "Serverless-SNSRedrivePolicy",
      reason:
        "A mail that SNS cannot deliver would wait in a queue that nobody reads; the alarm itself stays red in CloudWatch, and `rollcall doctor` says when nobody hears it.",
    });
  }

  /** Resolves to the alarm of its errors, by which a deployment is taken back. */
  watchFunction(watched: Function, sentence: Sentence): Alarm {
    const name = watched.node.id;
    const errors = this.#alarm(
      { id: `${name}Errors`, metric: watched.metricErrors({ period: FIVE_MINUTES }), threshold: 1 },
      sentence,
    );
    const throttles = watched.metricThrottles({ period: FIVE_MINUTES });
    const why = `${name} was refused by Lambda because too many run at once. Nothing is lost, but it is late: raise the account's concurrency.`;
    this.#alarm({ id: `${name}Throttles`, metric: throttles, threshold: 10 }, why);
    return errors;
  }

  watchStream(
    reader: Function,
    mapping: EventSourceMapping,
    { late, lost }: { late: Sentence; lost: Sentence },
  ): void {
    const name = reader.node.id;
    const age = reader.metric("IteratorAge", { statistic: "Maximum", period: FIVE_MINUTES });
    this.#alarm({ id: `${name}Late`, metric: age, threshold: Duration.minutes(15).toMilliseconds() }, late);
    const dimensionsMap = { EventSourceMappingUUID: mapping.eventSourceMappingId };
    for (const metricName of ["OnFailureDestinationDeliveredEventCount", "DroppedEventCount"]) {
      const metric = new Metric({
        namespace: "AWS/Lambda",
        metricName,
        dimensionsMap,
        statistic: "Sum",
        period: FIVE_MINUTES,
      });
      this.#alarm({ id: `${name}${metricName}`, metric, threshold: 1 }, lost);
    }
  }

  watchApi(api: HttpApi, sentence: Sentence): void {
    this.#alarm(
      {
        id: "ApiServerErrors",
        metric: api.metricServerError({ period: FIVE_MINUTES, statistic: "Sum" }),
        threshold: 5,
      },
      sentence,
    );
  }

  /** Counts log lines of one event of a function. */
  watchLog(source: Function, event: string, sentence: Sentence): void {
    const id = `${source.node.id}${event.replaceAll(/(?:^|_)(.)/g, (_, letter: string) => letter.toUpperCase())}`;
    const filter = new MetricFilter(this, `${id}Filter`, {
      logGroup: source.logGroup,
      metricNamespace: "Rollcall",
      metricName: id,
      filterPattern: FilterPattern.stringValue("$.message.event", "=", event),
      metricValue: "1",
    });
    this.#alarm(
      { id, metric: filter.metric({ statistic: "Sum", period: FIVE_MINUTES }), threshold: 1 },
      sentence,
    );
  }

  /** Adds up a number that a function writes into lines of one event. */
  count(source: Function, { event, field, id }: { event: string; field: string; id: string }): Metric {
    const filter = new MetricFilter(this, `${id}Counted`, {
      logGroup: source.logGroup,
      metricNamespace: "Rollcall",
      metricName: id,
      filterPattern: FilterPattern.stringValue("$.message.event", "=", event),
      metricValue: `$.message.counts.${field}`,
    });
    return filter.metric({ statistic: "Sum", period: FIVE_MINUTES });
  }

  /** Rings where an hour brings far more than such hours did before; CloudWatch learns for two weeks first. */
  watchVolume(id: string, metric: Metric, sentence: Sentence): void {
    const alarm = new AnomalyDetectionAlarm(this, id, {
      metric: metric.with({ period: Duration.hours(1) }),
      stdDevs: 6,
      comparisonOperator: ComparisonOperator.GREATER_THAN_UPPER_THRESHOLD,
      evaluationPeriods: 1,
      alarmDescription: `${sentence} Runbook: docs/runbooks.md#${id.toLowerCase()}.`,
      treatMissingData: TreatMissingData.NOT_BREACHING,
    });
    alarm.addAlarmAction(new SnsAction(this.topic));
  }

  /** What an admin looks at once a week: a row a question. */
  dashboard(rows: readonly { title: string; metrics: IMetric[] }[]): void {
    const dashboard = new Dashboard(this, "Dashboard", { defaultInterval: Duration.days(7) });
    for (const { title, metrics } of rows)
      dashboard.addWidgets(new GraphWidget({ title, left: metrics, width: 12, height: 6 }));
  }

  #alarm({ id, metric, threshold }: Watched, alarmDescription: Sentence): Alarm {
    const alarm = new Alarm(this, id, {
      metric,
      threshold,
      alarmDescription: `${alarmDescription} Runbook: docs/runbooks.md#${id.toLowerCase()}.`,
      evaluationPeriods: 1,
      comparisonOperator: ComparisonOperator.GREATER_THAN_OR_EQUAL_TO_THRESHOLD,
      treatMissingData: TreatMissingData.NOT_BREACHING,
    });
    alarm.addAlarmAction(new SnsAction(this.topic));
    return alarm;
  }
}
