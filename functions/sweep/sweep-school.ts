import { createHash } from "node:crypto";
import type { SetupStore } from "../../adapters/setup-store.ts";
import type { SweepState, SweepStore } from "../../adapters/sweep-store.ts";
import { isSameEpisode } from "../../domain/alert-life.ts";
import { SWEEP_HOUR } from "../../domain/contact.ts";
import { escalate } from "../../domain/escalation.ts";
import { schedulesAhead } from "../../domain/rules/provider-feed-silent.ts";
import { addDays, dayOf } from "../../domain/school-day.ts";
import { calendarOf, layersOf, type School, type Setup } from "../../domain/setup.ts";
import { unpack } from "../../domain/summary-packing.ts";
import { dayFrom } from "../../domain/telling.ts";
import { RULE_IDS } from "../../domain/words.ts";
import { runRules, settingsAt, type RulesDeps } from "../framework/run-rules.ts";

export type SchoolDeps = RulesDeps & {
  setup: Pick<SetupStore, "all" | "enrolments" | "roster">;
  sweeps: SweepStore;
};
type DueSchool = { school: School; setup: Setup; forced: boolean };

/** What of the set-up the rules go by: where it changes, they are run again the same day. */
const basisOf = ({ school, setup }: Omit<DueSchool, "forced">) =>
  createHash("sha256")
    .update(JSON.stringify([school, layersOf(setup, school), setup.programs]))
    .digest("base64url");

/** Runs the rules that the clock alone can fire, once a school day. Resolves to 1 where it was due. */
export async function sweepSchool(deps: SchoolDeps, { school, setup, forced }: DueSchool): Promise<number> {
  const now = deps.clock();
  const regular = dayFrom(SWEEP_HOUR, school, now);
  if (regular === undefined && !forced) return 0;
  const today = dayOf(now.getTime() / 1000, school.time_zone);
  const basis = basisOf({ school, setup });
  const state = await deps.sweeps.state(school.school_id);
  if (!forced && state?.day === regular && state?.basis === basis) return 0;
  const setupChanged = state?.basis !== undefined && state.basis !== basis;
  const scheduling = await rulesOf(deps, { school, setup, today, state, setupChanged });
  await ageAlerts(deps, { school, setup, today });
  // before its hour a forced sweep leaves the day's own to come
  await deps.sweeps.swept(school.school_id, { day: regular ?? state?.day ?? "", basis, scheduling });
  return 1;
}

type Rules = {
  school: School;
  setup: Setup;
  today: string;
  state: SweepState | undefined;
  setupChanged: boolean;
};

async function rulesOf(deps: SchoolDeps, { school, setup, today, state, setupChanged }: Rules) {
  const { school_id } = school;
  const scheduling = await schedulingOf(deps, { school_id, today, known: state?.scheduling ?? [] });
  await runRules(deps, {
    school,
    setup,
    rules: RULE_IDS,
    setupChanged,
    enrolments: () => deps.setup.enrolments(school_id),
    roster: () => deps.setup.roster(school_id),
    scheduling: async () => scheduling,
  });
  return scheduling;
}

const DAYS_AHEAD = 28;

async function schedulingOf(
  deps: SchoolDeps,
  { school_id, today, known }: { school_id: string; today: string; known: string[] },
) {
  const ahead = await deps.summaries.read({ school_id, from: today, to: addDays(today, DAYS_AHEAD) });
  const days = ahead.map((one) => ({ day: one.day, summary: unpack(one.packed) }));
  const now = deps.clock().getTime() / 1000;
  return [...new Set([...known, ...schedulesAhead({ days, now })])].sort();
}

type Swept = { school: School; setup: Setup; today: string };

/** Sends unanswered alerts to the district, and puts away those whose episode is over. Who comes second reads again. */
async function ageAlerts(deps: SchoolDeps, { school, setup, today }: Swept): Promise<void> {
  const settings = settingsAt({ school, setup });
  for (;;) {
    const alerts = await deps.alerts.current(school.school_id);
    const escalated = escalate(alerts, { school, today, now: deps.clock(), settings });
    const written = await Promise.all(escalated.map((alert) => deps.alerts.write(alert)));
    if (written.includes(false)) continue;
    const rest = { today, calendar: calendarOf(school), settings };
    const over = alerts.filter((alert) => alert.state === "resolved" && !isSameEpisode(alert, rest));
    for (const alert of over) await deps.alerts.archive(alert);
    return;
  }
}
