const NAMES = new Set([
  "ProvisionedThroughputExceededException",
  "ThrottlingException",
  "Throttling",
  "TooManyRequestsException",
  "LimitExceededException",
  "RequestLimitExceeded",
  "InternalServerError",
  "ServiceUnavailable",
  "TransactionConflictException",
  "TransactionInProgressException",
  "TimeoutError",
  "SlowDown",
]);
const CODES = new Set(["ECONNRESET", "ECONNREFUSED", "EPIPE", "ETIMEDOUT", "EAI_AGAIN"]);

/** Whether trying again can help: throttling, a fault of the service, a broken connection, a transaction in the way. */
export const isTransient = (error: unknown): boolean =>
  error instanceof Error && (isNamed(error) || isServersFault(error) || isInTheWay(error));

const isNamed = (error: Error) =>
  NAMES.has(error.name) || ("code" in error && typeof error.code === "string" && CODES.has(error.code));

/** Also what the SDK knows no name for, such as a full disk of DynamoDB Local. */
const isServersFault = (error: Error) =>
  ("$fault" in error && error.$fault === "server") ||
  ("$metadata" in error && statusOf(error.$metadata) >= 500);

const statusOf = (metadata: unknown) =>
  typeof metadata === "object" && metadata !== null && "httpStatusCode" in metadata
    ? Number(metadata.httpStatusCode)
    : 0;

const isInTheWay = (error: Error) =>
  "CancellationReasons" in error && JSON.stringify(error.CancellationReasons).includes("TransactionConflict");
