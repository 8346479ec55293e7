import { lastStep, standingOf, stepped, type Alert } from "./alert.ts";
import { SWEEP_HOUR } from "./contact.ts";
import type { RuleText } from "./rule.ts";
import { ruleOf } from "./rules/index.ts";
import { addDays, clockOf, dayOf, isFirstOfWeek, isSchoolDay, schoolDaysBetween } from "./school-day.ts";
import type { Settings } from "./settings.ts";
import { calendarOf, type School } from "./setup.ts";

/** What nobody answers goes to the district. It is a rule about alerts, not about sessions. */
export const ESCALATION: RuleText = {
  id: "unacknowledged",
  describe: ({ escalate_days, escalate_weekly_days }) =>
    `Nobody acknowledged or snoozed an alert for ${escalate_days} school days after it was first told (${escalate_weekly_days} for what is told weekly).`,
  source: "design: three school days are a week's worth of sessions",
  thresholds: ["escalate_days", "escalate_weekly_days"],
  heldBackBy: [],
  goesTo: ["district"],
  digest: "daily",
  sameDay: false,
  text: false,
};

type Clock = { school: School; today: string; now: Date; settings: Settings };

const SEARCH_DAYS = 60;

/**
 * The first school day on which the owners were told: what opened after the morning on the next, weekly items on the
 * first of a week. undefined while it lies ahead.
 */
function firstTold(alert: Alert, { school, today }: Clock): string | undefined {
  const calendar = calendarOf(school);
  const isTold = ruleOf(alert.rule).digest === "weekly" ? isFirstOfWeek : isSchoolDay;
  let told = beginningOf(alert, school);
  for (let searched = 0; searched < SEARCH_DAYS && told <= today; searched += 1, told = addDays(told, 1))
    if (isTold(told, calendar)) return told;
  return undefined;
}

/** The first date on which it could have been told: after a snooze, or after the morning that it missed. */
function beginningOf(alert: Alert, { time_zone }: School): string {
  const opened = Date.parse(lastStep(alert, "opened")?.at ?? "") / 1000;
  const missed = !ruleOf(alert.rule).sameDay && clockOf(opened, time_zone) > SWEEP_HOUR;
  const day = addDays(dayOf(opened, time_zone), missed ? 1 : 0);
  const last = lastStep(alert, "snoozed", "reopened");
  // who takes an answer back has the days that follow, as if it were told anew
  const again = last?.step === "reopened" ? dayOf(Date.parse(last.at) / 1000, time_zone) : last?.until;
  return again !== undefined && again > day ? again : day;
}

/** Whether an alert is with the district because nobody answered it. */
export const isEscalated = (alert: Alert, today: string) =>
  standingOf(alert, today) === "open" &&
  lastStep(alert, "acknowledged", "snoozed", "reopened", "escalated")?.step === "escalated";

function isOverdue(alert: Alert, clock: Clock): boolean {
  const { id, goesTo, digest } = ruleOf(alert.rule);
  const { school, today, settings } = clock;
  // what goes to the district anyway has nobody above it
  if (goesTo.includes("district") || settings.off.includes(id)) return false;
  if (standingOf(alert, today) !== "open" || isEscalated(alert, today)) return false;
  const told = firstTold(alert, clock);
  if (told === undefined) return false;
  const passed = schoolDaysBetween(addDays(told, 1), today, calendarOf(school)).length;
  return passed >= (digest === "weekly" ? settings.escalate_weekly_days : settings.escalate_days);
}

/** The alerts of a school that go to the district today, each one step further. */
export const escalate = (alerts: readonly Alert[], clock: Clock): Alert[] =>
  alerts
    .filter((alert) => isOverdue(alert, clock))
    .map((alert) => stepped(alert, { at: clock.now.toISOString(), step: "escalated" }));
