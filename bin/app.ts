import { App, Validations } from "aws-cdk-lib";
import { AwsSolutionsChecks } from "cdk-nag";
import { RollcallStack } from "../lib/rollcall-stack.ts";

const app = new App();
Validations.of(app).addPlugins(new AwsSolutionsChecks(app));
new RollcallStack(app, `Rollcall-${String(app.node.tryGetContext("stage") ?? "dev")}`);
