import { RULE_TEXTS, rulesView, thresholdsOf, type RuleView } from "../domain/rules-view.ts";
import { DEFAULT_SETTINGS, type Settings } from "../domain/settings.ts";
import { layersOf } from "../domain/setup.ts";
import { alignColumns } from "./report-text.ts";
import { UsageError } from "./fail.ts";
import type { Target } from "./target.ts";

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
  const rows = RULE_TEXTS.map((rule) => {
    const when = rule.digest === "weekly" ? "weekly" : rule.sameDay ? "same day" : "daily";
    const cells = [
      `\`${rule.id}\``,
      rule.describe(DEFAULT_SETTINGS),
      rule.heldBackBy.length === 0 ? "–" : rule.heldBackBy.map((id) => `\`${id}\``).join(", "),
      `${rule.goesTo.join(", ")}, ${when}`,
      rule.text ? "opt-in" : "–",
      thresholdsOf(rule)
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
