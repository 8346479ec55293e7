import { Duration } from "aws-cdk-lib";
import type { Function } from "aws-cdk-lib/aws-lambda";
import { Construct } from "constructs";
import type { EnvOf } from "../functions/framework/env.ts";
import type { CheckDriftEnv } from "../functions/check-drift/env.ts";
import type { SealAuditEnv } from "../functions/seal-audit/env.ts";
import type { DeployConfig } from "./config.ts";
import { every } from "./every.ts";
import { lambdaFunction } from "./lambda-function.ts";
import type { Storage } from "./storage.ts";

type Props = { storage: Storage; config: DeployConfig };

/** What an auditor can rely on: the log of who read what, and the proof that views are what their facts say. */
export class Proof extends Construct {
  readonly sealAudit: Function;
  readonly checkDrift: Function;

  constructor(scope: Construct, id: string, { storage, config }: Props) {
    super(scope, id);
    const environment = { TABLE_NAME: storage.table.tableName, ANCHOR_BUCKET: storage.anchors.bucketName };
    this.sealAudit = lambdaFunction(this, {
      name: "seal-audit",
      environment: environment satisfies EnvOf<typeof SealAuditEnv>,
      timeout: Duration.minutes(2),
      memorySize: 256,
      storage,
      config,
    });
    storage.grantSealAudit(this.sealAudit);
    every(this, { id: "SealEvery15Minutes", rate: Duration.minutes(15), target: this.sealAudit });
    this.checkDrift = lambdaFunction(this, {
      name: "check-drift",
      environment: { TABLE_NAME: storage.table.tableName } satisfies EnvOf<typeof CheckDriftEnv>,
      timeout: Duration.minutes(15),
      memorySize: 1024,
      storage,
      config,
    });
    storage.grantCheckDrift(this.checkDrift);
    every(this, { id: "CheckDaily", rate: Duration.days(1), target: this.checkDrift });
  }
}
