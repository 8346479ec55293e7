import { CfnOutput, Stack, type StackProps } from "aws-cdk-lib";
import type { Construct } from "constructs";
import { acknowledgeFindings } from "./acknowledgements.ts";
import { readConfig } from "./config.ts";
import { Alerting } from "./alerting.ts";
import { Canary, type Watched } from "./canary.ts";
import { IngestApi } from "./ingest-api.ts";
import { MailAnswers } from "./mail-answers.ts";
import { Observability } from "./observability.ts";
import { Pages } from "./pages.ts";
import { Projection } from "./projection.ts";
import { Proof } from "./proof.ts";
import { ReadApi } from "./read-api.ts";
import { SignIn } from "./sign-in.ts";
import { Storage } from "./storage.ts";

/** All of Rollcall for one district, or one state with many. */
export class RollcallStack extends Stack {
  constructor(scope: Construct, id: string, props: StackProps = {}) {
    super(scope, id, { description: "Rollcall: who got how much tutoring, and who did not", ...props });
    const config = readConfig(this.node);
    const storage = new Storage(this, "Storage", config);
    const ingest = new IngestApi(this, "IngestApi", { storage, config });
    const projection = new Projection(this, "Projection", { storage, config });
    const pages = new Pages(this, "Pages", { storage, config, api: ingest.api });
    const alerting = new Alerting(this, "Alerting", {
      ...{ storage, config },
      apiUrl: ingest.url,
      pagesUrl: pages.url,
    });
    const { mails } = alerting;
    const answers = new MailAnswers(this, "MailAnswers", {
      ...{ storage, config, mails },
      api: ingest.api,
      pagesUrl: pages.url,
    });
    const signIn = new SignIn(this, "SignIn", { storage, config, pagesUrl: pages.url });
    const publisher = pages.publish(signIn);
    const reading = new ReadApi(this, "ReadApi", {
      storage,
      config,
      signIn,
      api: ingest.api,
      apiUrl: ingest.url,
    });
    ingest.limitRoutes();
    const proof = new Proof(this, "Proof", { storage, config });
    acknowledgeFindings(this);
    const observability = new Observability(this, "Observability", { storage, config });
    observability.watchFunction(
      publisher,
      "The pages could not be published, so the deployment failed and the pages are those of before. Look at the log of publish-pages, then deploy again.",
    );
    const callers = watchFunctions(observability, { ingest, answers, reading, signIn });
    watchBehind(observability, { projection, alerting, answers, proof });
    watchData(observability, { ingest, projection, alerting, proof });
    new Canary(this, "Canary", { functions: callers });
    showFigures(observability, { storage, ingest, projection, alerting, proof });
    // read by `rollcall --stack NAME`
    new CfnOutput(this, "ApiUrl", { value: ingest.url });
    new CfnOutput(this, "PagesUrl", { value: pages.url });
    new CfnOutput(this, "UserPoolId", { value: signIn.pool.userPoolId });
    new CfnOutput(this, "UserPoolClientId", { value: signIn.client.userPoolClientId });
    new CfnOutput(this, "KeyArn", { value: storage.key.keyArn });
    new CfnOutput(this, "TableName", { value: storage.table.tableName });
    new CfnOutput(this, "AnchorBucket", { value: storage.anchors.bucketName });
    new CfnOutput(this, "AlarmTopic", { value: observability.topic.topicArn });
    new CfnOutput(this, "FailureBucket", { value: storage.failures.bucketName });
    new CfnOutput(this, "Sender", { value: config.sender });
    new CfnOutput(this, "ConfigurationSet", { value: mails.configurationSetName });
    new CfnOutput(this, "TextOrigin", { value: config.textOrigin ?? "none" });
  }
}

type Parts = {
  ingest: IngestApi;
  projection: Projection;
  alerting: Alerting;
  answers: MailAnswers;
  reading: ReadApi;
  signIn: SignIn;
  proof: Proof;
};

function watchFunctions(
  observability: Observability,
  { ingest, answers, reading, signIn }: Pick<Parts, "ingest" | "answers" | "reading" | "signIn">,
): Watched[] {
  const [post, authorize, webhook] = ingest.functions;
  const posted = observability.watchFunction(
    post,
    "Posting events failed on our side. Providers post again by themselves; look at the log of ingest-events for the class of the error.",
  );
  observability.watchFunction(
    authorize,
    "Keys of providers could not be checked, so their posts are refused. Look at the log of authorize-provider; posts come again.",
  );
  const hooked = observability.watchFunction(
    webhook,
    "Webhooks of providers failed on our side. Senders try again by themselves; look at the log of receive-webhook for the class of the error.",
  );
  const answered = observability.watchFunction(
    answers.answerMail,
    "Buttons in mails do not work, so alerts cannot be acknowledged from a mail. Look at the log of answer-mail; `rollcall alerts acknowledge` works meanwhile.",
  );
  const read = observability.watchFunction(
    reading.readApi,
    "Reading failed on our side: people and provider systems get errors instead of figures. Look at the log of read-api for the class of the error.",
  );
  observability.watchFunction(
    reading.authorizeReader,
    "Tokens and keys of readers could not be checked, so nobody reads. Look at the log of authorize-reader, and whether the user pool still stands.",
  );
  observability.watchFunction(
    signIn.issueToken,
    "Nobody can sign in, because tokens cannot be made. Look at the log of issue-token for the class of the error.",
  );
  // what callers wait for: a version that fails there is taken back
  return [
    { code: post, alarms: [posted] },
    { code: webhook, alarms: [hooked] },
    { code: answers.answerMail, alarms: [answered] },
    { code: reading.readApi, alarms: [read] },
  ];
}

function watchBehind(
  observability: Observability,
  { projection, alerting, answers, proof }: Pick<Parts, "projection" | "alerting" | "answers" | "proof">,
): void {
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
  observability.watchFunction(
    proof.checkDrift,
    "The nightly look at the summaries failed, so nobody knows whether they are what the facts say. Look at the log of check-drift; it runs again tomorrow.",
  );
  observability.watchFunction(
    proof.sealAudit,
    "What was read could not be put into the audit log's chain. Nothing is lost, and it is tried again within 15 minutes; look at the log of seal-audit if this alarm stays.",
  );
  observability.watchFunction(
    answers.muteChannel,
    "Bounces or complaints could not be recorded, so mails go on to addresses that refuse them. Look at the log of mute-channel. Lambda tries three times; after that the next mail to such an address bounces again, and mutes it.",
  );
}

function watchData(
  observability: Observability,
  { ingest, projection, alerting, proof }: Pick<Parts, "ingest" | "projection" | "alerting" | "proof">,
): void {
  observability.watchStream(projection.summarize, projection.mapping, {
    late: "Summaries are more than 15 minutes behind the posts: reports and alerts are old. Look for throttling of the table, or errors of summarize-school.",
    lost: "Stream records were given up after six hours and lie in the failure bucket. No fact is lost: run `rollcall redrive --stack NAME`, which recomputes their days.",
  });
  observability.watchStream(alerting.notify, alerting.mapping, {
    late: "Messages wait for more than 15 minutes. Look at the log of notify, and at the sending limits of SES.",
    lost: "Messages were given up after six hours and lie in the failure bucket. The sweep offers them again; look at the log of notify, then run `rollcall redrive --stack NAME`.",
  });
  observability.watchApi(
    ingest.api,
    "The API answers with errors of its own. Providers retry; look at the access log for the route, then at the log of ingest-events.",
  );
  for (const door of [ingest.functions[0], ingest.functions[2]])
    observability.watchLog(
      door,
      "over_quota",
      "A provider posts more events a minute than it may, and is told to wait. Ask what its system does; where it is right, raise its events_per_minute in setup.yaml and apply it.",
    );
  observability.watchLog(
    proof.checkDrift,
    "drift",
    "Summaries were not what their facts say, which must not happen. They were marked and are made anew: `rollcall doctor --stack NAME` names how many. Keep the log of summarize-school of that day, and report it.",
  );
  observability.watchLog(
    proof.checkDrift,
    "counted_twice",
    "A session counts in two schools. `rollcall doctor --stack NAME` names it: ask its provider to void it at the wrong school.",
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
    "A mail or text was given up: refused for good, or refused for 8 hours, or its contact is gone. Run `rollcall doctor --stack NAME`, mend what it names, then `rollcall redrive --stack NAME`.",
  );
  observability.watchLog(
    alerting.sweep,
    "unowned",
    "Alerts are open that belong to nobody: no contact is named for them and no default owner. Name a default_owner in setup.yaml and apply it.",
  );
}

type Shown = Pick<Parts, "ingest" | "projection" | "alerting" | "proof"> & { storage: Storage };

/** Events, lag, drift, alerts, deliveries, and what is paid for. */
function showFigures(
  observability: Observability,
  { storage, ingest, projection, alerting, proof }: Shown,
): void {
  const [post, , webhook] = ingest.functions;
  const of = (source: typeof post, event: string, field: string) =>
    observability.count(source, { event, field, id: `${source.node.id}${field}` });
  const events = ["events", "accepted", "repeated", "refused", "quarantined"];
  const [posted, ...kinds] = events.map((field) => of(post, "taken", field));
  if (posted !== undefined)
    observability.watchVolume(
      "IngestEventsUnusualVolume",
      posted,
      "Providers posted far more events in an hour than they ever do at this time. Find out who, and whether a system repeats itself.",
    );
  observability.dashboard([
    { title: "Events of providers", metrics: posted === undefined ? [] : [posted, ...kinds] },
    { title: "Events by webhook", metrics: events.map((field) => of(webhook, "taken", field)) },
    {
      title: "Lag of summaries and messages (ms)",
      metrics: [projection.summarize, alerting.notify].map((reader) =>
        reader.metric("IteratorAge", { statistic: "Maximum" }),
      ),
    },
    {
      title: "Drift: must be 0",
      metrics: [of(proof.checkDrift, "checked", "drift"), of(proof.checkDrift, "checked", "counted_twice")],
    },
    {
      title: "Schools swept, messages decided, and what belongs to nobody",
      metrics: ["schools", "messages", "unowned"].map((field) => of(alerting.sweep, "swept", field)),
    },
    {
      title: "What is paid for: units of the table",
      metrics: [
        storage.table.metricConsumedWriteCapacityUnits(),
        storage.table.metricConsumedReadCapacityUnits(),
      ],
    },
    {
      title: "What is paid for: calls of functions",
      metrics: [post, projection.summarize, alerting.sweep, alerting.notify].map((one) =>
        one.metricInvocations(),
      ),
    },
  ]);
}
