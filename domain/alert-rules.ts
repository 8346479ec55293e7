import { feedSilent } from "./feed-silent.ts";
import { missedSessions } from "./missed-sessions.ts";
import type { Rule, RuleId } from "./rule.ts";

/** In the order in which they hold back others: what comes first is known when the next is judged. */
export const RULES: readonly Rule[] = [feedSilent, missedSessions];

export const ruleOf = (id: RuleId): Rule => (id === feedSilent.id ? feedSilent : missedSessions);
