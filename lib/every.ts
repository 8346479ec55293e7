import { Duration, Stack } from "aws-cdk-lib";
import { PolicyStatement, Role, ServicePrincipal } from "aws-cdk-lib/aws-iam";
import type { IFunction } from "aws-cdk-lib/aws-lambda";
import { Schedule, ScheduleExpression } from "aws-cdk-lib/aws-scheduler";
import { LambdaInvoke } from "aws-cdk-lib/aws-scheduler-targets";
import type { Construct } from "constructs";

type Clock = { id: string; rate: Duration; target: IFunction; roleId?: string };

/** Starts a function at a fixed rate, by a role that may start this one function and nothing else. */
export function every(scope: Construct, { id, rate, target, roleId = `${id}Role` }: Clock): void {
  // schedules of this account and of no other
  const conditions = { StringEquals: { "aws:SourceAccount": Stack.of(scope).account } };
  const assumedBy = new ServicePrincipal("scheduler.amazonaws.com", { conditions });
  const role = new Role(scope, roleId, { assumedBy });
  role.addToPolicy(
    new PolicyStatement({ actions: ["lambda:InvokeFunction"], resources: [target.functionArn] }),
  );
  new Schedule(scope, id, {
    schedule: ScheduleExpression.rate(rate),
    target: new LambdaInvoke(target, {
      role: role.withoutPolicyUpdates(),
      retryAttempts: 2,
      maxEventAge: Duration.minutes(10),
    }),
  });
}
