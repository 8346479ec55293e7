import type { MessageStore } from "../../adapters/message-store.ts";
import { releaseQuarantine } from "../../adapters/release-quarantine.ts";
import type { SessionStore } from "../../adapters/session-store.ts";
import type { SetupStore } from "../../adapters/setup-store.ts";
import type { SweepStore } from "../../adapters/sweep-store.ts";
import { isSameEpisode } from "../../domain/alert-life.ts";
import { schedulesAhead } from "../../domain/rules/provider-feed-silent.ts";
import { dayBefore, digestDay, messageFor, messageId, schoolsOf, weekBefore } from "../../domain/digest.ts";
import { addDays, dayOf, isSchoolDay } from "../../domain/school-day.ts";
import { calendarOf, type Contact, type School, type Setup } from "../../domain/setup.ts";
import { unpack } from "../../domain/summary-packing.ts";
import { RULE_IDS } from "../../domain/words.ts";
import { concurrently } from "../framework/concurrently.ts";
import { errorName, type Log } from "../framework/log.ts";
import { runRules, settingsAt, type RulesDeps } from "../framework/run-rules.ts";

export type SweepDeps = RulesDeps & {
  setup: Pick<SetupStore, "all" | "enrolments" | "roster">;
  sessions: SessionStore;
  messages: MessageStore;
  sweeps: SweepStore;
  log: Log;
};
/** `digest_now` runs everything at once for every school, whatever the hour, as a person asks for it. */
export type SweepEvent = { digest_now?: boolean };
export type SweepResult = { released: number; schools: number; messages: number; failed: number };

const service = "sweep";
const WIDTH = 4;
const seconds = (now: Date) => now.getTime() / 1000;

/** What the clock asks for. Every part bears being called twice; what fails is done again by the next sweep. */
export const sweep =
  (deps: SweepDeps) =>
  async ({ digest_now: forced = false }: SweepEvent): Promise<SweepResult> => {
    const setup = await deps.setup.all();
    const result: SweepResult = { released: 0, schools: 0, messages: 0, failed: 0 };
    const attempt = async (count: "released" | "schools" | "messages", task: () => Promise<number>) => {
      try {
        const done = await task();
        result[count] += done;
      } catch (error) {
        result.failed += 1;
        deps.log({ service, event: "failed", error: errorName(error) });
      }
    };
    await concurrently(setup.schools, WIDTH, (school) =>
      attempt("schools", () => sweepSchool(deps, { school, setup, forced })),
    );
    const now = deps.clock();
    await concurrently(setup.contacts, WIDTH, (contact) =>
      attempt("messages", () => tell(deps, { contact, setup, now, forced })),
    );
    await attempt("released", () => releaseQuarantine(deps.sessions, setup));
    deps.log({ service, event: "swept", counts: result });
    if (result.failed > 0) throw new Error("a part of the sweep failed; it is done again by the next one");
    return result;
  };

type DueSchool = { school: School; setup: Setup; forced: boolean };

/** Runs the rules that the clock alone can fire, once a school day. Resolves to 1 where it was due. */
async function sweepSchool(deps: SweepDeps, { school, setup, forced }: DueSchool): Promise<number> {
  const { school_id } = school;
  const now = deps.clock();
  const state = await deps.sweeps.state(school_id);
  const day = forced ? dayOf(seconds(now), school.time_zone) : digestDay(school, now);
  if (day === undefined || (!forced && state?.day === day)) return 0;
  const scheduling = await schedulingOf(deps, { school_id, day, known: state?.scheduling ?? [] });
  await runRules(deps, {
    school,
    setup,
    rules: RULE_IDS,
    enrolments: () => deps.setup.enrolments(school_id),
    roster: () => deps.setup.roster(school_id),
    scheduling: async () => scheduling,
  });
  await archiveOld(deps, { school, setup, today: day });
  await deps.sweeps.swept(school_id, { day, scheduling });
  return 1;
}

const DAYS_AHEAD = 28;

async function schedulingOf(
  deps: SweepDeps,
  { school_id, day, known }: { school_id: string; day: string; known: string[] },
) {
  const ahead = await deps.summaries.read({ school_id, from: day, to: addDays(day, DAYS_AHEAD) });
  const days = ahead.map((one) => ({ day: one.day, summary: unpack(one.packed) }));
  return [...new Set([...known, ...schedulesAhead({ days, now: seconds(deps.clock()) })])].sort();
}

type Swept = { school: School; setup: Setup; today: string };

async function archiveOld(deps: SweepDeps, { school, setup, today }: Swept): Promise<void> {
  const rest = { today, calendar: calendarOf(school), settings: settingsAt({ school, setup }) };
  const alerts = await deps.alerts.current(school.school_id);
  const over = alerts.filter((alert) => alert.state === "resolved" && !isSameEpisode(alert, rest));
  for (const alert of over) await deps.alerts.archive(alert);
}

type DueContact = { contact: Contact; setup: Setup; now: Date; forced: boolean };

/**
 * Decides a contact's message of the day, once: when every school of theirs that has school today has been swept, so
 * that one message holds them all. Resolves to 1 where somebody is told something.
 */
async function tell(deps: SweepDeps, { contact, setup, now, forced }: DueContact): Promise<number> {
  const schools = schoolsOf(contact, setup);
  const inSession = forced ? schools : schools.filter((school) => hasSchool(school, now));
  const [first] = inSession;
  if (first === undefined || !(forced || (await allSwept(deps, inSession, now)))) return 0;
  const day = dayOf(seconds(now), first.time_zone);
  if (!forced && (await deps.messages.get(messageId(contact, day))) !== undefined) return 0;
  const toldOn = async (earlier: string) =>
    (await deps.messages.get(messageId(contact, earlier)))?.decided_at ?? `${earlier}T00:00:00.000Z`;
  const since = await toldOn(dayBefore(first, day));
  const weeklySince = await weeklyFrom({ first, day, forced, toldOn });
  const alerts = (
    await concurrently(schools, WIDTH, (school) => deps.alerts.current(school.school_id))
  ).flat();
  const message = messageFor(contact, { setup, alerts, now, since, weeklySince, day, forced });
  return (await deps.messages.decide(message)) && message.state === "decided" ? 1 : 0;
}

type Weekly = { first: School; day: string; forced: boolean; toldOn: (day: string) => Promise<string> };

/** Since when weekly items are news; undefined on a day on which they are not told. */
async function weeklyFrom({ first, day, forced, toldOn }: Weekly): Promise<string | undefined> {
  const earlier = weekBefore(first, day) ?? (forced ? addDays(day, -7) : undefined);
  return earlier === undefined ? undefined : toldOn(earlier);
}

const hasSchool = (school: School, now: Date) =>
  isSchoolDay(dayOf(seconds(now), school.time_zone), calendarOf(school));

async function allSwept(deps: SweepDeps, schools: readonly School[], now: Date): Promise<boolean> {
  const days = schools.map((school) => digestDay(school, now));
  if (days.includes(undefined)) return false;
  const states = await concurrently(schools, WIDTH, ({ school_id }) => deps.sweeps.state(school_id));
  return states.every((state, index) => state?.day === days[index]);
}
