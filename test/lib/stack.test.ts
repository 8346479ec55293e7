import { readFileSync } from "node:fs";
import { join } from "node:path";
import { App } from "aws-cdk-lib";
import { Match, Template } from "aws-cdk-lib/assertions";
import { describe, expect, it } from "vitest";
import { functionNames, bundleBytes } from "../../build/functions.ts";
import { ALARMS } from "../../domain/cost.ts";
import { LOCAL_CONTEXT } from "../../lib/synthesize.ts";
import { RollcallStack } from "../../lib/rollcall-stack.ts";
import { temporaryFolder } from "../support/stack.ts";

type Resource = {
  Type: string;
  Properties?: Record<string, unknown>;
  DeletionPolicy?: string;
  UpdateReplacePolicy?: string;
};
type Statement = {
  Action: string | string[];
  Effect: string;
  Resource: unknown;
  Condition?: Record<string, unknown>;
};

function synthesized(context: Record<string, string>) {
  const app = new App({ outdir: temporaryFolder(), analyticsReporting: false, context });
  return Template.fromStack(new RollcallStack(app, "Rollcall"));
}
const { sender, signInDomain } = LOCAL_CONTEXT;
const dev = synthesized({ sender, signInDomain });
const prod = synthesized({
  ...LOCAL_CONTEXT,
  stage: "prod",
  alarmEmail: "ops@example.org",
  sender: "rollcall@district.example",
  textOrigin: "arn:aws:sms-voice:us-east-1:1:phone-number/x",
});
const all = Object.entries((dev.toJSON() as { Resources: Record<string, Resource> }).Resources);
const of = (...types: string[]) => all.filter(([, { Type }]) => types.includes(Type));
/** Headings of the runbooks, as a page names their anchors. */
const RUNBOOKS = [
  ...readFileSync(join(import.meta.dirname, "..", "..", "docs", "runbooks.md"), "utf8").matchAll(
    /^## (\S+)$/gm,
  ),
].map(([, name = ""]) => name.toLowerCase());
const text = (value: unknown) => JSON.stringify(value ?? null);

describe("every function", () => {
  const functions = of("AWS::Lambda::Function");

  it("is one of the folders, and each folder is one", () => {
    const names = functions.map(([, { Properties }]) =>
      String(Properties?.["Description"]).replace("Rollcall ", ""),
    );
    expect(names.sort()).toEqual([...functionNames()].sort());
    expect(names).toHaveLength(14);
  });

  it.each(functions)(
    "%s runs Node 24 on arm64 with a timeout, its own log group and its own role",
    (_, { Properties }) => {
      expect(Properties).toMatchObject({ Runtime: "nodejs24.x", Architectures: ["arm64"] });
      expect(Number(Properties?.["Timeout"])).toBeGreaterThan(0);
      expect(text(Properties?.["LoggingConfig"])).toContain('"LogFormat":"JSON"');
      const group = (Properties?.["LoggingConfig"] as { LogGroup: { Ref: string } }).LogGroup.Ref;
      const retention = all.find(([id]) => id === group)?.[1].Properties?.["RetentionInDays"];
      expect(retention).toBe(30);
    },
  );

  it.each(functions)("%s has an alarm on its errors, with a sentence that says what to do", (id) => {
    const alarms = of("AWS::CloudWatch::Alarm").filter(([, alarm]) =>
      text(alarm.Properties?.["Dimensions"]).includes(`"Ref":"${id}"`),
    );
    expect(alarms.map(([, { Properties }]) => Properties?.["MetricName"])).toContain("Errors");
  });

  it("is small enough to start fast: 355 KB at most, more for those that speak to STS, S3 or KMS", () => {
    // STS and S3 answer in XML, whose reader the others do without; a webhook is opened with KMS, then taken as events are
    const larger = new Map([
      ["read-api", 430_000],
      ["seal-audit", 420_000],
      ["receive-webhook", 360_000],
    ]);
    for (const name of functionNames())
      expect([name, bundleBytes(name) <= (larger.get(name) ?? 355_000)]).toEqual([name, true]);
  });
});

describe("every alarm", () => {
  it.each(of("AWS::CloudWatch::Alarm"))(
    "%s has a sentence and somebody who hears it",
    (_, { Properties }) => {
      expect(String(Properties?.["AlarmDescription"])).toMatch(/^[A-Z].{40,}\.$/);
      expect(text(Properties?.["AlarmActions"])).toContain("Observability");
    },
  );

  it.each(of("AWS::CloudWatch::Alarm"))("%s is linked to a section of the runbooks", (_, { Properties }) => {
    const [, anchor] = /docs\/runbooks\.md#(\w+)\.$/.exec(String(Properties?.["AlarmDescription"])) ?? [];
    expect(RUNBOOKS).toContain(anchor);
  });

  it("covers iterator age, the failure destination, dropped records and errors of the API", () => {
    const metrics = of("AWS::CloudWatch::Alarm").map(([, { Properties }]) => Properties?.["MetricName"]);
    for (const name of ["IteratorAge", "OnFailureDestinationDeliveredEventCount", "DroppedEventCount"]) {
      expect(metrics.filter((metric) => metric === name)).toHaveLength(2);
    }
    expect(metrics).toContain("5xx");
    prod.hasResourceProperties("AWS::SNS::Subscription", { Protocol: "email", Endpoint: "ops@example.org" });
    expect(of("AWS::SNS::Subscription")).toEqual([]);
  });
});

it("has as many alarms as `rollcall cost` counts", () => {
  const { Resources } = prod.toJSON() as { Resources: Record<string, Resource> };
  const alarms = Object.values(Resources).filter(({ Type }) => Type === "AWS::CloudWatch::Alarm");
  expect(alarms).toHaveLength(ALARMS);
});

describe("every stream mapping", () => {
  const mappings = of("AWS::Lambda::EventSourceMapping");

  it("is one of two: more readers a stream does not bear", () => {
    expect(mappings).toHaveLength(2);
  });

  it.each(mappings)(
    "%s retries without limit for six hours, bisects, and gives up into the bucket",
    (_, { Properties }) => {
      expect(Properties).toMatchObject({
        BatchSize: 1000,
        BisectBatchOnFunctionError: true,
        FunctionResponseTypes: ["ReportBatchItemFailures"],
        MaximumRecordAgeInSeconds: 21_600,
        MaximumRetryAttempts: -1,
        StartingPosition: "TRIM_HORIZON",
      });
      expect(text(Properties?.["DestinationConfig"])).toContain("Failures");
      expect(text(Properties?.["FilterCriteria"])).toContain("Pattern");
    },
  );
});

describe("what holds data", () => {
  it.each(of("AWS::DynamoDB::Table", "AWS::S3::Bucket", "AWS::KMS::Key"))(
    "%s is retained when the stack goes",
    (_, resource) => {
      expect([resource.DeletionPolicy, resource.UpdateReplacePolicy]).toEqual(["Retain", "Retain"]);
    },
  );

  it("is one table with point-in-time recovery, a key of the customer, a stream, one local index and no global one", () => {
    dev.resourceCountIs("AWS::DynamoDB::Table", 1);
    const [[, table] = ["", { Type: "" }]] = of("AWS::DynamoDB::Table");
    expect(table.Properties).toMatchObject({
      BillingMode: "PAY_PER_REQUEST",
      PointInTimeRecoverySpecification: { PointInTimeRecoveryEnabled: true },
      SSESpecification: { SSEEnabled: true, SSEType: "KMS" },
      StreamSpecification: { StreamViewType: "NEW_AND_OLD_IMAGES" },
      TimeToLiveSpecification: { AttributeName: "expires", Enabled: true },
    });
    expect((table.Properties?.["LocalSecondaryIndexes"] as unknown[]).length).toBe(1);
    expect(table.Properties).not.toHaveProperty("GlobalSecondaryIndexes");
    dev.hasResourceProperties("AWS::KMS::Key", { EnableKeyRotation: true });
    dev.hasResourceProperties("AWS::S3::Bucket", {
      PublicAccessBlockConfiguration: { BlockPublicAcls: true, RestrictPublicBuckets: true },
    });
  });

  it("is protected from deletion in production, and warm", () => {
    prod.hasResourceProperties("AWS::DynamoDB::Table", {
      DeletionProtectionEnabled: true,
      WarmThroughput: { WriteUnitsPerSecond: 4000 },
    });
    dev.hasResourceProperties("AWS::DynamoDB::Table", { DeletionProtectionEnabled: false });
  });

  it("keeps its logical ids: another id is another, empty resource", () => {
    expect(of("AWS::DynamoDB::Table", "AWS::S3::Bucket", "AWS::KMS::Key").map(([id]) => id))
      .toMatchInlineSnapshot(`
      [
        "StorageKeyBAA9457B",
        "StorageTableB43FDCE7",
        "StorageFailures3FF38EE5",
        "StorageAnchorsD34F38E2",
        "PagesFiles282E0220",
      ]
    `);
  });
});

describe("every permission", () => {
  const statements = of("AWS::IAM::Policy").flatMap(([id, { Properties }]) =>
    (Properties?.["PolicyDocument"] as { Statement: Statement[] }).Statement.map((statement) => ({
      id,
      statement,
    })),
  );
  const actionsOf = ({ Action }: Statement) => [Action].flat();

  it("names its actions and its resources", () => {
    for (const { statement } of statements) {
      for (const action of actionsOf(statement)) expect(action).toMatch(/^[a-z0-9-]+:[A-Z]\w+$/);
      expect([statement.Resource].flat()).not.toContain("*");
    }
  });

  it("of keys, buckets and topics names what it allows, outside a short list with reasons", () => {
    const REASONED: Record<string, string> = {
      "kms:GenerateDataKey* allowed":
        "CDK's grant to CloudWatch, which publishes alarms to an encrypted topic",
      "kms:* allowed":
        "to the account's root, AWS: without it a key can become unmanageable, and IAM decides for the account",
      "kms:* on *": "the resource of a key's own policy is the key",
      "s3:* denied": "refuses everything that is not TLS",
    };
    const found = new Set<string>();
    for (const [id, { Type, Properties }] of all) {
      const document = Properties?.[Type === "AWS::KMS::Key" ? "KeyPolicy" : "PolicyDocument"];
      if (Type === "AWS::IAM::Policy" || document === undefined) continue;
      for (const { Action, Effect, Resource } of (document as { Statement: Statement[] }).Statement) {
        const key = Type === "AWS::KMS::Key";
        for (const action of [Action].flat())
          if (action.endsWith("*")) found.add(`${action} ${Effect === "Deny" ? "denied" : "allowed"}`);
        if (key && Resource === "*") found.add("kms:* on *");
        else expect([id, [Resource].flat().includes("*")]).toEqual([id, false]);
      }
    }
    expect([...found].sort()).toEqual(Object.keys(REASONED).sort());
  });

  it("on the table is bound to partitions, and never to the whole of it", () => {
    const onTable = statements.filter(({ statement }) =>
      actionsOf(statement).some((action) => /^dynamodb:(Query|Scan|Batch|.*Item$)/.test(action)),
    );
    expect(onTable.length).toBeGreaterThan(8);
    for (const { statement } of onTable) {
      expect(text(statement.Condition)).toContain("dynamodb:LeadingKeys");
      // else what names no key at all would be allowed
      expect(text(statement.Condition)).toContain('"Null":{"dynamodb:LeadingKeys":"false"}');
    }
    expect(text(statements)).not.toContain("dynamodb:Scan");
    expect(text(statements)).not.toContain("dynamodb:BatchWriteItem");
  });

  const may = (role: string, action: string) =>
    text(
      statements
        .filter(
          ({ id, statement }) => id.includes(role) && actionsOf(statement).includes(`dynamodb:${action}`),
        )
        .map(({ statement }) => statement.Condition),
    );

  it("lets ingest write sessions and no view, the authorizer read keys and nothing else", () => {
    expect(may("IngestEvents", "PutItem")).not.toContain("VIEW#");
    expect(may("AuthorizeProvider", "GetItem")).toContain("KEY#");
    expect(may("AuthorizeProvider", "GetItem")).not.toContain("SCHOOL#");
    expect(may("AuthorizeProvider", "PutItem")).toBe("[]");
    expect(may("AuthorizeProvider", "UpdateItem")).toContain("KEY#");
    expect(may("AuthorizeReader", "GetItem")).toContain("KEY#");
    for (const action of ["PutItem", "UpdateItem", "DeleteItem"])
      expect(may("AuthorizeReader", action)).toBe("[]");
    expect(may("Summarize", "PutItem")).not.toContain("SCHOOL#");
    expect(may("Notify", "Query")).toBe("[]");
  });

  it("lets the buttons in mails change alerts and mutes alone, and bounces nothing but mutes", () => {
    expect(may("AnswerMail", "PutItem")).toContain("ALERT#");
    expect(may("AnswerMail", "PutItem")).toContain("MUTED");
    for (const prefix of ["SCHOOL#", "VIEW#", "MESSAGE#", "SECRET", "SETUP"])
      expect(may("AnswerMail", "PutItem")).not.toContain(prefix);
    for (const prefix of ["VIEW#", "SCHOOL#", "ROSTER#"])
      expect(may("AnswerMail", "GetItem")).not.toContain(prefix);
    expect(may("MuteChannel", "PutItem")).toContain("MUTED");
    expect(may("MuteChannel", "PutItem")).not.toContain("#");
  });

  it("hands bounces and complaints of this deployment's mails to mute-channel", () => {
    dev.hasResourceProperties("AWS::SES::ConfigurationSetEventDestination", {
      EventDestination: { MatchingEventTypes: ["bounce", "complaint"], Enabled: true },
    });
    dev.hasResourceProperties("AWS::Events::Rule", {
      EventPattern: { source: ["aws.ses"], "detail-type": ["Email Bounced", "Email Complaint Received"] },
    });
  });

  it("lets notify send from one address, and texts from the registered number only", () => {
    prod.hasResourceProperties("AWS::IAM::Policy", {
      PolicyDocument: {
        Statement: Match.arrayWith([
          Match.objectLike({
            Action: "ses:SendEmail",
            Condition: { StringEquals: { "ses:FromAddress": "rollcall@district.example" } },
          }),
        ]),
      },
    });
    expect(text(prod.toJSON())).toContain("sms-voice:SendTextMessage");
    expect(text(dev.toJSON())).not.toContain("sms-voice:SendTextMessage");
  });
});

it("services of AWS act for this account alone", () => {
  const trusted = all.flatMap(([id, { Properties = {} }]) =>
    ["AssumeRolePolicyDocument", "PolicyDocument", "KeyPolicy"].flatMap((name) => {
      const document = Properties[name] as { Statement: (Statement & { Principal?: unknown })[] } | undefined;
      return (document?.Statement ?? []).map((statement) => ({ id, statement }));
    }),
  );
  const ofServices = trusted.filter(({ statement }) =>
    /(cloudwatch|scheduler|logs)\./.test(text(statement.Principal ?? "")),
  );
  expect(ofServices.length).toBeGreaterThan(3);
  for (const { statement } of ofServices)
    // logs are bound by the address of the group that is encrypted
    expect(text(statement.Condition)).toMatch(/aws:SourceAccount|kms:EncryptionContext:aws:logs:arn/);
});

describe("the API", () => {
  it("gives every route a share of its own, and posts not that of the pages", () => {
    const keys = of("AWS::ApiGatewayV2::Route").map(([, { Properties }]) => String(Properties?.["RouteKey"]));
    const [stage] = of("AWS::ApiGatewayV2::Stage");
    const settings = stage?.[1].Properties?.["RouteSettings"] as Record<
      string,
      { ThrottlingRateLimit: number }
    >;
    expect(Object.keys(settings).sort()).toEqual(keys.sort());
    for (const key of keys) expect([key, (settings[key]?.ThrottlingRateLimit ?? 0) > 0]).toEqual([key, true]);
    expect(settings["POST /v1/events"]?.ThrottlingRateLimit).toBe(300);
    // the stage names its routes, so they are there before it
    expect((stage?.[1] as { DependsOn?: string[] }).DependsOn?.length).toBeGreaterThanOrEqual(keys.length);
  });

  it("lets nobody post or read sessions past the authorizer", () => {
    const routes = of("AWS::ApiGatewayV2::Route").map(([, { Properties }]) => [
      String(Properties?.["RouteKey"]),
      Properties?.["AuthorizationType"],
    ]);
    expect(routes.filter(([, type]) => type !== "CUSTOM").map(([key]) => key)).toEqual([
      // a handshake: it says that one may post, and nothing else
      "OPTIONS /v1/events",
      "GET /v1/health",
      "GET /v1/openapi.json",
      // signed over its bytes
      "POST /v1/webhooks/{endpoint_id}",
      // signed by the token in the address
      "GET /v1/acknowledge/{token}",
      "POST /v1/acknowledge/{token}",
      "GET /v1/unsubscribe/{token}",
      "POST /v1/unsubscribe/{token}",
      "GET /v1/exports/{token}",
    ]);
    expect(routes).toHaveLength(29);
    dev.hasResourceProperties("AWS::ApiGatewayV2::Authorizer", {
      AuthorizerResultTtlInSeconds: 30,
      EnableSimpleResponses: true,
    });
  });

  it("has the outputs that the admin command reads", () => {
    expect(Object.keys((dev.toJSON() as { Outputs: object }).Outputs).sort()).toEqual([
      "AlarmTopic",
      "AnchorBucket",
      "ApiUrl",
      "ConfigurationSet",
      "FailureBucket",
      "KeyArn",
      "PagesUrl",
      "Sender",
      "TableName",
      "TextOrigin",
      "UserPoolClientId",
      "UserPoolId",
    ]);
  });
});
