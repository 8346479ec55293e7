import { App, Validations } from "aws-cdk-lib";
import { AwsSolutionsChecks, NIST80053R5Checks, ServerlessChecks } from "cdk-nag";
import { join } from "node:path";
import { CONFIG_FILE, readConfigFile } from "../lib/config-file.ts";
import { RollcallStack } from "../lib/rollcall-stack.ts";

// what `-c` gives comes from the CLI, which has precedence over the context of the app
const app = new App({ context: readConfigFile(join(import.meta.dirname, "..", CONFIG_FILE)) });
Validations.of(app).addPlugins(
  new AwsSolutionsChecks(app),
  new NIST80053R5Checks(app),
  new ServerlessChecks(app),
);
new RollcallStack(app, `Rollcall-${String(app.node.tryGetContext("stage") ?? "dev")}`);
