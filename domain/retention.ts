/**
 * How long each kind of data is kept, in days; the one place that says so. DynamoDB deletes what has expired within
 * days, and everything made of it follows. `docs/privacy.md` tells the reasons.
 */
export const RETENTION = {
  /** Sessions and their summaries, after the day of the session: a student's time at a school, and three years of audits. */
  sessions: 5 * 366,
  /** Sessions of schools that were never set up, after they arrived. */
  quarantine: 366,
  /** What a provider's post got wrong. */
  refusals: 30,
  /** What people were told: a school year and its audit. */
  messages: 400,
  /** Alerts whose episode is over. */
  alerts: 3 * 366,
  /** Stream records that could not be used; the failure bucket keeps as long. */
  failures: 90,
  /** Who read or changed what: longer than all it is about. */
  audit: 7 * 366,
} as const;
