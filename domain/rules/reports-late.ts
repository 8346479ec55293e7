import { mergeAll, type Summary } from "../day-summary.ts";
import { lagQuantile } from "../metrics.ts";
import { sum } from "../numbers.ts";
import type { Firing, Rule, RuleInput } from "../rule.ts";
import {
  asPercent,
  daysAmong,
  overdueAt,
  pastSchoolDays,
  percent,
  providersOf,
  readsBack,
  reportsOn,
} from "./reading.ts";

export const reportsLate: Rule = {
  id: "reports-late",
  describe: ({ completeness_share, lag_hours, reporting_days }) =>
    `Over ${reporting_days} school days, under ${asPercent(completeness_share)} of a provider's sessions had a final report ${lag_hours} hours after their end, or one report in ten came later than that.`,
  source: "design: on time is within 24 hours; TNTP names timely collection as the open problem",
  thresholds: ["completeness_share", "lag_hours", "reporting_days"],
  about: "provider",
  heldBackBy: ["provider-feed-silent"],
  goesTo: ["provider"],
  digest: "daily",
  sameDay: false,
  text: false,
  onReport: "never",
  reads: (input) => readsBack(input.settings.reporting_days)(input),
  evaluate: (input) => providersOf(input).flatMap((provider_id) => lateOf(input, provider_id) ?? []),
};

function lateOf(input: RuleInput, provider_id: string): Firing | undefined {
  const { completeness_share, lag_hours, reporting_days } = input.settings();
  const before = input.now - lag_hours * 3600;
  const days = daysAmong(input, pastSchoolDays(input, reporting_days));
  const missingOn = ({ summary }: RuleInput["days"][number]) =>
    overdueAt(summary, provider_id, before).length;
  const missing = sum(days.map(missingOn));
  const reported = sum(days.map(({ summary }) => reportsOn(summary, provider_id)));
  const expected = reported + missing;
  const lag = lagHours(
    days.map(({ summary }) => summary),
    provider_id,
  );
  const incomplete = expected > 0 && reported / expected < completeness_share;
  if (!incomplete && lag <= lag_hours) return undefined;
  const since = days.find((day) => missingOn(day) > 0)?.day ?? days[0]?.day ?? "";
  // beyond the last bin there is no number to show
  const lag_p90_hours = Number.isFinite(lag) ? lag : "over 720";
  const facts = { missing, expected, percent: percent(reported, expected), lag_p90_hours };
  return { rule: "reports-late", subject: provider_id, since, provider_ids: [provider_id], facts };
}

/** p90 of the reporting lag in hours: the upper bound of its bin; infinite beyond the last. */
function lagHours(summaries: readonly Summary[], provider_id: string): number {
  const whole = mergeAll(summaries);
  const providers = whole.providers.filter((row) => row.provider_id === provider_id);
  if (sum(providers.flatMap(({ lag }) => lag)) === 0) return 0;
  const minutes = lagQuantile({ ...whole, providers }, 0.9);
  return minutes === null ? Infinity : minutes / 60;
}
