import { RetentionDays } from "aws-cdk-lib/aws-logs";

const STAGES = ["dev", "prod"] as const;
type Stage = (typeof STAGES)[number];

type Switch = {
  /** What it decides, as `docs/first-deployment.md` says it. */
  says: string;
  /** A value that synthesizes: `.ci/run` tries each. */
  example: string;
  required?: true;
  /** Switches that mean nothing without this one. */
  with?: readonly SwitchName[];
};
type SwitchName =
  | "stage"
  | "sender"
  | "signInDomain"
  | "alarmEmail"
  | "callbackUrl"
  | "pageDomain"
  | "pageCertificateArn"
  | "oidcIssuer"
  | "oidcClientId"
  | "oidcSecretName"
  | "samlMetadataUrl"
  | "emailVerifiedClaim"
  | "mfaEnforced"
  | "grantsFromClaim"
  | "textOrigin";

const OIDC = ["oidcIssuer", "oidcClientId", "oidcSecretName"] as const;
const PAGE = ["pageDomain", "pageCertificateArn"] as const;

/** Every switch of a deployment: a line of `rollcall.config.yaml`, or `-c NAME=VALUE`, which overrides that line. */
export const SWITCHES: Record<SwitchName, Switch> = {
  stage: { says: "`dev` or `prod`; `prod` protects the data from deletion", example: "prod" },
  sender: {
    says: "the address that mails come from; verify it in SES",
    example: "rollcall@district.example",
    required: true,
  },
  signInDomain: {
    says: "prefix of the sign-in page's address, unique in the region",
    example: "rollcall-district",
    required: true,
  },
  alarmEmail: { says: "who is told of alarms", example: "ops@district.example" },
  callbackUrl: {
    says: "where people may be sent after they signed in, beside the pages",
    example: "https://tools.district.example/",
  },
  pageDomain: { says: "an address of the pages' own", example: "rollcall.district.example", with: PAGE },
  pageCertificateArn: {
    says: "its certificate, in us-east-1",
    example: "arn:aws:acm:us-east-1:111111111111:certificate/example",
    with: PAGE,
  },
  oidcIssuer: {
    says: "the district's identity provider, by OpenID Connect",
    example: "https://id.district.example",
    with: OIDC,
  },
  oidcClientId: { says: "the client id it gave you", example: "rollcall", with: OIDC },
  oidcSecretName: {
    says: "name of the secret in Secrets Manager that holds the client secret",
    example: "rollcall/oidc",
    with: OIDC,
  },
  samlMetadataUrl: {
    says: "the district's identity provider, by SAML",
    example: "https://id.district.example/metadata.xml",
  },
  emailVerifiedClaim: {
    says: "the claim by which OpenID Connect vouches for an address, `email_verified` unless you say otherwise",
    example: "xms_edov",
    with: [...OIDC, "emailVerifiedClaim"],
  },
  mfaEnforced: {
    says: "`yes` where the identity provider lets nobody in here without a second factor",
    example: "yes",
  },
  grantsFromClaim: {
    says: "`yes` lets its claim `rollcall_grants` stand in for `people:`",
    example: "yes",
  },
  textOrigin: {
    says: "ARN of the number or pool that texts come from; without it no text is sent",
    example: "arn:aws:sms-voice:us-east-1:111111111111:phone-number/example",
  },
};

/** What an admin decides when she deploys: see SWITCHES. */
export type DeployConfig = {
  stage: Stage;
  /** The verified address that mails come from. */
  sender: string;
  /** Who is told of alarms; without it an alarm has no subscriber. */
  alarmEmail: string | undefined;
  /** Where people may be sent after they signed in, beside the pages. */
  callbackUrl: string | undefined;
  /** Prefix of the sign-in page's address. */
  signInDomain: string;
  /** The pages' own address and its certificate (of us-east-1); without it they have one of CloudFront's. */
  pageDomain: { name: string; certificateArn: string } | undefined;
  /** The district's identity provider, by which people sign in. */
  identityProvider: IdentityProvider | undefined;
  /** Whether it lets nobody in here without a second factor. */
  mfaEnforced: boolean;
  /** Whether it may say what somebody may see, in its claim `rollcall_grants`. */
  grantsFromClaim: boolean;
  /** ARN of the number or pool that texts come from; without it no text is sent. */
  textOrigin: string | undefined;
  logRetention: RetentionDays;
  deletionProtection: boolean;
  /** Units that on-demand tables serve at once; undefined keeps AWS's default. */
  warmThroughput: { readUnitsPerSecond: number; writeUnitsPerSecond: number } | undefined;
};

type IdentityProvider =
  | {
      kind: "oidc";
      issuer: string;
      clientId: string;
      /** In Secrets Manager. */ secretName: string;
      /** What vouches for an address. */ emailVerifiedClaim: string;
    }
  | { kind: "saml"; metadataUrl: string };

type Context = { tryGetContext(name: string): unknown };

/** Throws where a switch is missing, misspelled or half given: a wrong deployment is dearer than none. */
export function readConfig(node: Context): DeployConfig {
  const of = (name: SwitchName) => {
    const value: unknown = node.tryGetContext(name);
    return typeof value === "string" && value.trim() !== "" ? value.trim() : undefined;
  };
  const required = (name: SwitchName) => {
    const value = of(name);
    if (value !== undefined) return value;
    throw new Error(
      `${name} is missing (${SWITCHES[name].says}). Write it into rollcall.config.yaml, or give -c ${name}=VALUE.`,
    );
  };
  const named = of("stage") ?? "dev";
  const stage = STAGES.find((candidate) => candidate === named);
  if (stage === undefined) throw new Error(`stage "${named}" is not one of ${STAGES.join(", ")}`);
  const production = stage === "prod";
  return {
    stage,
    sender: senderOf(required("sender")),
    alarmEmail: of("alarmEmail"),
    callbackUrl: of("callbackUrl"),
    signInDomain: prefixOf(required("signInDomain")),
    pageDomain: pageDomainOf(of),
    identityProvider: identityProviderOf(of),
    mfaEnforced: isYes(of, "mfaEnforced"),
    grantsFromClaim: isYes(of, "grantsFromClaim"),
    textOrigin: of("textOrigin"),
    logRetention: production ? RetentionDays.ONE_YEAR : RetentionDays.ONE_MONTH,
    deletionProtection: production,
    warmThroughput: production ? { readUnitsPerSecond: 12_000, writeUnitsPerSecond: 4_000 } : undefined,
  };
}

type Of = (name: SwitchName) => string | undefined;

function senderOf(sender: string): string {
  if (/^[^\s@]+@[^\s@]+\.[^\s@]+$/.test(sender)) return sender;
  throw new Error(`sender "${sender}" is no e-mail address`);
}

/** Cognito's own rule. */
function prefixOf(prefix: string): string {
  if (/^[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?$/.test(prefix) && !/aws|amazon|cognito/.test(prefix))
    return prefix;
  throw new Error(
    `signInDomain "${prefix}" is no prefix: lower-case letters, digits and hyphens, without "aws", "amazon" or "cognito"`,
  );
}

/** Throws on what is neither yes nor no: `grantsFromClaim: ture` must not be a silent no. */
function isYes(of: Of, name: SwitchName): boolean {
  const value = of(name);
  if (value === undefined || value === "no" || value === "false") return false;
  if (value === "yes" || value === "true") return true;
  throw new Error(`${name} "${value}" is neither yes nor no`);
}

function pageDomainOf(of: Of): DeployConfig["pageDomain"] {
  const [name, certificateArn] = PAGE.map(of);
  if (name === undefined && certificateArn === undefined) return undefined;
  if (name === undefined || certificateArn === undefined)
    throw new Error(`${PAGE.join(" and ")} belong together`);
  return { name, certificateArn };
}

/** Throws on half a provider, and on two: nobody could tell by which people sign in. */
function identityProviderOf(of: Of): IdentityProvider | undefined {
  const metadataUrl = of("samlMetadataUrl");
  const [issuer, clientId, secretName] = OIDC.map(of);
  const none = issuer === undefined && clientId === undefined && secretName === undefined;
  if (metadataUrl !== undefined && !none)
    throw new Error("name one identity provider: samlMetadataUrl, or the oidc switches");
  if (none && of("emailVerifiedClaim") !== undefined)
    throw new Error(`emailVerifiedClaim needs OpenID Connect (${OIDC.join(", ")})`);
  if (metadataUrl !== undefined) return { kind: "saml", metadataUrl };
  if (none) return undefined;
  if (issuer === undefined || clientId === undefined || secretName === undefined)
    throw new Error("oidcIssuer, oidcClientId and oidcSecretName belong together");
  const emailVerifiedClaim = of("emailVerifiedClaim") ?? "email_verified";
  return { kind: "oidc", issuer, clientId, secretName, emailVerifiedClaim };
}

/** Sets of switches that every check of the template goes through: each alone with what it needs, and all together. */
export function switchSets(): Record<string, string>[] {
  const valuesOf = (names: readonly string[]) =>
    Object.fromEntries(
      Object.entries(SWITCHES)
        .filter(([name, { required }]) => required === true || names.includes(name))
        .map(([name, { example }]) => [name, example]),
    );
  const names = Object.keys(SWITCHES);
  const alone = Object.entries(SWITCHES).map(([name, { with: partners }]) => valuesOf(partners ?? [name]));
  const together = [[...OIDC, "emailVerifiedClaim"], ["samlMetadataUrl"]].map((left) =>
    valuesOf(names.filter((name) => !left.some((one) => one === name))),
  );
  const seen = new Map([...alone, ...together].map((set) => [JSON.stringify(set), set]));
  return [...seen.values()];
}
