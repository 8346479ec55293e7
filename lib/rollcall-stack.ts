import { CfnOutput, Stack, type StackProps } from "aws-cdk-lib";
import type { Construct } from "constructs";
import { readConfig } from "./config.ts";
import { IngestApi } from "./ingest-api.ts";
import { Projection } from "./projection.ts";
import { Storage } from "./storage.ts";

/** All of Rollcall for one district, or one state with many. */
export class RollcallStack extends Stack {
  constructor(scope: Construct, id: string, props: StackProps = {}) {
    super(scope, id, { description: "Rollcall: who got how much tutoring, and who did not", ...props });
    const config = readConfig(this.node);
    const storage = new Storage(this, "Storage", config);
    const ingest = new IngestApi(this, "IngestApi", { storage, config });
    new Projection(this, "Projection", { storage, config });
    // read by `rollcall --stack NAME`
    new CfnOutput(this, "ApiUrl", { value: ingest.url });
    new CfnOutput(this, "TableName", { value: storage.table.tableName });
    new CfnOutput(this, "FailureBucket", { value: storage.failures.bucketName });
  }
}
