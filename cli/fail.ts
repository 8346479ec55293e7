/** What an admin did that cannot be done: shown as one sentence, without a stack. */
export class UsageError extends Error {
  override name = "UsageError";
}

const CREDENTIALS =
  "AWS does not take your credentials, or has none. Sign in (`aws sso login`, or AWS_PROFILE, or AWS_ACCESS_KEY_ID), check with `aws sts get-caller-identity`, and run the command again.";

/** What the SDK throws, by the name of its error, and what an admin does about it. */
const SENTENCES: Record<string, string> = {
  CredentialsProviderError: CREDENTIALS,
  ExpiredToken: CREDENTIALS,
  ExpiredTokenException: CREDENTIALS,
  TokenProviderError: CREDENTIALS,
  InvalidClientTokenId: CREDENTIALS,
  UnrecognizedClientException: CREDENTIALS,
  InvalidSignatureException: CREDENTIALS,
  SignatureDoesNotMatch: CREDENTIALS,
  TimeoutError: "AWS did not answer in time. Nothing is lost: run the command again.",
  NetworkingError: "AWS cannot be reached from here: is there a network, and is AWS_REGION right?",
  ENOTFOUND: "AWS cannot be reached from here: is there a network, and is AWS_REGION right?",
  ECONNREFUSED: "Nothing answers at that address. If it is the local stack, start it again with `npm start`.",
  ECONNRESET: "The connection broke off. Nothing is lost: run the command again.",
  ResourceNotFoundException:
    "What the stack names is not there any more: is the region right, and was the stack deployed to its end?",
  ThrottlingException: "AWS asks to go slower. Nothing is lost: wait a minute, then run the command again.",
  ProvisionedThroughputExceededException:
    "The table asks to go slower. Nothing is lost: wait a minute, then run the command again.",
};

const DENIED = /AccessDenied|Unauthorized|NotAuthorized|Forbidden/i;

/**
 * Says as one sentence what an admin can do about a failed command: of UsageError, and of every failure that AWS or the
 * way to it causes. Undefined for anything else, which is a fault of ours and keeps its stack.
 */
export function sentenceOf(error: unknown): string | undefined {
  if (!(error instanceof Error)) return undefined;
  if (error instanceof UsageError) return error.message;
  if (error instanceof AggregateError) return error.errors.map(sentenceOf).find((text) => text !== undefined);
  const known = SENTENCES[error.name] ?? SENTENCES[codeOf(error)];
  if (known !== undefined) return known;
  if (/^Region (?:is missing|not accepted)/.test(error.message)) return NO_REGION;
  return DENIED.test(error.name) ? deniedOf(error.message) : answeredOf(error);
}

const NO_REGION =
  "No AWS region is set, or a wrong one. Name the one that the stack is in: `export AWS_REGION=us-east-1`.";
const codeOf = (error: Error) => ("code" in error && typeof error.code === "string" ? error.code : "");

function answeredOf(error: Error): string | undefined {
  const missing = /Stack with id (\S+) does not exist/.exec(error.message)?.[1];
  if (missing !== undefined)
    return `There is no stack ${missing} in this account and region. \`aws cloudformation list-stacks\` names those that are; a Rollcall stack is called Rollcall-prod or Rollcall-dev.`;
  // every service of the SDK puts this beside its errors
  return "$metadata" in error
    ? `AWS answered ${error.name}. If it comes again, look for that word in AWS's documentation of the service.`
    : undefined;
}

function deniedOf(message: string): string {
  const action = /perform: (\S+)/.exec(message)?.[1] ?? "this";
  return `AWS refuses ${action}: your role lacks the right. docs/first-deployment.md lists what an admin needs.`;
}
