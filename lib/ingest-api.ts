import { Duration, RemovalPolicy, Stack, Validations } from "aws-cdk-lib";
import { AccessLogFormat } from "aws-cdk-lib/aws-apigateway";
import {
  CfnRoute,
  CfnStage,
  HttpApi,
  HttpMethod,
  HttpStage,
  LogGroupLogDestination,
} from "aws-cdk-lib/aws-apigatewayv2";
import { HttpLambdaAuthorizer, HttpLambdaResponseType } from "aws-cdk-lib/aws-apigatewayv2-authorizers";
import { HttpLambdaIntegration } from "aws-cdk-lib/aws-apigatewayv2-integrations";
import type { Function } from "aws-cdk-lib/aws-lambda";
import { LogGroup } from "aws-cdk-lib/aws-logs";
import { Construct } from "constructs";
import type { AuthorizeProviderEnv } from "../functions/authorize-provider/env.ts";
import type { EnvOf } from "../functions/framework/env.ts";
import type { ReceiveWebhookEnv } from "../functions/receive-webhook/env.ts";
import type { IngestEventsEnv } from "../functions/ingest-events/env.ts";
import type { DeployConfig } from "./config.ts";
import { live } from "./canary.ts";
import { lambdaFunction } from "./lambda-function.ts";
import type { Storage } from "./storage.ts";

const ACCESS_LOG = {
  requestId: "$context.requestId",
  routeKey: "$context.routeKey",
  status: "$context.status",
  integrationLatency: "$context.integrationLatency",
  authorizerError: "$context.authorizer.error",
};

/** Requests a second, and at once: what a route may take of the account's share, whoever asks. */
const LIMITS = {
  posts: { ThrottlingRateLimit: 300, ThrottlingBurstLimit: 600 },
  webhooks: { ThrottlingRateLimit: 100, ThrottlingBurstLimit: 200 },
  others: { ThrottlingRateLimit: 200, ThrottlingBurstLimit: 400 },
};

const limitOf = (routeKey: string) => {
  if (routeKey === "POST /v1/events") return LIMITS.posts;
  return routeKey.startsWith("POST /v1/webhooks/") ? LIMITS.webhooks : LIMITS.others;
};

type Props = { storage: Storage; config: DeployConfig };

/** The address that provider systems post to. */
export class IngestApi extends Construct {
  readonly api: HttpApi;
  readonly url: string;
  readonly #stage: HttpStage;
  readonly functions: readonly [ingest: Function, authorize: Function, webhook: Function];

  constructor(scope: Construct, id: string, { storage, config }: Props) {
    super(scope, id);
    const { logRetention } = config;
    const ingest = lambdaFunction(this, {
      name: "ingest-events",
      environment: { TABLE_NAME: storage.table.tableName } satisfies EnvOf<typeof IngestEventsEnv>,
      timeout: Duration.seconds(25),
      memorySize: 512,
      storage,
      config,
    });
    storage.grantAppendSessions(ingest);
    storage.grantNoteReads(ingest);
    const authorize = lambdaFunction(this, {
      name: "authorize-provider",
      environment: { TABLE_NAME: storage.table.tableName } satisfies EnvOf<typeof AuthorizeProviderEnv>,
      timeout: Duration.seconds(5),
      memorySize: 256,
      storage,
      config,
    });
    storage.grantReadProviderKeys(authorize);
    storage.grantNoteUsedKeys(authorize);
    const webhook = this.#webhook({ storage, config });
    this.functions = [ingest, authorize, webhook];
    this.api = new HttpApi(this, "Api", {
      createDefaultStage: false,
      description: "Rollcall: session events",
    });
    this.#stage = this.#newStage(logRetention, storage);
    this.url = this.#stage.url;
    this.#routes(ingest, authorize);
    this.#webhookRoute(webhook);
  }

  #webhook({ storage, config }: Props): Function {
    const environment = { TABLE_NAME: storage.table.tableName, KEY_ARN: storage.key.keyArn };
    const webhook = lambdaFunction(this, {
      name: "receive-webhook",
      environment: environment satisfies EnvOf<typeof ReceiveWebhookEnv>,
      timeout: Duration.seconds(25),
      memorySize: 512,
      storage,
      config,
    });
    storage.grantAppendSessions(webhook);
    storage.grantOpenWebhooks(webhook);
    return webhook;
  }

  #webhookRoute(webhook: Function): void {
    const integration = new HttpLambdaIntegration("Webhook", live(webhook));
    const path = "/v1/webhooks/{endpoint_id}";
    const reason =
      "Who posts is who signed the bytes: the function verifies the signature before it reads them.";
    for (const route of this.api.addRoutes({ path, methods: [HttpMethod.POST], integration }))
      Validations.of(route).acknowledge({ id: "AwsSolutions-APIG4", reason });
  }

  /**
   * Gives each route a share of its own, so that one sender's storm takes nothing from the pages. Called once all routes
   * are there: the stage names them.
   */
  limitRoutes(): void {
    const routes = Stack.of(this)
      .node.findAll()
      .filter((child) => child instanceof CfnRoute);
    const stage = this.#stage.node.defaultChild;
    if (!(stage instanceof CfnStage)) return;
    stage.routeSettings = Object.fromEntries(routes.map(({ routeKey }) => [routeKey, limitOf(routeKey)]));
    for (const route of routes) stage.addResourceDependency(route);
  }

  #newStage(retention: DeployConfig["logRetention"], { key }: Storage): HttpStage {
    const logs = new LogGroup(this, "AccessLogs", {
      retention,
      encryptionKey: key,
      removalPolicy: RemovalPolicy.DESTROY,
    });
    return new HttpStage(this, "Stage", {
      httpApi: this.api,
      stageName: "$default",
      autoDeploy: true,
      throttle: { rateLimit: 500, burstLimit: 1000 },
      accessLogSettings: {
        destination: new LogGroupLogDestination(logs),
        format: AccessLogFormat.custom(JSON.stringify(ACCESS_LOG)),
      },
    });
  }

  #routes(ingest: Function, authorize: Function): void {
    const authorizer = new HttpLambdaAuthorizer("Authorizer", authorize, {
      responseTypes: [HttpLambdaResponseType.SIMPLE],
      identitySource: ["$request.header.Authorization"],
      resultsCacheTtl: Duration.seconds(30),
    });
    const integration = new HttpLambdaIntegration("Ingest", live(ingest));
    const session = "/v1/schools/{school_id}/sessions/{session_id}";
    this.api.addRoutes({ path: "/v1/events", methods: [HttpMethod.POST], integration, authorizer });
    this.api.addRoutes({ path: session, methods: [HttpMethod.GET], integration, authorizer });
    // a sender of CloudEvents may ask before it posts, and has no key to ask with
    const asks = this.api.addRoutes({ path: "/v1/events", methods: [HttpMethod.OPTIONS], integration });
    const open = ["/v1/health", "/v1/openapi.json"].flatMap((path) =>
      this.api.addRoutes({ path, methods: [HttpMethod.GET], integration }),
    );
    for (const route of [...open, ...asks]) {
      const reason =
        "The handshake, health and the API reference hold no data and must be readable without a key.";
      Validations.of(route).acknowledge({ id: "AwsSolutions-APIG4", reason });
    }
  }
}
