import { LambdaApplication, LambdaDeploymentConfig, LambdaDeploymentGroup } from "aws-cdk-lib/aws-codedeploy";
import type { IAlarm } from "aws-cdk-lib/aws-cloudwatch";
import { PolicyStatement, Role, ServicePrincipal } from "aws-cdk-lib/aws-iam";
import { Alias, type Function } from "aws-cdk-lib/aws-lambda";
import { Construct } from "constructs";

const LIVE = "Live";

/** The name under which a function is called: it moves from one version to the next bit by bit. */
export function live(code: Function): Alias {
  const known = code.node.tryFindChild(LIVE);
  return known instanceof Alias
    ? known
    : new Alias(code, LIVE, { aliasName: "live", version: code.currentVersion });
}

export type Watched = { code: Function; alarms: IAlarm[] };

/**
 * A new version of what callers wait for takes a tenth of them for five minutes; if an alarm rings meanwhile, all go
 * back to the version before.
 */
export class Canary extends Construct {
  constructor(scope: Construct, id: string, { functions }: { functions: readonly Watched[] }) {
    super(scope, id);
    const application = new LambdaApplication(this, "Application");
    const role = new Role(this, "Role", { assumedBy: new ServicePrincipal("codedeploy.amazonaws.com") });
    for (const { code, alarms } of functions) {
      const alias = live(code);
      role.addToPolicy(
        new PolicyStatement({
          actions: ["lambda:GetAlias", "lambda:UpdateAlias", "lambda:GetProvisionedConcurrencyConfig"],
          resources: [alias.functionArn],
        }),
      );
      const group = new LambdaDeploymentGroup(this, `${code.node.id}Deployment`, {
        application,
        alias,
        alarms,
        role: role.withoutPolicyUpdates(),
        deploymentConfig: LambdaDeploymentConfig.CANARY_10PERCENT_5MINUTES,
        autoRollback: { failedDeployment: true, stoppedDeployment: true, deploymentInAlarm: true },
      });
      group.node.addDependency(role);
    }
    role.addToPolicy(
      new PolicyStatement({
        actions: ["cloudwatch:DescribeAlarms"],
        resources: functions.flatMap(({ alarms }) => alarms.map(({ alarmArn }) => alarmArn)),
      }),
    );
  }
}
