import type { MessageStore } from "../../adapters/message-store.ts";
import { releaseQuarantine } from "../../adapters/release-quarantine.ts";
import type { SessionStore } from "../../adapters/session-store.ts";
import type { SetupStore } from "../../adapters/setup-store.ts";
import type { SweepStore } from "../../adapters/sweep-store.ts";
import { isSameEpisode } from "../../domain/alert-life.ts";
import { DEFAULT_SETTINGS, RULE_IDS } from "../../domain/alert-rules.ts";
import { dayBefore, digestDay, messageFor, messageId, schoolsOf } from "../../domain/digest.ts";
import { dayOf } from "../../domain/school-day.ts";
import { calendarOf, type Contact, type School, type Setup } from "../../domain/setup.ts";
import { concurrently } from "../framework/concurrently.ts";
import { errorName, type Log } from "../framework/log.ts";
import { runRules, type RulesDeps } from "../framework/run-rules.ts";

export type SweepDeps = RulesDeps & {
  setup: Pick<SetupStore, "all" | "enrolments">;
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
    const released = await releaseQuarantine(deps.sessions, setup);
    const result = { released, schools: 0, messages: 0, failed: 0 };
    const attempt = async (count: "schools" | "messages", task: () => Promise<boolean>) => {
      try {
        if (await task()) result[count] += 1;
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
    deps.log({ service, event: "swept", counts: result });
    if (result.failed > 0) throw new Error("a part of the sweep failed; it is done again by the next one");
    return result;
  };

type DueSchool = { school: School; setup: Setup; forced: boolean };

/** Runs the rules that the clock alone can fire, once a school day. Resolves to whether it was due. */
async function sweepSchool(deps: SweepDeps, { school, setup, forced }: DueSchool): Promise<boolean> {
  const { school_id } = school;
  const now = deps.clock();
  const day = forced ? dayOf(seconds(now), school.time_zone) : digestDay(school, now);
  if (day === undefined || (!forced && (await deps.sweeps.lastDay(school_id)) === day)) return false;
  const enrolments = () => deps.setup.enrolments(school_id);
  await runRules(deps, { school, rules: RULE_IDS, enrolments, programs: async () => setup.programs });
  await archiveOld(deps, school, day);
  await deps.sweeps.swept(school_id, day);
  return true;
}

async function archiveOld(deps: SweepDeps, school: School, today: string): Promise<void> {
  const rest = { today, calendar: calendarOf(school), settings: DEFAULT_SETTINGS };
  const alerts = await deps.alerts.current(school.school_id);
  const over = alerts.filter((alert) => alert.state === "resolved" && !isSameEpisode(alert, rest));
  for (const alert of over) await deps.alerts.archive(alert);
}

type DueContact = { contact: Contact; setup: Setup; now: Date; forced: boolean };

/** Decides a contact's message of the day, once. Resolves to whether somebody is told something. */
async function tell(deps: SweepDeps, { contact, setup, now, forced }: DueContact): Promise<boolean> {
  const schools = schoolsOf(contact, setup);
  const first = forced ? schools[0] : schools.find((school) => digestDay(school, now) !== undefined);
  if (first === undefined) return false;
  const day = dayOf(seconds(now), first.time_zone);
  if (!forced && (await deps.messages.get(messageId(contact, day))) !== undefined) return false;
  const before = await deps.messages.get(messageId(contact, dayBefore(first, day)));
  const since = before?.decided_at ?? `${dayBefore(first, day)}T00:00:00.000Z`;
  const alerts = (
    await concurrently(schools, WIDTH, (school) => deps.alerts.current(school.school_id))
  ).flat();
  const message = messageFor(contact, { setup, alerts, now, since, day, forced });
  return (await deps.messages.decide(message)) && message.state === "decided";
}
