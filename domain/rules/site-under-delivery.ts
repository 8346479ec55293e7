import { wasHeld } from "../metrics.ts";
import { sum } from "../numbers.ts";
import type { Firing, Rule, RuleInput } from "../rule.ts";
import { WEEK_DAYS } from "../school-day.ts";
import {
  asPercent,
  daysAmong,
  deliveredBy,
  isFullSchoolDay,
  overdueAt,
  pastSchoolDays,
  percent,
  promisedPerWeek,
  providersOf,
  readsBack,
} from "./reading.ts";

/** Two weeks: in fewer days a rhythm such as Monday, Wednesday, Friday falls short of its week by itself. */
const UNSCHEDULED_DAYS = 10;
/** A report is on time within a day, so a session is not missing before. */
const ON_TIME_SECONDS = 86_400;

/**
 * Per provider, because one who delivers must not hide one who does not. Counted in sessions; of a provider that
 * posts no schedules and cancels nothing, in student-sessions against what its enrolments promise.
 */
export const siteUnderDelivery: Rule = {
  id: "site-under-delivery",
  describe: ({ delivery_share, delivery_days }) =>
    `A provider held under ${asPercent(delivery_share)} of the sessions expected of it at a school over ${delivery_days} school days (over ${UNSCHEDULED_DAYS}, where it posts no schedules).`,
  source: "design; NSSA counts sessions held against sessions scheduled",
  thresholds: ["delivery_share", "delivery_days"],
  about: "provider",
  heldBackBy: ["provider-feed-silent"],
  goesTo: ["site_lead"],
  digest: "daily",
  sameDay: true,
  text: true,
  onReport: "while-open",
  reads: (input) => readsBack(Math.max(UNSCHEDULED_DAYS, input.settings.delivery_days))(input),
  evaluate: (input) =>
    providersOf(input).flatMap((provider_id) => scheduledShortfall(input, provider_id) ?? []),
};

function scheduledShortfall(input: RuleInput, provider_id: string): Firing | undefined {
  const window = pastSchoolDays(input, input.settings().delivery_days).filter((day) =>
    isFullSchoolDay(day, input),
  );
  const days = daysAmong(input, window).map(({ day, summary }) => {
    const { held, notHeld, byProvider } = deliveredBy(summary, provider_id);
    const missing = notHeld + overdueAt(summary, provider_id, input.now - ON_TIME_SECONDS).length;
    return { day, held, missing, byProvider };
  });
  const missing = sum(days.map((day) => day.missing));
  const held = sum(days.map((day) => day.held));
  // where nothing is said to be missing, its enrolments may say so
  if (missing === 0 && !input.scheduling.includes(provider_id)) return promisedShortfall(input, provider_id);
  const by_provider = sum(days.map((day) => day.byProvider));
  const since = days.find((day) => day.missing > 0)?.day;
  return shortfall(input, { provider_id, held, expected: held + missing, by_provider, since });
}

function promisedShortfall(input: RuleInput, provider_id: string): Firing | undefined {
  const window = pastSchoolDays(input, UNSCHEDULED_DAYS).filter((day) => isFullSchoolDay(day, input));
  const since = window.at(-1);
  if (window.length < UNSCHEDULED_DAYS || since === undefined) return undefined;
  const promised = window.map((day) => promisedPerWeek(input, provider_id, day) / WEEK_DAYS);
  const held = sum(
    daysAmong(input, window).map(
      ({ summary }) =>
        summary.student_sessions.filter((row) => row.provider_id === provider_id && wasHeld(row)).length,
    ),
  );
  const expected = Math.floor(sum(promised));
  return shortfall(input, { provider_id, held, expected, by_provider: 0, since });
}

type Shortfall = {
  provider_id: string;
  held: number;
  expected: number;
  by_provider: number;
  since: string | undefined;
};

function shortfall(
  { settings }: RuleInput,
  { provider_id, held, expected, by_provider, since }: Shortfall,
): Firing | undefined {
  if (since === undefined || expected === 0 || held / expected >= settings().delivery_share) return undefined;
  const facts = { held, expected, percent: percent(held, expected), by_provider };
  return { rule: "site-under-delivery", subject: provider_id, since, provider_ids: [provider_id], facts };
}
