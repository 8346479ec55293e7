import { RetentionDays } from "aws-cdk-lib/aws-logs";

export const STAGES = ["dev", "prod"] as const;
export type Stage = (typeof STAGES)[number];

/** What an admin decides when she deploys: `cdk deploy -c stage=prod -c sender=rollcall@district.org -c alarmEmail=…`. */
export type DeployConfig = {
  stage: Stage;
  /** The verified address that mails come from. */
  sender: string;
  /** Who is told of alarms; without it an alarm has no subscriber. */
  alarmEmail: string | undefined;
  /** Where people may be sent after they signed in, beside the pages. */
  callbackUrl: string | undefined;
  /** Prefix of the sign-in page's address; without it there is no sign-in page. */
  signInDomain: string | undefined;
  /** The pages' own address and its certificate (of us-east-1); without it they have one of CloudFront's. */
  pageDomain: { name: string; certificateArn: string } | undefined;
  /** The district's identity provider, by which people sign in. */
  identityProvider: IdentityProvider | undefined;
  /** What it says in `amr` or `acr` of somebody who gave a second factor: `mfa`, or an address of its own. */
  mfaValues: string;
  /** Whether it may say what somebody may see, in its claim `rollcall_grants`. */
  grantsFromClaim: boolean;
  /** ARN of the number or pool that texts come from; without it no text is sent. */
  textOrigin: string | undefined;
  logRetention: RetentionDays;
  deletionProtection: boolean;
  /** Units that on-demand tables serve at once; undefined keeps AWS's default. */
  warmThroughput: { readUnitsPerSecond: number; writeUnitsPerSecond: number } | undefined;
};

export type IdentityProvider =
  | { kind: "oidc"; issuer: string; clientId: string; /** In Secrets Manager. */ secretName: string }
  | { kind: "saml"; metadataUrl: string };

type Context = { tryGetContext(name: string): unknown };

const textOf = (value: unknown) => (typeof value === "string" && value !== "" ? value : undefined);

/** Throws on a stage that is none: a misspelled `prod` must not deploy an unprotected table. */
export function readConfig(node: Context): DeployConfig {
  const named = textOf(node.tryGetContext("stage")) ?? "dev";
  const stage = STAGES.find((candidate) => candidate === named);
  if (stage === undefined) throw new Error(`stage "${named}" is not one of ${STAGES.join(", ")}`);
  const production = stage === "prod";
  return {
    stage,
    sender: textOf(node.tryGetContext("sender")) ?? "rollcall@example.org",
    alarmEmail: textOf(node.tryGetContext("alarmEmail")),
    callbackUrl: textOf(node.tryGetContext("callbackUrl")),
    signInDomain: textOf(node.tryGetContext("signInDomain")),
    pageDomain: pageDomainOf(node),
    identityProvider: identityProviderOf(node),
    mfaValues: textOf(node.tryGetContext("mfaValues")) ?? "",
    grantsFromClaim: textOf(node.tryGetContext("grantsFromClaim")) === "yes",
    textOrigin: textOf(node.tryGetContext("textOrigin")),
    logRetention: production ? RetentionDays.ONE_YEAR : RetentionDays.ONE_MONTH,
    deletionProtection: production,
    warmThroughput: production ? { readUnitsPerSecond: 12_000, writeUnitsPerSecond: 4_000 } : undefined,
  };
}

function pageDomainOf(node: Context): DeployConfig["pageDomain"] {
  const [name, certificateArn] = ["pageDomain", "pageCertificateArn"].map((key) =>
    textOf(node.tryGetContext(key)),
  );
  if (name === undefined && certificateArn === undefined) return undefined;
  if (name === undefined || certificateArn === undefined)
    throw new Error("pageDomain and pageCertificateArn belong together");
  return { name, certificateArn };
}

/** Throws on half a provider: nobody could sign in by it. */
function identityProviderOf(node: Context): IdentityProvider | undefined {
  const metadataUrl = textOf(node.tryGetContext("samlMetadataUrl"));
  if (metadataUrl !== undefined) return { kind: "saml", metadataUrl };
  const [issuer, clientId, secretName] = ["oidcIssuer", "oidcClientId", "oidcSecretName"].map((name) =>
    textOf(node.tryGetContext(name)),
  );
  if (issuer === undefined && clientId === undefined && secretName === undefined) return undefined;
  if (issuer === undefined || clientId === undefined || secretName === undefined)
    throw new Error("oidcIssuer, oidcClientId and oidcSecretName belong together");
  return { kind: "oidc", issuer, clientId, secretName };
}
