import { Duration, RemovalPolicy, SecretValue } from "aws-cdk-lib";
import {
  AccountRecovery,
  CfnUserPoolClient,
  FeaturePlan,
  LambdaVersion,
  Mfa,
  OAuthScope,
  ProviderAttribute,
  StringAttribute,
  UserPool,
  UserPoolClientIdentityProvider,
  UserPoolIdentityProviderOidc,
  UserPoolIdentityProviderSaml,
  UserPoolIdentityProviderSamlMetadata,
  UserPoolOperation,
  type IUserPoolIdentityProvider,
  type UserPoolClient,
} from "aws-cdk-lib/aws-cognito";
import type { Function } from "aws-cdk-lib/aws-lambda";
import { Construct } from "constructs";
import type { EnvOf } from "../functions/framework/env.ts";
import type { IssueTokenEnv } from "../functions/issue-token/env.ts";
import type { DeployConfig } from "./config.ts";
import type { Storage } from "./storage.ts";
import { lambdaFunction } from "./lambda-function.ts";

type Props = { storage: Storage; config: DeployConfig; pagesUrl: string };

/** What the identity provider says of somebody, and where it is kept. */
const CLAIMS = { "custom:grants": ProviderAttribute.other("rollcall_grants") };

/** How people sign in: by the district's identity provider, or as local users with a TOTP code. */
export class SignIn extends Construct {
  readonly pool: UserPool;
  readonly client: UserPoolClient;
  readonly issueToken: Function;

  constructor(scope: Construct, id: string, { storage, config, pagesUrl }: Props) {
    super(scope, id);
    this.pool = this.#pool(config);
    this.issueToken = lambdaFunction(this, {
      name: "issue-token",
      environment: {
        MFA_ENFORCED: config.mfaEnforced ? "yes" : "no",
        GRANTS_FROM_CLAIM: config.grantsFromClaim ? "yes" : "no",
      } satisfies EnvOf<typeof IssueTokenEnv>,
      timeout: Duration.seconds(5),
      memorySize: 256,
      storage,
      config,
    });
    this.pool.addTrigger(UserPoolOperation.PRE_TOKEN_GENERATION_CONFIG, this.issueToken, LambdaVersion.V2_0);
    this.client = this.#client(config, pagesUrl);
    this.pool.addDomain("Domain", { cognitoDomain: { domainPrefix: config.signInDomain } });
  }

  #pool(config: DeployConfig): UserPool {
    return new UserPool(this, "People", {
      selfSignUpEnabled: false,
      signInAliases: { email: true },
      signInCaseSensitive: false,
      mfa: Mfa.REQUIRED,
      mfaSecondFactor: { otp: true, sms: false },
      passwordPolicy: {
        minLength: 14,
        requireDigits: true,
        requireLowercase: true,
        requireSymbols: true,
        requireUppercase: true,
      },
      accountRecovery: AccountRecovery.EMAIL_ONLY,
      customAttributes: { grants: new StringAttribute({ mutable: true, maxLen: 2048 }) },
      // access tokens with claims of our own
      featurePlan: FeaturePlan.ESSENTIALS,
      deletionProtection: config.deletionProtection,
      removalPolicy: RemovalPolicy.RETAIN,
    });
  }

  #client(config: DeployConfig, pagesUrl: string): UserPoolClient {
    const provider = this.#provider(config);
    const federated =
      provider === undefined ? [] : [UserPoolClientIdentityProvider.custom(provider.providerName)];
    const back = [`${pagesUrl}/`, ...(config.callbackUrl === undefined ? [] : [config.callbackUrl])];
    const client = this.pool.addClient("Web", {
      generateSecret: false,
      authFlows: {},
      oAuth: {
        flows: { authorizationCodeGrant: true },
        // without `aws.cognito.signin.user.admin` a token cannot change its own user's attributes
        scopes: [OAuthScope.OPENID, OAuthScope.EMAIL],
        callbackUrls: back,
        logoutUrls: back,
      },
      accessTokenValidity: Duration.minutes(15),
      idTokenValidity: Duration.minutes(15),
      refreshTokenValidity: Duration.hours(12),
      enableTokenRevocation: true,
      preventUserExistenceErrors: true,
      supportedIdentityProviders: [UserPoolClientIdentityProvider.COGNITO, ...federated],
    });
    // nothing but the sign-in page and refreshing: a token of SRP could change its own user's attributes
    const element = client.node.defaultChild;
    if (element instanceof CfnUserPoolClient) element.explicitAuthFlows = ["ALLOW_REFRESH_TOKEN_AUTH"];
    if (provider !== undefined) client.node.addDependency(provider);
    return client;
  }

  #provider({ identityProvider: given }: DeployConfig): IUserPoolIdentityProvider | undefined {
    if (given === undefined) return undefined;
    const shared = { userPool: this.pool, name: "District" };
    if (given.kind === "saml")
      return new UserPoolIdentityProviderSaml(this, "District", {
        ...shared,
        metadata: UserPoolIdentityProviderSamlMetadata.url(given.metadataUrl),
        attributeMapping: { email: ProviderAttribute.other("email"), custom: CLAIMS },
      });
    return new UserPoolIdentityProviderOidc(this, "District", {
      ...shared,
      issuerUrl: given.issuer,
      clientId: given.clientId,
      clientSecret: SecretValue.secretsManager(given.secretName).unsafeUnwrap(),
      scopes: ["openid", "email"],
      attributeMapping: {
        email: ProviderAttribute.other("email"),
        emailVerified: ProviderAttribute.other(given.emailVerifiedClaim),
        custom: CLAIMS,
      },
    });
  }
}
