import { Duration } from "aws-cdk-lib";
import { HttpMethod, type HttpApi } from "aws-cdk-lib/aws-apigatewayv2";
import { HttpLambdaAuthorizer, HttpLambdaResponseType } from "aws-cdk-lib/aws-apigatewayv2-authorizers";
import { HttpLambdaIntegration } from "aws-cdk-lib/aws-apigatewayv2-integrations";
import { ArnPrincipal, PolicyStatement, Role } from "aws-cdk-lib/aws-iam";
import type { Function } from "aws-cdk-lib/aws-lambda";
import { Validations } from "aws-cdk-lib";
import { Construct } from "constructs";
import type { AuthorizeReaderEnv } from "../functions/authorize-reader/env.ts";
import type { EnvOf } from "../functions/framework/env.ts";
import type { ReadApiEnv } from "../functions/read-api/env.ts";
import type { DeployConfig } from "./config.ts";
import { live } from "./canary.ts";
import { lambdaFunction } from "./lambda-function.ts";
import type { SignIn } from "./sign-in.ts";
import type { Storage } from "./storage.ts";

type Props = { storage: Storage; config: DeployConfig; signIn: SignIn; api: HttpApi; apiUrl: string };

const { GET, POST } = HttpMethod;
const ROUTES: [method: HttpMethod, path: string][] = [
  [GET, "/v1/me"],
  [GET, "/v1/districts/{district_id}/overview"],
  [GET, "/v1/districts/{district_id}/version"],
  [GET, "/v1/schools/{school_id}/version"],
  [GET, "/v1/schools/{school_id}/settings"],
  [GET, "/v1/schools/{school_id}/days/{date}"],
  [GET, "/v1/schools/{school_id}/weeks"],
  [GET, "/v1/schools/{school_id}/weeks/{week}"],
  [GET, "/v1/schools/{school_id}/students"],
  [GET, "/v1/schools/{school_id}/students/{student_id}"],
  [GET, "/v1/schools/{school_id}/alerts"],
  [POST, "/v1/schools/{school_id}/alerts/{alert_id}/acknowledge"],
  [POST, "/v1/schools/{school_id}/alerts/{alert_id}/snooze"],
  [POST, "/v1/schools/{school_id}/alerts/{alert_id}/reopen"],
  [GET, "/v1/providers/{provider_id}/quality"],
  [GET, "/v1/providers/{provider_id}/version"],
  [GET, "/v1/reports/dosage"],
  [GET, "/v1/audit"],
];

/** What people and provider systems read. */
export class ReadApi extends Construct {
  readonly readApi: Function;
  readonly authorizeReader: Function;

  constructor(scope: Construct, id: string, props: Props) {
    super(scope, id);
    this.authorizeReader = this.#authorizer(props);
    this.readApi = this.#readApi(props);
    this.#routes(props);
  }

  #authorizer({ storage, config, signIn }: Props): Function {
    const environment = {
      TABLE_NAME: storage.table.tableName,
      ISSUER: signIn.pool.userPoolProviderUrl,
      CLIENT_ID: signIn.client.userPoolClientId,
    };
    const authorize = lambdaFunction(this, {
      name: "authorize-reader",
      environment: environment satisfies EnvOf<typeof AuthorizeReaderEnv>,
      timeout: Duration.seconds(5),
      memorySize: 256,
      storage,
      config,
    });
    storage.grantReadProviderKeys(authorize);
    return authorize;
  }

  #readApi({ storage, config, apiUrl }: Props): Function {
    const environment = {
      TABLE_NAME: storage.table.tableName,
      TABLE_ARN: storage.table.tableArn,
      KEY_ARN: storage.key.keyArn,
      API_URL: apiUrl,
    };
    const read = lambdaFunction(this, {
      name: "read-api",
      environment: environment satisfies Omit<EnvOf<typeof ReadApiEnv>, "READER_ROLE_ARN">,
      timeout: Duration.seconds(25),
      memorySize: 1024,
      storage,
      config,
    });
    storage.grantAnswerReaders(read);
    // what the function reads of schools, it reads in sessions of this role, each limited to what its caller may see
    const reader = new Role(this, "Reader", { assumedBy: new ArnPrincipal(read.role?.roleArn ?? "") });
    storage.grantRead(reader);
    read.addEnvironment("READER_ROLE_ARN" satisfies keyof EnvOf<typeof ReadApiEnv>, reader.roleArn);
    read.addToRolePolicy(new PolicyStatement({ actions: ["sts:AssumeRole"], resources: [reader.roleArn] }));
    return read;
  }

  #routes({ api }: Props): void {
    const authorizer = new HttpLambdaAuthorizer("ReaderAuthorizer", this.authorizeReader, {
      responseTypes: [HttpLambdaResponseType.SIMPLE],
      identitySource: ["$request.header.Authorization"],
      resultsCacheTtl: Duration.seconds(30),
    });
    const integration = new HttpLambdaIntegration("Read", live(this.readApi));
    for (const [method, path] of ROUTES) api.addRoutes({ path, methods: [method], integration, authorizer });
    const reason =
      "The signed link, a quarter of an hour old at most, is the permission: a browser that saves a file sends no header.";
    for (const route of api.addRoutes({ path: "/v1/exports/{token}", methods: [GET], integration }))
      Validations.of(route).acknowledge({ id: "AwsSolutions-APIG4", reason });
  }
}
