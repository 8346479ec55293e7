import { Duration } from "aws-cdk-lib";
import type { EventSourceMapping, Function } from "aws-cdk-lib/aws-lambda";
import { Construct } from "constructs";
import { STREAM_FILTER } from "../adapters/table.ts";
import type { EnvOf } from "../functions/framework/env.ts";
import type { SummarizeSchoolEnv } from "../functions/summarize-school/env.ts";
import type { DeployConfig } from "./config.ts";
import { lambdaFunction } from "./lambda-function.ts";
import type { Storage } from "./storage.ts";
import { streamMapping } from "./stream-mapping.ts";

type Props = { storage: Storage; config: DeployConfig };

/** Keeps the summaries of days what the facts say. */
export class Projection extends Construct {
  readonly summarize: Function;
  readonly mapping: EventSourceMapping;

  constructor(scope: Construct, id: string, { storage, config }: Props) {
    super(scope, id);
    this.summarize = lambdaFunction(this, {
      name: "summarize-school",
      environment: { TABLE_NAME: storage.table.tableName } satisfies EnvOf<typeof SummarizeSchoolEnv>,
      timeout: Duration.minutes(2),
      memorySize: 512,
      storage,
      config,
    });
    storage.grantProject(this.summarize);
    storage.grantRunRules(this.summarize);
    this.mapping = streamMapping(this.summarize, { storage, filter: STREAM_FILTER.facts });
  }
}
