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
export function isTransient(error: unknown): boolean {
  if (!(error instanceof Error)) return false;
  if (NAMES.has(error.name)) return true;
  if ("$fault" in error && error.$fault === "server") return true;
  if ("code" in error && typeof error.code === "string" && CODES.has(error.code)) return true;
  return (
    "CancellationReasons" in error &&
    JSON.stringify(error.CancellationReasons).includes("TransactionConflict")
  );
}
