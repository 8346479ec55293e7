import { ESCALATION } from "../domain/escalation.ts";
import type { RuleText } from "../domain/rule.ts";
import { RULES } from "../domain/rules/index.ts";
import { DEFAULT_SETTINGS, levelOf, settingsOf, type Layer, type Settings } from "../domain/settings.ts";
import { layersOf } from "../domain/setup.ts";
import { alignColumns } from "./report-text.ts";
import { UsageError } from "./fail.ts";
import type { Target } from "./target.ts";

/** A rule as an admin sees it: its sentence with the thresholds in force, and where each of them is set. */
export type RuleView = {
  rule: string;
  fires: string;
  off: boolean;
  thresholds: { name: string; value: unknown; set_by: string }[];
  source: string;
};

/** What is told to people: what the rules find in sessions, and what nobody answered. */
const ALL: readonly RuleText[] = [...RULES, ESCALATION];

const namesOf = ({ thresholds }: RuleText) => thresholds.filter((name) => name !== "off");

export function rulesView(layers: readonly Layer[]): RuleView[] {
  const settings = settingsOf(layers);
  return ALL.map((rule) => ({
    rule: rule.id,
    fires: rule.describe(settings),
    off: settings.off.some((id) => id === rule.id),
    thresholds: namesOf(rule).map((name) => ({
      name,
      value: settings[name],
      set_by: levelOf(layers, name),
    })),
    source: rule.source,
  }));
}

type Options = { school?: string | undefined; program?: string | undefined };

/** The rules with the thresholds in force in the deployment, at a school, or for a program at a school. */
export async function listRules(
  target: Pick<Target, "setup">,
  { school: school_id, program }: Options,
): Promise<RuleView[]> {
  const setup = await target.setup.all();
  if (school_id === undefined) return rulesView([{ level: "deployment", settings: setup.settings }]);
  const school = setup.schools.find((candidate) => candidate.school_id === school_id);
  if (school === undefined) throw new UsageError(`School ${school_id} is not set up.`);
  return rulesView(layersOf(setup, school, program));
}

export function rulesText(views: readonly RuleView[]): string {
  return views
    .map(({ rule, fires, off, thresholds, source }) => {
      const rows = thresholds.map(({ name, value, set_by }) => ["", name, String(value), `(${set_by})`]);
      return [
        `${rule}${off ? " (switched off)" : ""}: ${fires}`,
        ...alignColumns(rows, 4),
        `  default: ${source}`,
      ].join("\n");
    })
    .join("\n\n");
}

const valueOf = (settings: Settings, name: keyof Settings) => `\`${name}\` ${String(settings[name])}`;

/** The table of the README. */
export function rulesMarkdown(): string {
  const rows = ALL.map((rule) => {
    const when = rule.digest === "weekly" ? "weekly" : rule.sameDay ? "same day" : "daily";
    const cells = [
      `\`${rule.id}\``,
      rule.describe(DEFAULT_SETTINGS),
      rule.heldBackBy.length === 0 ? "–" : rule.heldBackBy.map((id) => `\`${id}\``).join(", "),
      `${rule.goesTo.join(", ")}, ${when}`,
      rule.text ? "opt-in" : "–",
      namesOf(rule)
        .map((name) => valueOf(DEFAULT_SETTINGS, name))
        .join(", "),
      rule.source,
    ];
    return `| ${cells.join(" | ")} |`;
  });
  return [
    "| rule | fires when | held back by | goes to | text | thresholds | source of the defaults |",
    "|---|---|---|---|---|---|---|",
    ...rows,
  ].join("\n");
}
