import { CfnOutput, Stack, type StackProps } from "aws-cdk-lib";
import type { Construct } from "constructs";
import { readConfig } from "./config.ts";
import { Alerting } from "./alerting.ts";
import { IngestApi } from "./ingest-api.ts";
import { Observability } from "./observability.ts";
import { Projection } from "./projection.ts";
import { Storage } from "./storage.ts";

/** All of Rollcall for one district, or one state with many. */
export class RollcallStack extends Stack {
  constructor(scope: Construct, id: string, props: StackProps = {}) {
    super(scope, id, { description: "Rollcall: who got how much tutoring, and who did not", ...props });
    const config = readConfig(this.node);
    const storage = new Storage(this, "Storage", config);
    const ingest = new IngestApi(this, "IngestApi", { storage, config });
    const projection = new Projection(this, "Projection", { storage, config });
    const alerting = new Alerting(this, "Alerting", { storage, config });
    const observability = new Observability(this, "Observability", { storage, config });
    watch(observability, { ingest, projection, alerting });
    // read by `rollcall --stack NAME`
    new CfnOutput(this, "ApiUrl", { value: ingest.url });
    new CfnOutput(this, "TableName", { value: storage.table.tableName });
    new CfnOutput(this, "FailureBucket", { value: storage.failures.bucketName });
  }
}

type Parts = { ingest: IngestApi; projection: Projection; alerting: Alerting };

function watch(observability: Observability, { ingest, projection, alerting }: Parts): void {
  const [post, authorize] = ingest.functions;
  observability.watchFunction(
    post,
    "Posting events failed on our side. Providers post again by themselves; look at the log of ingest-events for the class of the error.",
  );
  observability.watchFunction(
    authorize,
    "Keys of providers could not be checked, so their posts are refused. Look at the log of authorize-provider; posts come again.",
  );
  observability.watchFunction(
    projection.summarize,
    "Days could not be summarised. The stream tries again for six hours; look at the log of summarize-school for the class of the error.",
  );
  observability.watchFunction(
    alerting.sweep,
    "The sweep failed in part: digests may be late. It runs again within 15 minutes; look at the log of sweep if this alarm stays.",
  );
  observability.watchFunction(
    alerting.notify,
    "Messages could not be sent. The stream tries again for six hours; look at the log of notify for the class of the error.",
  );
  observability.watchStream(projection.summarize, projection.mapping, {
    late: "Summaries are more than 15 minutes behind the posts: reports and alerts are old. Look for throttling of the table, or errors of summarize-school.",
    lost: "Stream records were given up after six hours and lie in the failure bucket. No fact is lost: run `rollcall redrive --stack NAME`, which recomputes their days.",
  });
  observability.watchStream(alerting.notify, alerting.mapping, {
    late: "Messages wait for more than 15 minutes. Look at the log of notify, and at the sending limits of SES.",
    lost: "Messages were given up after six hours and lie in the failure bucket. The alerts stay open and stand in the next digest; look at the log of notify.",
  });
  observability.watchApi(
    ingest.api,
    "The API answers with errors of its own. Providers retry; look at the access log for the route, then at the log of ingest-events.",
  );
  observability.watchLog(
    projection.summarize,
    "unreadable_record",
    "A stream record could not be read and was kept. Run `rollcall redrive --stack NAME` once a fixed version is deployed.",
  );
  observability.watchLog(
    projection.summarize,
    "unreadable_session",
    "A stored session cannot be read and is left out of its day. Deploy a version that reads it, then run `rollcall redrive --stack NAME`.",
  );
  observability.watchLog(
    alerting.notify,
    "not_sent",
    "A mail or text was refused for good, or its contact is gone. Look at the log of notify, and correct the contact in setup.yaml.",
  );
}
