import { isOver, totalMinutes } from "../metrics.ts";
import type { Firing, Rule, RuleInput } from "../rule.ts";
import { asPercent, daysAmong, pastSchoolDays, percent, providersOf, readsBack } from "./reading.ts";

const DEFAULT_GROUP_LIMIT = 4;

export const ratioOverLimit: Rule = {
  id: "ratio-over-limit",
  describe: ({ ratio_share, ratio_days }) =>
    `Under ${asPercent(ratio_share)} of a provider's minutes at a school were in groups within the program's limit, over ${ratio_days} school days. Groups of unknown size do not count.`,
  source: "NSSA, Louisiana, Colorado: groups of at most 4",
  thresholds: ["ratio_share", "ratio_days"],
  about: "provider",
  heldBackBy: ["provider-feed-silent"],
  goesTo: ["site_lead"],
  digest: "weekly",
  sameDay: false,
  text: false,
  onReport: "never",
  reads: (input) => readsBack(input.settings.ratio_days)(input),
  evaluate: (input) => providersOf(input).flatMap((provider_id) => crowdedBy(input, provider_id) ?? []),
};

function crowdedBy(input: RuleInput, provider_id: string): Firing | undefined {
  const { ratio_days, ratio_share } = input.settings();
  const limits = new Map(input.programs.map((program) => [program.program_id, program.group_limit]));
  const days = daysAmong(input, pastSchoolDays(input, ratio_days)).map(({ day, summary }) => {
    const rows = summary.student_sessions.filter(
      (row) => row.provider_id === provider_id && row.group_size !== null,
    );
    const over = rows.filter((row) => isOver(row, limits.get(row.program_id) ?? DEFAULT_GROUP_LIMIT));
    return { day, rows, over };
  });
  const minutes = totalMinutes(days.flatMap(({ rows }) => rows));
  const over = days.flatMap((day) => day.over);
  const within = minutes - totalMinutes(over);
  if (minutes === 0 || within / minutes >= ratio_share) return undefined;
  return {
    rule: "ratio-over-limit",
    subject: provider_id,
    since: days.find((day) => day.over.length > 0)?.day ?? "",
    provider_ids: [provider_id],
    facts: {
      percent: percent(within, minutes),
      minutes,
      largest_group: Math.max(...over.map(({ group_size }) => group_size ?? 0)),
    },
  };
}
