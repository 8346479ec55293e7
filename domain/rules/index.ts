import type { Firing, Range, Rule, RuleInput } from "../rule.ts";
import type { RuleId } from "../words.ts";
import { assignedNeverStarted } from "./assigned-never-started.ts";
import { offPace } from "./off-pace.ts";
import { overlappingSessions } from "./overlapping-sessions.ts";
import { providerFeedSilent } from "./provider-feed-silent.ts";
import { ratioOverLimit } from "./ratio-over-limit.ts";
import { reportsLate } from "./reports-late.ts";
import { siteUnderDelivery } from "./site-under-delivery.ts";
import { studentMissedSessions } from "./student-missed-sessions.ts";
import { tutorChangedTooOften } from "./tutor-changed-too-often.ts";
import { underDosed } from "./under-dosed.ts";
import { unknownPrograms } from "./unknown-programs.ts";
import { unknownStudents } from "./unknown-students.ts";

const BY_ID: Readonly<Record<RuleId, Rule>> = {
  "provider-feed-silent": providerFeedSilent,
  "site-under-delivery": siteUnderDelivery,
  "student-missed-sessions": studentMissedSessions,
  "assigned-never-started": assignedNeverStarted,
  "under-dosed": underDosed,
  "off-pace": offPace,
  "tutor-changed-too-often": tutorChangedTooOften,
  "ratio-over-limit": ratioOverLimit,
  "reports-late": reportsLate,
  "unknown-students": unknownStudents,
  "unknown-programs": unknownPrograms,
  "overlapping-sessions": overlappingSessions,
};

/** In the order in which they hold back others: what comes first is known when the next is judged. */
export const RULES: readonly Rule[] = Object.values(BY_ID);

export const ruleOf = (id: RuleId): Rule => BY_ID[id];

/** The days that these rules read together. */
export function rangeOf(rules: readonly RuleId[], input: Parameters<Rule["reads"]>[0]): Range {
  const ranges = rules.map((id) => ruleOf(id).reads(input));
  const earliest = ranges.map(({ from }) => from).sort()[0] ?? input.today;
  const latest = ranges
    .map(({ to }) => to)
    .sort()
    .at(-1);
  return { from: earliest, to: latest ?? input.today };
}

/** What these rules find. Each sees the days it reads and no others, so that it says the same whoever asks. */
export function firingOf(rules: readonly RuleId[], input: RuleInput): Firing[] {
  const settings = input.settings();
  return RULES.filter(({ id }) => rules.includes(id) && !settings.off.includes(id)).flatMap((rule) => {
    const { from, to } = rule.reads({ ...input, settings });
    return rule.evaluate({ ...input, days: input.days.filter(({ day }) => from <= day && day <= to) });
  });
}
