/** us-east-1, on demand, November 2026, in dollars. */
export const PRICES = {
  write_unit: 0.625e-6,
  read_unit: 0.125e-6,
  gateway_request: 1.0e-6,
  /** CloudFront in North America, HTTPS; the first ten million a month are free, and not counted as such. */
  cdn_request: 1.0e-6,
  cdn_byte: 0.085 / 1e9,
  lambda_request: 0.2e-6,
  /** Per GB-second on arm64. */
  lambda_gb_second: 0.0000133334,
  /** Ingested into CloudWatch, per byte. */
  log_byte: 0.5 / 1e9,
} as const;

/** us-east-1, November 2026, in dollars a month. */
export const MONTHLY = {
  key: 1,
  alarm: 0.1,
  dashboard: 3,
  /** A gigabyte in the table, and in its point-in-time recovery. */
  stored_gigabyte: 0.25 + 0.2,
} as const;

/** In dollars, each. */
export const EACH = {
  mail: 0.1 / 1000,
  /** With the fees of carriers. */
  text: 12 / 1000,
  /** Somebody who signs in at Cognito in a month (essentials); the first 10,000 with a password, and 50 of an identity provider, are free, and not counted as such. */
  person: 0.015,
  /** A call of KMS: the table, the logs and the buckets share one key, whose data keys are kept for minutes. */
  key_call: 0.03 / 10_000,
} as const;
