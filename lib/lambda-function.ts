import type { Duration } from "aws-cdk-lib";
import { RemovalPolicy } from "aws-cdk-lib";
import { Role, ServicePrincipal } from "aws-cdk-lib/aws-iam";
import {
  ApplicationLogLevel,
  Architecture,
  Code,
  Function,
  LoggingFormat,
  Runtime,
  SystemLogLevel,
} from "aws-cdk-lib/aws-lambda";
import { LogGroup } from "aws-cdk-lib/aws-logs";
import type { Construct } from "constructs";
import type { DeployConfig } from "./config.ts";
import type { Storage } from "./storage.ts";

type Props = {
  /** Folder of the function, and the name it has in logs and metrics. */
  name: string;
  environment: Record<string, string>;
  timeout: Duration;
  memorySize: number;
  /** Its key encrypts the log. */
  storage: Storage;
  config: DeployConfig;
};

const pascal = (name: string) => name.replaceAll(/(?:^|-)(.)/g, (_, letter: string) => letter.toUpperCase());

/** A function of the house: its own role and log group, nothing managed, nothing that is not asked for. */
export function lambdaFunction(scope: Construct, { name, storage, config, ...props }: Props): Function {
  const id = pascal(name);
  const logGroup = new LogGroup(scope, `${id}Logs`, {
    retention: config.logRetention,
    encryptionKey: storage.key,
    removalPolicy: RemovalPolicy.DESTROY,
  });
  const role = new Role(scope, `${id}Role`, { assumedBy: new ServicePrincipal("lambda.amazonaws.com") });
  logGroup.grantWrite(role);
  return new Function(scope, id, {
    ...props,
    description: `Rollcall ${name}`,
    runtime: Runtime.NODEJS_24_X,
    architecture: Architecture.ARM_64,
    code: Code.fromAsset(`dist/${name}`),
    handler: "index.handler",
    role,
    logGroup,
    loggingFormat: LoggingFormat.JSON,
    applicationLogLevelV2: ApplicationLogLevel.INFO,
    // the platform's own lines per call would cost more than the call
    systemLogLevelV2: SystemLogLevel.WARN,
  });
}
