import { ESCALATION } from "./escalation.ts";
import type { RuleText } from "./rule.ts";
import { RULES } from "./rules/index.ts";
import { levelOf, settingsOf, type Layer } from "./settings.ts";

/** A rule as people see it: its sentence with the thresholds in force, and where each of them is set. */
export type RuleView = {
  rule: string;
  fires: string;
  off: boolean;
  thresholds: { name: string; value: unknown; set_by: string }[];
  source: string;
};

/** What is told to people: what the rules find in sessions, and what nobody answered. */
export const RULE_TEXTS: readonly RuleText[] = [...RULES, ESCALATION];

export const thresholdsOf = ({ thresholds }: RuleText) => thresholds.filter((name) => name !== "off");

export function rulesView(layers: readonly Layer[]): RuleView[] {
  const settings = settingsOf(layers);
  return RULE_TEXTS.map((rule) => ({
    rule: rule.id,
    fires: rule.describe(settings),
    off: settings.off.some((id) => id === rule.id),
    thresholds: thresholdsOf(rule).map((name) => ({
      name,
      value: settings[name],
      set_by: levelOf(layers, name),
    })),
    source: rule.source,
  }));
}
