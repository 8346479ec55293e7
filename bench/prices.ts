/** us-east-1, on demand, November 2026, in dollars. */
export const PRICES = {
  write_unit: 0.625e-6,
  read_unit: 0.125e-6,
  gateway_request: 1.0e-6,
  lambda_request: 0.2e-6,
  /** Per GB-second on arm64. */
  lambda_gb_second: 0.0000133334,
  /** Ingested into CloudWatch, per byte. */
  log_byte: 0.5 / 1e9,
} as const;
