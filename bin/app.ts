import { App, Validations } from "aws-cdk-lib";
import { AwsSolutionsChecks, NIST80053R5Checks, ServerlessChecks } from "cdk-nag";
import { RollcallStack } from "../lib/rollcall-stack.ts";

const app = new App();
Validations.of(app).addPlugins(
  new AwsSolutionsChecks(app),
  new NIST80053R5Checks(app),
  new ServerlessChecks(app),
);
new RollcallStack(app, `Rollcall-${String(app.node.tryGetContext("stage") ?? "dev")}`);
