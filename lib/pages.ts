import { CustomResource, Duration, Fn, RemovalPolicy, Stack, Validations } from "aws-cdk-lib";
import type { HttpApi } from "aws-cdk-lib/aws-apigatewayv2";
import { Certificate } from "aws-cdk-lib/aws-certificatemanager";
import {
  AllowedMethods,
  CachePolicy,
  Distribution,
  HeadersFrameOption,
  HeadersReferrerPolicy,
  OriginRequestPolicy,
  ResponseHeadersPolicy,
  SecurityPolicyProtocol,
  ViewerProtocolPolicy,
} from "aws-cdk-lib/aws-cloudfront";
import { HttpOrigin, S3BucketOrigin } from "aws-cdk-lib/aws-cloudfront-origins";
import { PolicyStatement } from "aws-cdk-lib/aws-iam";
import type { Function } from "aws-cdk-lib/aws-lambda";
import { BlockPublicAccess, Bucket, BucketEncryption, ObjectOwnership } from "aws-cdk-lib/aws-s3";
import { Construct } from "constructs";
import { createHash } from "node:crypto";
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import type { EnvOf } from "../functions/framework/env.ts";
import type { PublishPagesEnv } from "../functions/publish-pages/env.ts";
import type { DeployConfig } from "./config.ts";
import { lambdaFunction } from "./lambda-function.ts";
import type { SignIn } from "./sign-in.ts";
import { elementOf, type Storage } from "./storage.ts";

type Props = { storage: Storage; config: DeployConfig; api: HttpApi };

/** Where the hosted sign-in page is. */
const signInOrigin = (scope: Construct, { signInDomain }: DeployConfig) =>
  `https://${signInDomain}.auth.${Stack.of(scope).region}.amazoncognito.com`;

/** Scripts and styles come from the pages' own address, and nothing is sent anywhere but to the API and the sign-in. */
const contentSecurityPolicy = (signIn: string) =>
  [
    "default-src 'none'",
    "script-src 'self'",
    "style-src 'self'",
    "img-src 'self'",
    `connect-src 'self' ${signIn}`,
    "base-uri 'none'",
    "form-action 'none'",
    "frame-ancestors 'none'",
  ].join("; ");

/** The pages that people look at: static files, and the API under the same address. */
export class Pages extends Construct {
  readonly url: string;
  readonly #bucket: Bucket;
  readonly #config: DeployConfig;
  readonly #storage: Storage;

  constructor(scope: Construct, id: string, { storage, config, api }: Props) {
    super(scope, id);
    this.#config = config;
    this.#storage = storage;
    this.#bucket = this.#makeBucket();
    const { pageDomain } = config;
    const { domainName } = this.#distribution(api);
    this.url = `https://${pageDomain?.name ?? domainName}`;
  }

  #makeBucket(): Bucket {
    const bucket = new Bucket(this, "Files", {
      encryption: BucketEncryption.S3_MANAGED,
      blockPublicAccess: BlockPublicAccess.BLOCK_ALL,
      objectOwnership: ObjectOwnership.BUCKET_OWNER_ENFORCED,
      enforceSSL: true,
      versioned: true,
      lifecycleRules: [{ noncurrentVersionExpiration: Duration.days(30) }],
      removalPolicy: RemovalPolicy.RETAIN,
    });
    const files = "It holds the pages' own code, which everybody may read, and no data.";
    Validations.of(bucket).acknowledge(
      { id: "AwsSolutions-S1", reason: files },
      { id: "NIST.800.53.R5-S3DefaultEncryptionKMS", reason: files },
    );
    return bucket;
  }

  #headers(): ResponseHeadersPolicy {
    return new ResponseHeadersPolicy(this, "Headers", {
      securityHeadersBehavior: {
        contentSecurityPolicy: {
          contentSecurityPolicy: contentSecurityPolicy(signInOrigin(this, this.#config)),
          override: true,
        },
        contentTypeOptions: { override: true },
        frameOptions: { frameOption: HeadersFrameOption.DENY, override: true },
        referrerPolicy: { referrerPolicy: HeadersReferrerPolicy.NO_REFERRER, override: true },
        strictTransportSecurity: { accessControlMaxAge: Duration.days(730), override: true },
      },
      customHeadersBehavior: {
        customHeaders: [
          { header: "cross-origin-opener-policy", value: "same-origin", override: true },
          { header: "cross-origin-resource-policy", value: "same-origin", override: true },
          {
            header: "permissions-policy",
            value: "camera=(), geolocation=(), microphone=(), payment=(), usb=()",
            override: true,
          },
        ],
      },
    });
  }

  #distribution(api: HttpApi): Distribution {
    const { pageDomain } = this.#config;
    const viewerProtocolPolicy = ViewerProtocolPolicy.REDIRECT_TO_HTTPS;
    const distribution = new Distribution(this, "Distribution", {
      comment: "Rollcall: pages",
      defaultRootObject: "index.html",
      defaultBehavior: {
        origin: S3BucketOrigin.withOriginAccessControl(this.#bucket),
        viewerProtocolPolicy,
        responseHeadersPolicy: this.#headers(),
      },
      additionalBehaviors: {
        "/v1/*": {
          origin: new HttpOrigin(Fn.select(2, Fn.split("/", api.apiEndpoint))),
          viewerProtocolPolicy,
          allowedMethods: AllowedMethods.ALLOW_ALL,
          cachePolicy: CachePolicy.CACHING_DISABLED,
          originRequestPolicy: OriginRequestPolicy.ALL_VIEWER_EXCEPT_HOST_HEADER,
        },
      },
      ...(pageDomain && {
        domainNames: [pageDomain.name],
        minimumProtocolVersion: SecurityPolicyProtocol.TLS_V1_2_2021,
        certificate: Certificate.fromCertificateArn(this, "Certificate", pageDomain.certificateArn),
      }),
    });
    acknowledge(distribution);
    return distribution;
  }

  /** Puts the files where the distribution finds them, with the address at which people sign in. */
  publish({ pool, client }: SignIn): Function {
    const { name, folder } = { name: "publish-pages", folder: join("dist", "publish-pages", "pages") };
    const publisher = lambdaFunction(this, {
      name,
      environment: { BUCKET: this.#bucket.bucketName } satisfies EnvOf<typeof PublishPagesEnv>,
      timeout: Duration.minutes(1),
      memorySize: 256,
      storage: this.#storage,
      config: this.#config,
    });
    publisher.addToRolePolicy(
      new PolicyStatement({ actions: ["s3:PutObject"], resources: [this.#bucket.arnForObjects("*")] }),
    );
    const id = Stack.of(this).getLogicalId(elementOf(this.#bucket));
    Validations.of(publisher.role ?? publisher).acknowledge({
      id: `AwsSolutions-IAM5[Resource::<${id}.Arn>/*]`,
      reason: "It writes the pages' files, whose names hold their hashes.",
    });
    const origin = signInOrigin(this, this.#config);
    const config = {
      issuer: pool.userPoolProviderUrl,
      client_id: client.userPoolClientId,
      authorization_endpoint: `${origin}/oauth2/authorize`,
      token_endpoint: `${origin}/oauth2/token`,
      revocation_endpoint: `${origin}/oauth2/revoke`,
      logout_url: `${origin}/logout`,
    };
    new CustomResource(this, "Published", {
      resourceType: "Custom::Pages",
      serviceToken: publisher.functionArn,
      // another value when a file changed
      properties: { config, files: hashOf(folder) },
    });
    return publisher;
  }
}

function hashOf(folder: string): string {
  const hash = createHash("sha256");
  for (const name of readdirSync(folder).sort()) hash.update(name).update(readFileSync(join(folder, name)));
  return hash.digest("base64url");
}

function acknowledge(distribution: Distribution): void {
  const reasons: Record<string, string> = {
    "AwsSolutions-CFR1": "A district's staff may travel; whoever gets here still has to sign in.",
    "AwsSolutions-CFR2":
      "The files are public and static, and the API behind /v1 has its own throttle, quotas and authorizers; a firewall is the district's to add.",
    "AwsSolutions-CFR3":
      "The API logs every request by route; a log of who fetched static files would hold addresses of people and no more.",
    "AwsSolutions-CFR4":
      "Holds for CloudFront's own certificate, which leaves no choice; with pageDomain and its certificate TLS 1.2 is the least.",
    "NIST.800.53.R5-CloudFrontAccessLogging": "As for AwsSolutions-CFR3.",
  };
  for (const [id, reason] of Object.entries(reasons))
    Validations.of(distribution).acknowledge({ id, reason });
}
