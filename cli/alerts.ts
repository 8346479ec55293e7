import type { Alert } from "../domain/alert-life.ts";
import { byText } from "../domain/ids.ts";
import { alignColumns } from "./report-text.ts";
import { UsageError } from "./fail.ts";
import type { Target } from "./target.ts";

export type AlertsOptions = { school?: string | undefined; all: boolean };

/** The alerts of one school or all, open ones first. `all` adds those that are resolved. */
export async function listAlerts(
  target: Pick<Target, "setup" | "alerts">,
  { school, all }: AlertsOptions,
): Promise<Alert[]> {
  const { schools } = await target.setup.all();
  const wanted = schools.filter(({ school_id }) => (school ?? school_id) === school_id);
  if (wanted.length === 0 && school !== undefined) throw new UsageError(`School ${school} is not set up.`);
  const found = await Promise.all(
    wanted.map(async ({ school_id }) => [
      ...(await target.alerts.current(school_id)),
      ...(all ? await target.alerts.log(school_id) : []),
    ]),
  );
  return found
    .flat()
    .filter(({ state }) => all || state === "open")
    .sort((a, b) => byText(a.state, b.state) || byText(a.school_id, b.school_id) || byText(a.id, b.id));
}

/** What a rule found, in words. */
export function factsText({ rule, facts }: Pick<Alert, "rule" | "facts">): string {
  switch (rule) {
    case "student-missed-sessions":
      return `${facts["missed"]} missed in 10 school days, ${facts["in_a_row"]} in a row, last on ${facts["last_missed"]}`;
    case "provider-feed-silent":
      return facts["reason"] === "no_schedule_left"
        ? "no session scheduled any more"
        : `nothing reported for ${facts["day"]}`;
  }
}

export function alertsText(alerts: readonly Alert[]): string {
  if (alerts.length === 0) return "No alert is open.";
  const rows = alerts.map((alert) => [
    alert.school_id,
    alert.rule,
    alert.subject,
    alert.first_day,
    alert.state,
    factsText(alert),
  ]);
  return alignColumns([["School", "Rule", "About", "Since", "State", "Found"], ...rows], 6).join("\n");
}
