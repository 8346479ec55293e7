import type { RuleId } from "../domain/words.ts";

/** What an alert's subject is: the rules name students, or the provider that must mend it. */
const ABOUT_PROVIDERS: readonly RuleId[] = [
  "provider-feed-silent",
  "site-under-delivery",
  "ratio-over-limit",
  "reports-late",
  "unknown-students",
];
export const isAboutStudent = (rule: RuleId) => !ABOUT_PROVIDERS.includes(rule);
