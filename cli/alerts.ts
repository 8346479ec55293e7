import { lastStep, standingOf, type Alert } from "../domain/alert.ts";
import { isEscalated } from "../domain/escalation.ts";
import { dayOf } from "../domain/school-day.ts";
import type { Setup } from "../domain/setup.ts";
import { byText } from "../domain/ids.ts";
import type { RuleId } from "../domain/words.ts";
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

type Facts = Alert["facts"];

const FOUND: Readonly<Record<RuleId, (facts: Facts) => string>> = {
  "provider-feed-silent": (facts) =>
    facts["reason"] === "no_schedule_left"
      ? "no session scheduled any more"
      : `nothing reported for ${facts["day"]}`,
  "site-under-delivery": (facts) =>
    `${facts["held"]} of ${facts["expected"]} expected sessions held (${facts["percent"]} %), ${facts["by_provider"]} not held by the provider's fault`,
  "student-missed-sessions": (facts) =>
    `${facts["missed"]} missed in the window, ${facts["in_a_row"]} in a row, last on ${facts["last_missed"]}`,
  "assigned-never-started": (facts) =>
    `in ${facts["program_id"]} since ${facts["enrolled"]}, no session attended`,
  "under-dosed": (facts) =>
    `${facts["minutes"]} of ${facts["scheduled_minutes"]} scheduled minutes in ${facts["weeks"]} weeks (${facts["percent"]} %)`,
  "off-pace": (facts) =>
    `${facts["minutes"]} of ${facts["expected_minutes"]} minutes due by now in ${facts["program_id"]}; ${feasible(facts)}`,
  "tutor-changed-too-often": (facts) => `${facts["tutors"]} tutors in ${facts["sessions"]} sessions`,
  "ratio-over-limit": (facts) =>
    `${facts["percent"]} % of ${facts["minutes"]} minutes within the limit, largest group ${facts["largest_group"]}`,
  "reports-late": (facts) =>
    `${facts["missing"]} of ${facts["expected"]} reports missing, nine in ten within ${facts["lag_p90_hours"]} h`,
  "unknown-students": (facts) =>
    `${facts["students"]} students in ${facts["sessions"]} student-sessions not on the roster`,
  "unknown-programs": (facts) =>
    `${facts["programs"]} programs that are not set up, ${facts["program_id"]} first, in ${facts["sessions"]} student-sessions`,
  "overlapping-sessions": (facts) =>
    `${facts["students"]} students in ${facts["sessions"]} student-sessions that overlap`,
};

function feasible(facts: Facts): string {
  if (facts["last_feasible_day"] === "") return `${facts["target_minutes"]} can no longer be reached`;
  return `${facts["required_pace"]} a week reach ${facts["target_minutes"]}, at one session a day from ${facts["last_feasible_day"]} at the latest`;
}

/** The date at each school now: an evening in Denver is the next day elsewhere. */
export function todayAt({ schools }: Setup, now: Date): (school_id: string) => string {
  const zones = new Map(schools.map(({ school_id, time_zone }) => [school_id, time_zone]));
  return (school_id) => dayOf(now.getTime() / 1000, zones.get(school_id) ?? "UTC");
}

/** What a rule found, in words. */
export const factsText = ({ rule, facts }: Pick<Alert, "rule" | "facts">): string => FOUND[rule](facts);

/** How an alert stands on a day, and by whom: `acknowledged by lead-1`, `snoozed until 2026-12-01`, `escalated`. */
export function standingText(alert: Alert, today: string): string {
  const standing = standingOf(alert, today);
  if (isEscalated(alert, today)) return "escalated";
  const last = lastStep(alert, "acknowledged", "snoozed");
  if (standing === "acknowledged") return `${standing} by ${last?.by ?? "somebody"}`;
  return standing === "snoozed" ? `${standing} until ${last?.until ?? ""}` : standing;
}

export function alertsText(alerts: readonly Alert[], todayAt: (school_id: string) => string): string {
  if (alerts.length === 0) return "No alert is open.";
  const rows = alerts.map((alert) => [
    alert.school_id,
    alert.id,
    standingText(alert, todayAt(alert.school_id)),
    factsText(alert),
  ]);
  return alignColumns([["School", "Alert", "State", "Found"], ...rows], 4).join("\n");
}
