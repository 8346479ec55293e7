import { Duration, Stack } from "aws-cdk-lib";
import { PolicyStatement } from "aws-cdk-lib/aws-iam";
import type { EventSourceMapping, Function } from "aws-cdk-lib/aws-lambda";
import {
  ConfigurationSet,
  ConfigurationSetTlsPolicy,
  EmailIdentity,
  Identity,
  SuppressionReasons,
} from "aws-cdk-lib/aws-ses";
import { Construct } from "constructs";
import { STREAM_FILTER } from "../adapters/table.ts";
import type { EnvOf } from "../functions/framework/env.ts";
import type { NotifyEnv } from "../functions/notify/env.ts";
import type { SweepEnv } from "../functions/sweep/env.ts";
import type { DeployConfig } from "./config.ts";
import { every } from "./every.ts";
import { lambdaFunction } from "./lambda-function.ts";
import type { Storage } from "./storage.ts";
import { streamMapping } from "./stream-mapping.ts";

type Props = { storage: Storage; config: DeployConfig; apiUrl: string; pagesUrl: string };

/** Decides by the clock who is told what, and sends it. */
export class Alerting extends Construct {
  readonly sweep: Function;
  readonly notify: Function;
  readonly mapping: EventSourceMapping;
  readonly mails: ConfigurationSet;

  constructor(scope: Construct, id: string, props: Props) {
    super(scope, id);
    const { storage } = props;
    this.mails = new ConfigurationSet(this, "Mails", {
      tlsPolicy: ConfigurationSetTlsPolicy.REQUIRE,
      reputationMetrics: true,
      suppressionReasons: SuppressionReasons.BOUNCES_AND_COMPLAINTS,
    });
    this.sweep = this.#sweep(props);
    this.notify = this.#notify(props);
    this.mapping = streamMapping(this.notify, { storage, filter: STREAM_FILTER.messages });
  }

  #sweep({ storage, config }: Props): Function {
    const sweep = lambdaFunction(this, {
      name: "sweep",
      environment: { TABLE_NAME: storage.table.tableName } satisfies EnvOf<typeof SweepEnv>,
      // a morning of a large district: below the quarter of an hour after which the next one starts
      timeout: Duration.minutes(14),
      memorySize: 1769,
      storage,
      config,
    });
    storage.grantRunRules(sweep);
    storage.grantDecideMessages(sweep);
    storage.grantReleaseQuarantine(sweep);
    every(this, { id: "Every15Minutes", rate: Duration.minutes(15), target: sweep, roleId: "ScheduleRole" });
    return sweep;
  }

  #notify({ storage, config, apiUrl, pagesUrl }: Props): Function {
    const { mails: configurationSet } = this;
    const identity = new EmailIdentity(this, "Sender", { identity: Identity.email(config.sender) });
    const notify = lambdaFunction(this, {
      name: "notify",
      environment: {
        TABLE_NAME: storage.table.tableName,
        API_URL: apiUrl,
        PAGES_URL: pagesUrl,
        SENDER: config.sender,
        CONFIGURATION_SET: configurationSet.configurationSetName,
        TEXT_ORIGIN: config.textOrigin ?? "",
      } satisfies EnvOf<typeof NotifyEnv>,
      timeout: Duration.minutes(2),
      memorySize: 256,
      storage,
      config,
    });
    storage.grantNotify(notify);
    const set = Stack.of(this).formatArn({
      service: "ses",
      resource: "configuration-set",
      resourceName: configurationSet.configurationSetName,
    });
    notify.addToRolePolicy(
      new PolicyStatement({
        actions: ["ses:SendEmail"],
        resources: [identity.emailIdentityArn, set],
        conditions: { StringEquals: { "ses:FromAddress": config.sender } },
      }),
    );
    if (config.textOrigin !== undefined) {
      const texts = { actions: ["sms-voice:SendTextMessage"], resources: [config.textOrigin] };
      notify.addToRolePolicy(new PolicyStatement(texts));
    }
    return notify;
  }
}
