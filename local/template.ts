import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import * as z from "zod";

const Resource = z.looseObject({
  Type: z.string(),
  Properties: z.record(z.string(), z.unknown()).default({}),
  Metadata: z.record(z.string(), z.unknown()).default({}),
});
const Template = z.looseObject({
  Resources: z.record(z.string(), Resource),
  Outputs: z.record(z.string(), z.looseObject({ Value: z.unknown() })).default({}),
});
type Resource = z.infer<typeof Resource>;

/** What runs locally. Everything else the template may hold is listed below, or refused by name. */
const RUN = new Set([
  "AWS::DynamoDB::Table",
  "AWS::Lambda::Function",
  "AWS::Lambda::EventSourceMapping",
  "AWS::ApiGatewayV2::Api",
  "AWS::ApiGatewayV2::Authorizer",
  "AWS::ApiGatewayV2::Integration",
  "AWS::ApiGatewayV2::Route",
  "AWS::S3::Bucket",
  "AWS::Scheduler::Schedule",
  "AWS::Cognito::UserPoolClient",
  "AWS::Lambda::Alias",
  "AWS::CloudFront::ResponseHeadersPolicy",
  "Custom::Pages",
]);
/** Permissions, keys, logs, alarms and domains: nothing that moves data on a laptop. */
const LEFT_OUT = new Set([
  // one address serves pages and API here, as the distribution does
  "AWS::CloudFront::Distribution",
  "AWS::CloudFront::OriginAccessControl",
  "AWS::ApiGatewayV2::Stage",
  // one version at a time runs here
  "AWS::Lambda::Version",
  "AWS::CodeDeploy::Application",
  "AWS::CodeDeploy::DeploymentGroup",
  "AWS::CloudWatch::Alarm",
  "AWS::CloudWatch::Dashboard",
  // its tokens come from a stand-in, whose claims the caller chooses
  "AWS::Cognito::UserPool",
  "AWS::Cognito::UserPoolDomain",
  "AWS::Events::Rule",
  "AWS::IAM::Policy",
  "AWS::IAM::Role",
  "AWS::KMS::Key",
  "AWS::Lambda::EventInvokeConfig",
  "AWS::Lambda::Permission",
  "AWS::Logs::LogGroup",
  "AWS::Logs::MetricFilter",
  "AWS::S3::BucketPolicy",
  "AWS::SES::ConfigurationSet",
  "AWS::SES::ConfigurationSetEventDestination",
  "AWS::SES::EmailIdentity",
  "AWS::SNS::Subscription",
  "AWS::SNS::Topic",
  "AWS::SNS::TopicPolicy",
  "AWS::CDK::Metadata",
]);

const Reference = z.union([
  z.strictObject({ Ref: z.string() }),
  z.strictObject({ "Fn::GetAtt": z.tuple([z.string(), z.string()]) }),
  z.strictObject({ "Fn::Join": z.tuple([z.string(), z.array(z.unknown())]) }),
]);

/** Local names: a resource is called by its logical id, an attribute of it by id and attribute. */
function resolveReference(
  reference: z.infer<typeof Reference>,
  resolve: (value: unknown) => unknown,
): string {
  if ("Ref" in reference) return reference.Ref.startsWith("AWS::") ? "local" : reference.Ref;
  if ("Fn::GetAtt" in reference) return attributeName(...reference["Fn::GetAtt"]);
  const [separator, parts] = reference["Fn::Join"];
  return parts.map((part) => String(resolve(part))).join(separator);
}

const attributeName = (id: string, attribute: string) => (attribute === "Arn" ? id : `${id}.${attribute}`);

/** Replaces references by local names, in any depth. */
function resolve(value: unknown): unknown {
  const reference = Reference.safeParse(value);
  if (reference.success) return resolveReference(reference.data, resolve);
  if (Array.isArray(value)) return value.map(resolve);
  if (typeof value !== "object" || value === null) return value;
  return Object.fromEntries(Object.entries(value).map(([name, inner]) => [name, resolve(inner)]));
}

const Table = z.looseObject({
  AttributeDefinitions: z.array(z.unknown()),
  KeySchema: z.array(z.unknown()),
  LocalSecondaryIndexes: z.array(z.unknown()).optional(),
  BillingMode: z.string(),
  StreamSpecification: z.looseObject({ StreamViewType: z.string() }).optional(),
  TimeToLiveSpecification: z.looseObject({ AttributeName: z.string() }).optional(),
});
const Func = z.looseObject({
  Handler: z.string(),
  MemorySize: z.int(),
  Timeout: z.int(),
  Environment: z.looseObject({ Variables: z.record(z.string(), z.string()) }).optional(),
});
const Mapping = z.looseObject({
  FunctionName: z.string(),
  EventSourceArn: z.string(),
  BatchSize: z.int(),
  BisectBatchOnFunctionError: z.boolean().default(false),
  MaximumBatchingWindowInSeconds: z.int().default(0),
  MaximumRecordAgeInSeconds: z.int().default(-1),
  FilterCriteria: z.looseObject({ Filters: z.array(z.looseObject({ Pattern: z.string() })) }).optional(),
  DestinationConfig: z.looseObject({ OnFailure: z.looseObject({ Destination: z.string() }) }).optional(),
});
const Route = z.looseObject({
  RouteKey: z.string(),
  Target: z.string(),
  AuthorizerId: z.string().optional(),
});
const Alias = z.looseObject({ FunctionName: z.string() });
const Integration = z.looseObject({ IntegrationUri: z.string(), PayloadFormatVersion: z.literal("2.0") });
const Authorizer = z.looseObject({
  AuthorizerUri: z.string(),
  AuthorizerResultTtlInSeconds: z.int(),
  IdentitySource: z.array(z.string()),
});
const Schedule = z.looseObject({
  ScheduleExpression: z.string(),
  Target: z.looseObject({ Arn: z.string(), Input: z.string().optional() }),
});

export type TableSpec = z.infer<typeof Table> & { id: string };
export type FunctionSpec = z.infer<typeof Func> & { id: string; name: string; folder: string };
export type MappingSpec = z.infer<typeof Mapping> & { id: string };
export type RouteSpec = z.infer<typeof Route> & { functionId: string };
export type AuthorizerSpec = z.infer<typeof Authorizer> & { id: string; functionId: string };
export type ScheduleSpec = z.infer<typeof Schedule> & { id: string };
export type Plan = {
  tables: TableSpec[];
  functions: FunctionSpec[];
  mappings: MappingSpec[];
  routes: RouteSpec[];
  authorizers: AuthorizerSpec[];
  buckets: string[];
  schedules: ScheduleSpec[];
  /** Who may ask for tokens of people. */
  clients: string[];
  /** The static pages: their folder, and the headers that they are served with. */
  pages: { folder: string; headers: Record<string, string> };
  outputs: Record<string, string>;
};

/** Reads the one stack of a cloud assembly. Throws on a resource it does not know. */
export function readPlan(assembly: string): Plan {
  const file = readdirSync(assembly).find((name) => name.endsWith(".template.json"));
  if (file === undefined) throw new Error(`no template in ${assembly}: run \`npm run synth\``);
  const template = Template.parse(JSON.parse(readFileSync(join(assembly, file), "utf8")));
  refuseUnknown(template.Resources);
  const of = <T>(type: string, read: (id: string, resource: Resource) => T): T[] =>
    Object.entries(template.Resources)
      .filter(([, resource]) => resource.Type === type)
      .map(([id, resource]) => read(id, { ...resource, Properties: propertiesOf(resource) }));
  const integrations = integrationsOf(of);
  const functions = of("AWS::Lambda::Function", (id, resource) => functionOf(id, resource, assembly));
  return {
    tables: of("AWS::DynamoDB::Table", (id, { Properties }) => ({ id, ...Table.parse(Properties) })),
    functions,
    mappings: of("AWS::Lambda::EventSourceMapping", (id, { Properties }) => ({
      id,
      ...Mapping.parse(Properties),
    })),
    routes: of("AWS::ApiGatewayV2::Route", (_, { Properties }) =>
      routeOf(Route.parse(Properties), integrations),
    ),
    authorizers: of("AWS::ApiGatewayV2::Authorizer", (id, { Properties }) =>
      authorizerOf(id, Authorizer.parse(Properties)),
    ),
    buckets: of("AWS::S3::Bucket", (id) => id),
    schedules: of("AWS::Scheduler::Schedule", (id, { Properties }) => ({
      id,
      ...Schedule.parse(Properties),
    })),
    clients: of("AWS::Cognito::UserPoolClient", (id) => id),
    pages: {
      folder: join(functions.find(({ name }) => name === "publish-pages")?.folder ?? "", "pages"),
      headers:
        of("AWS::CloudFront::ResponseHeadersPolicy", (_, { Properties }) => headersOf(Properties))[0] ?? {},
    },
    outputs: Object.fromEntries(
      Object.entries(template.Outputs).map(([name, { Value }]) => [name, String(resolve(Value))]),
    ),
  };
}

const HeadersPolicy = z.looseObject({
  ResponseHeadersPolicyConfig: z.looseObject({
    SecurityHeadersConfig: z.looseObject({
      ContentSecurityPolicy: z.looseObject({ ContentSecurityPolicy: z.string() }),
      ReferrerPolicy: z.looseObject({ ReferrerPolicy: z.string() }),
    }),
    CustomHeadersConfig: z.looseObject({
      Items: z.array(z.looseObject({ Header: z.string(), Value: z.string() })),
    }),
  }),
});

/** As CloudFront sends them; HSTS has no meaning without TLS. */
function headersOf(properties: unknown): Record<string, string> {
  const { SecurityHeadersConfig: security, CustomHeadersConfig: custom } =
    HeadersPolicy.parse(properties).ResponseHeadersPolicyConfig;
  return {
    "content-security-policy": security.ContentSecurityPolicy.ContentSecurityPolicy,
    "referrer-policy": security.ReferrerPolicy.ReferrerPolicy,
    "x-content-type-options": "nosniff",
    "x-frame-options": "DENY",
    ...Object.fromEntries(custom.Items.map(({ Header, Value }) => [Header, Value])),
  };
}

type Of = <T>(type: string, read: (id: string, resource: Resource) => T) => T[];

/** The function behind each integration, whether it is called by itself or by an alias. */
function integrationsOf(of: Of): Map<string, string> {
  const aliases = new Map(
    of("AWS::Lambda::Alias", (id, { Properties }) => [id, Alias.parse(Properties).FunctionName]),
  );
  return new Map(
    of("AWS::ApiGatewayV2::Integration", (id, { Properties }) => {
      const { IntegrationUri: uri } = Integration.parse(Properties);
      return [id, aliases.get(uri) ?? uri];
    }),
  );
}

function propertiesOf({ Properties }: Resource): Record<string, unknown> {
  return Object.fromEntries(Object.entries(Properties).map(([name, value]) => [name, resolve(value)]));
}

function refuseUnknown(resources: Record<string, Resource>): void {
  const unknown = Object.entries(resources).filter(([, { Type }]) => !RUN.has(Type) && !LEFT_OUT.has(Type));
  if (unknown.length === 0) return;
  const names = unknown.map(([id, { Type }]) => `${Type} (${id})`).join(", ");
  throw new Error(`the local stack does not know ${names}: teach it in local/template.ts`);
}

function functionOf(id: string, { Properties, Metadata }: Resource, assembly: string): FunctionSpec {
  const name = z
    .string()
    .parse(Properties["Description"])
    .replace(/^Rollcall /, "");
  return { id, name, folder: join(assembly, String(Metadata["aws:asset:path"])), ...Func.parse(Properties) };
}

function routeOf(route: z.infer<typeof Route>, integrations: Map<string, string>): RouteSpec {
  const functionId = integrations.get(route.Target.replace("integrations/", ""));
  if (functionId === undefined) throw new Error(`route ${route.RouteKey} leads to no integration`);
  return { ...route, functionId };
}

function authorizerOf(id: string, authorizer: z.infer<typeof Authorizer>): AuthorizerSpec {
  const functionId = /functions\/([^/]+)\/invocations/.exec(authorizer.AuthorizerUri)?.[1] ?? "";
  return { id, functionId, ...authorizer };
}
