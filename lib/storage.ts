import { Duration, RemovalPolicy, Stack, Validations, CfnElement } from "aws-cdk-lib";
import {
  AttributeType,
  BillingMode,
  ProjectionType,
  StreamViewType,
  Table,
  TableEncryption,
} from "aws-cdk-lib/aws-dynamodb";
import {
  AnyPrincipal,
  Effect,
  PolicyStatement,
  ServicePrincipal,
  type IGrantable,
} from "aws-cdk-lib/aws-iam";
import { Key } from "aws-cdk-lib/aws-kms";
import type { Function } from "aws-cdk-lib/aws-lambda";
import {
  BlockPublicAccess,
  Bucket,
  BucketEncryption,
  ObjectLockRetention,
  ObjectOwnership,
  type BucketProps,
} from "aws-cdk-lib/aws-s3";
import { Construct } from "constructs";
import {
  ATTRIBUTE,
  AUDIT_OPEN_PARTITION,
  AUDIT_PARTITION,
  BY_DAY_INDEX,
  DRIFT_PARTITION,
  ERASED_PARTITION,
  FAILURE_PARTITION,
  KEY_ACTIONS,
  MUTED_PARTITION,
  PREFIX,
  PSEUDONYM_PARTITION,
  SECRET_PARTITION,
  SETUP_PARTITION,
} from "../adapters/table.ts";
import { RETENTION } from "../domain/retention.ts";
import type { DeployConfig } from "./config.ts";

const TEXT = AttributeType.STRING;
const any = (prefix: string) => `${prefix}*`;

export function elementOf(construct: Construct): CfnElement {
  const element = construct.node.defaultChild;
  if (element instanceof CfnElement) return element;
  throw new Error("a resource has no element of its own");
}

type Access = { actions: string[]; partitions: string[]; index?: boolean };

/** The table, its key, and the bucket of what could not be used. Owns the verbs by which others reach them. */
export class Storage extends Construct {
  readonly key: Key;
  readonly table: Table;
  readonly failures: Bucket;
  readonly anchors: Bucket;

  constructor(scope: Construct, id: string, config: DeployConfig) {
    super(scope, id);
    const description = "Rollcall: sessions, rosters, summaries";
    this.key = new Key(this, "Key", {
      enableKeyRotation: true,
      removalPolicy: RemovalPolicy.RETAIN,
      description,
    });
    this.#letLogsEncrypt();
    this.table = new Table(this, "Table", {
      partitionKey: { name: ATTRIBUTE.pk, type: TEXT },
      sortKey: { name: ATTRIBUTE.sk, type: TEXT },
      timeToLiveAttribute: ATTRIBUTE.expires,
      billingMode: BillingMode.PAY_PER_REQUEST,
      stream: StreamViewType.NEW_AND_OLD_IMAGES,
      encryption: TableEncryption.CUSTOMER_MANAGED,
      encryptionKey: this.key,
      pointInTimeRecoverySpecification: { pointInTimeRecoveryEnabled: true, recoveryPeriodInDays: 35 },
      deletionProtection: config.deletionProtection,
      removalPolicy: RemovalPolicy.RETAIN,
      ...(config.warmThroughput && { warmThroughput: config.warmThroughput }),
    });
    this.table.addLocalSecondaryIndex({
      indexName: BY_DAY_INDEX,
      sortKey: { name: ATTRIBUTE.day, type: TEXT },
      projectionType: ProjectionType.ALL,
    });
    this.failures = this.#failures();
    this.anchors = this.#anchors(config);
  }

  #letLogsEncrypt(): void {
    const { region, account, partition } = Stack.of(this);
    this.key.addToResourcePolicy(
      new PolicyStatement({
        principals: [new ServicePrincipal(`logs.${region}.amazonaws.com`)],
        actions: KEY_ACTIONS,
        // of a key's own policy: the key
        resources: ["*"],
        conditions: {
          ArnLike: {
            "kms:EncryptionContext:aws:logs:arn": `arn:${partition}:logs:${region}:${account}:log-group:*`,
          },
        },
      }),
    );
  }

  /** Of both buckets: encrypted, private, and spoken to over TLS alone. */
  #bucket(id: string, props: BucketProps): Bucket {
    return new Bucket(this, id, {
      encryption: BucketEncryption.KMS,
      encryptionKey: this.key,
      bucketKeyEnabled: true,
      blockPublicAccess: BlockPublicAccess.BLOCK_ALL,
      objectOwnership: ObjectOwnership.BUCKET_OWNER_ENFORCED,
      enforceSSL: true,
      versioned: true,
      removalPolicy: RemovalPolicy.RETAIN,
      ...props,
    });
  }

  #failures(): Bucket {
    const failures = this.#bucket("Failures", {
      lifecycleRules: [
        { expiration: Duration.days(RETENTION.failures), noncurrentVersionExpiration: Duration.days(30) },
      ],
    });
    const reason = "Only Lambda writes here, rarely, and each write raises an alarm.";
    Validations.of(failures).acknowledge({ id: "AwsSolutions-S1", reason });
    return failures;
  }

  #anchors(config: DeployConfig): Bucket {
    const anchors = this.#bucket("Anchors", {
      objectLockEnabled: true,
      // nobody, not even the account's root, shortens it in production
      objectLockDefaultRetention:
        config.stage === "prod"
          ? ObjectLockRetention.compliance(Duration.days(RETENTION.audit))
          : ObjectLockRetention.governance(Duration.days(1)),
    });
    // an object is never rewritten: its name is the hash; and a mark of deletion would hide it
    anchors.addToResourcePolicy(
      new PolicyStatement({
        effect: Effect.DENY,
        principals: [new AnyPrincipal()],
        actions: ["s3:DeleteObject"],
        resources: [anchors.arnForObjects("anchors/*")],
      }),
    );
    const reason = "One function writes here, four times an hour; the log's own chain tells what is missing.";
    Validations.of(anchors).acknowledge({ id: "AwsSolutions-S1", reason });
    return anchors;
  }

  /** Apply the revision rule to sessions, quarantine what has no school, read the zone of a school. */
  grantAppendSessions(to: IGrantable): void {
    this.#grant(to, { actions: ["GetItem", "UpdateItem", "PutItem"], partitions: [any(PREFIX.school)] });
    this.#grant(to, {
      actions: ["GetItem", "UpdateItem", "PutItem", "Query", "DeleteItem"],
      partitions: [any(PREFIX.quarantine)],
    });
    this.#grant(to, { actions: ["GetItem"], partitions: [SETUP_PARTITION] });
    this.#grant(to, {
      actions: ["BatchGetItem", "PutItem", "Query", "UpdateItem", "DeleteItem"],
      partitions: [any(PREFIX.refused)],
    });
    this.#grant(to, { actions: ["UpdateItem"], partitions: [any(PREFIX.quota), any(PREFIX.providerStamp)] });
    this.#grant(to, { actions: ["Query", "GetItem"], partitions: [ERASED_PARTITION, PSEUDONYM_PARTITION] });
  }

  /** Write down whose records a provider reads back. */
  grantNoteReads(to: IGrantable): void {
    this.#grant(to, { actions: ["UpdateItem"], partitions: [AUDIT_OPEN_PARTITION] });
    this.#grant(to, { actions: ["GetItem", "PutItem"], partitions: [PSEUDONYM_PARTITION] });
  }

  /** Find out whose key it is, and when it was last used. */
  grantReadProviderKeys(to: IGrantable): void {
    this.#grant(to, { actions: ["GetItem"], partitions: [any(PREFIX.key)] });
  }

  /** Write down, to the hour, that a key was used. */
  grantNoteUsedKeys(to: IGrantable): void {
    this.#grant(to, { actions: ["UpdateItem"], partitions: [any(PREFIX.key)] });
  }

  /** Know who may see what, sign cursors and links, and write down what was read. */
  grantAnswerReaders(to: IGrantable): void {
    this.#grant(to, { actions: ["GetItem", "Query"], partitions: [SETUP_PARTITION] });
    this.#grant(to, { actions: ["GetItem", "PutItem"], partitions: [SECRET_PARTITION, PSEUDONYM_PARTITION] });
    this.#grant(to, { actions: ["UpdateItem", "Query"], partitions: [AUDIT_OPEN_PARTITION] });
    this.#grant(to, { actions: ["Query"], partitions: [AUDIT_PARTITION] });
    this.#grant(to, { actions: ["UpdateItem"], partitions: [any(PREFIX.quota)] });
    // a count names nobody, so it lies before the wall that each caller's session is
    this.#grant(to, {
      actions: ["BatchGetItem"],
      partitions: [PREFIX.schoolStamp, PREFIX.providerStamp].map(any),
    });
    this.#grantStampSchool(to);
  }

  /** Count that something of a school was changed. */
  #grantStampSchool(to: IGrantable): void {
    this.#grant(to, { actions: ["UpdateItem"], partitions: [any(PREFIX.schoolStamp)] });
  }

  /** All that any reader may see; each request's session is limited to what its caller may. */
  grantRead(to: IGrantable): void {
    const { view, roster, enrolment, alert, alertLog, refused, quarantine } = PREFIX;
    const partitions = [view, roster, enrolment, alert, alertLog, refused, quarantine].map(any);
    this.#grant(to, { actions: ["GetItem", "Query"], partitions });
    this.#grant(to, { actions: ["PutItem"], partitions: [any(PREFIX.alert)] });
  }

  /** Put what was read into the audit log. */
  grantSealAudit(to: Function): void {
    this.#grant(to, { actions: ["Query", "DeleteItem"], partitions: [AUDIT_OPEN_PARTITION] });
    this.#grant(to, { actions: ["Query", "PutItem"], partitions: [AUDIT_PARTITION] });
    to.grantPrincipal.addToPrincipalPolicy(
      new PolicyStatement({
        actions: ["s3:PutObject"],
        resources: [this.anchors.arnForObjects("anchors/*")],
      }),
    );
    this.#grantKey(to, "s3", ["kms:GenerateDataKey", "kms:Decrypt"]);
    const bucket = Stack.of(this).getLogicalId(elementOf(this.anchors));
    const id = `AwsSolutions-IAM5[Resource::<${bucket}.Arn>/anchors/*]`;
    Validations.of(to.role ?? to).acknowledge({
      id,
      reason: "An anchor is named by the number of its block.",
    });
  }

  /** Open the secrets of webhook endpoints: no other function may. */
  grantOpenWebhooks(to: IGrantable): void {
    this.#grant(to, { actions: ["GetItem"], partitions: [any(PREFIX.webhook)] });
    to.grantPrincipal.addToPrincipalPolicy(
      new PolicyStatement({
        actions: ["kms:Decrypt"],
        resources: [this.key.keyArn],
        conditions: { StringEquals: { "kms:EncryptionContext:rollcall": "webhook" } },
      }),
    );
  }

  /** Read the sessions of a day, and write its summary. */
  grantProject(to: IGrantable): void {
    this.#grant(to, { actions: ["Query"], partitions: [any(PREFIX.school)], index: true });
    this.#grant(to, {
      actions: ["GetItem", "PutItem", "Query"],
      partitions: [any(PREFIX.view)],
    });
    this.#grant(to, { actions: ["PutItem"], partitions: [FAILURE_PARTITION] });
    this.#grantStampSchool(to);
  }

  /** Read what the rules read, and write the alerts that follow. */
  grantRunRules(to: IGrantable): void {
    this.#grant(to, {
      actions: ["GetItem", "Query"],
      partitions: [SETUP_PARTITION, any(PREFIX.enrolment), any(PREFIX.roster)],
    });
    this.#grant(to, { actions: ["GetItem", "Query"], partitions: [any(PREFIX.view)] });
    this.#grant(to, { actions: ["Query", "PutItem"], partitions: [any(PREFIX.alert)] });
    this.#grant(to, { actions: ["GetItem"], partitions: [any(PREFIX.sweep)] });
    this.#grantStampSchool(to);
  }

  /** Decide that somebody is to be told, once a day, and put away the alerts whose episode is over. */
  grantDecideMessages(to: IGrantable): void {
    this.#grant(to, {
      actions: ["GetItem", "PutItem", "Query"],
      partitions: [any(PREFIX.message), any(PREFIX.sweep)],
    });
    this.#grant(to, { actions: ["Query"], partitions: [MUTED_PARTITION] });
    this.#grant(to, { actions: ["PutItem"], partitions: [any(PREFIX.alertLog)] });
    this.#grant(to, { actions: ["DeleteItem"], partitions: [any(PREFIX.alert)] });
  }

  /** Store what waited for a school, once it is set up. */
  grantReleaseQuarantine(to: IGrantable): void {
    this.#grant(to, { actions: ["Query", "DeleteItem"], partitions: [any(PREFIX.quarantine)] });
    this.#grant(to, { actions: ["Query", "GetItem"], partitions: [ERASED_PARTITION, PSEUDONYM_PARTITION] });
    this.#grant(to, { actions: ["UpdateItem", "PutItem"], partitions: [any(PREFIX.school)] });
    this.#grant(to, { actions: ["UpdateItem"], partitions: [any(PREFIX.providerStamp)] });
  }

  /** Read what a message tells and to whom, sign its links, and record what became of it. */
  grantNotify(to: IGrantable): void {
    this.#grant(to, { actions: ["GetItem"], partitions: [SETUP_PARTITION] });
    this.#grant(to, {
      actions: ["GetItem", "PutItem"],
      partitions: [any(PREFIX.message), MUTED_PARTITION, SECRET_PARTITION],
    });
  }

  /** Check the signature of a link, show what it is about, and mark alerts as acknowledged. */
  grantAnswerMail(to: IGrantable): void {
    const partitions = [any(PREFIX.message), SETUP_PARTITION, SECRET_PARTITION];
    this.#grant(to, { actions: ["GetItem"], partitions });
    this.#grant(to, { actions: ["Query", "PutItem"], partitions: [any(PREFIX.alert)] });
    this.#grantStampSchool(to);
    this.grantMute(to);
  }

  grantMute(to: IGrantable): void {
    this.#grant(to, { actions: ["GetItem", "PutItem"], partitions: [MUTED_PARTITION] });
  }

  /** Compute days again and compare, and mark those that differ. */
  grantCheckDrift(to: IGrantable): void {
    this.#grant(to, { actions: ["Query"], partitions: [SETUP_PARTITION] });
    this.#grant(to, { actions: ["Query", "PutItem"], partitions: [any(PREFIX.school)], index: true });
    this.#grant(to, { actions: ["GetItem", "Query"], partitions: [any(PREFIX.view)] });
    this.#grant(to, { actions: ["PutItem"], partitions: [DRIFT_PARTITION] });
  }

  grantReadStream(to: IGrantable): void {
    const actions = ["DescribeStream", "GetRecords", "GetShardIterator", "ListStreams"].map(
      (name) => `dynamodb:${name}`,
    );
    to.grantPrincipal.addToPrincipalPolicy(
      new PolicyStatement({ actions, resources: [this.table.tableStreamArn ?? ""] }),
    );
    this.#grantKey(to, "dynamodb", KEY_ACTIONS);
  }

  grantKeepFailures(to: Function): void {
    const allow = (actions: string[], resource: string) =>
      to.grantPrincipal.addToPrincipalPolicy(new PolicyStatement({ actions, resources: [resource] }));
    allow(["s3:ListBucket"], this.failures.bucketArn);
    allow(["s3:PutObject"], this.failures.arnForObjects("aws/lambda/*"));
    this.#grantKey(to, "s3", ["kms:GenerateDataKey", "kms:Decrypt"]);
    const bucket = Stack.of(this).getLogicalId(elementOf(this.failures));
    const id = `AwsSolutions-IAM5[Resource::<${bucket}.Arn>/aws/lambda/*]`;
    Validations.of(to.role ?? to).acknowledge({ id, reason: "Lambda chooses the names of the objects." });
  }

  #grant(to: IGrantable, { actions, partitions, index = false }: Access): void {
    const resources = [
      this.table.tableArn,
      ...(index ? [`${this.table.tableArn}/index/${BY_DAY_INDEX}`] : []),
    ];
    to.grantPrincipal.addToPrincipalPolicy(
      new PolicyStatement({
        actions: actions.map((name) => `dynamodb:${name}`),
        resources,
        // ForAllValues holds where there is no key at all, so its absence is refused as well
        conditions: {
          "ForAllValues:StringLike": { "dynamodb:LeadingKeys": partitions },
          Null: { "dynamodb:LeadingKeys": "false" },
        },
      }),
    );
    this.#grantKey(to, "dynamodb", KEY_ACTIONS);
  }

  #grantKey(to: IGrantable, service: string, actions: string[]): void {
    const conditions = {
      StringEquals: { "kms:ViaService": `${service}.${Stack.of(this).region}.amazonaws.com` },
    };
    to.grantPrincipal.addToPrincipalPolicy(
      new PolicyStatement({ actions, resources: [this.key.keyArn], conditions }),
    );
  }
}
