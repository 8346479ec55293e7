import type { Alert } from "./alert.ts";
import { reconcile } from "./alert-life.ts";
import { SWEEP_HOUR } from "./contact.ts";
import { escalate } from "./escalation.ts";
import { channelOf, type Message } from "./message.ts";
import type { DaySummary, RuleInput } from "./rule.ts";
import { routesOf } from "./routes.ts";
import { firingOf, rangeOf } from "./rules/index.ts";
import { addDays, instantAt, isSchoolDay } from "./school-day.ts";
import { settingsOf, type Settings } from "./settings.ts";
import { calendarOf, layersOf, type Enrolment, type RosterEntry, type School, type Setup } from "./setup.ts";
import { decideDigest, decideText, dueOf, type Due, type Telling } from "./telling.ts";
import { RULE_IDS, type RuleId } from "./words.ts";

/** What is known of a school: all its days, whatever is replayed of them. */
export type Known = {
  school: School;
  days: readonly DaySummary[];
  enrolments: readonly Enrolment[];
  roster: readonly RosterEntry[];
  scheduling: readonly string[];
};

export type Replayed = {
  /** Alerts opened or reopened, by rule. */
  triggers: Partial<Record<RuleId, number>>;
  escalated: number;
  digests: number;
  /** Lines in these digests. */
  lines: number;
  texts: number;
};

/**
 * What these thresholds would have produced from one day to another: every morning's rules, digests and texts, by the
 * functions that run in earnest. It goes by what is known now: a report that came late counts as if it had come in
 * time, and nobody acknowledges anything.
 */
export function replay(
  setup: Setup,
  known: readonly Known[],
  { from, to }: { from: string; to: string },
): Replayed {
  const result: Replayed = {
    triggers: {},
    escalated: 0,
    digests: 0,
    lines: 0,
    texts: 0,
  };
  const alerts = new Map<string, Alert>();
  const messages = new Map<string, Message[]>();
  const schools = new Map(setup.schools.map((school) => [school.school_id, school]));
  // a school as this set-up has it, with the thresholds that are tried
  const here = known.map((one) => ({ ...one, school: schools.get(one.school.school_id) ?? one.school }));
  for (let day = from; day <= to; day = addDays(day, 1)) {
    const open = here.filter(({ school }) => isSchoolDay(day, calendarOf(school)));
    for (const one of open) count(result, morningOf({ setup, one, day, alerts }));
    if (open.length > 0) tellAll(result, { setup, day, open, alerts: [...alerts.values()], messages });
  }
  return result;
}

function count(result: Replayed, changes: readonly Alert[]): void {
  for (const { rule, history } of changes) {
    const step = history.at(-1)?.step;
    if (step === "opened") result.triggers[rule] = (result.triggers[rule] ?? 0) + 1;
    if (step === "escalated") result.escalated += 1;
  }
}

type Morning = { setup: Setup; one: Known; day: string; alerts: Map<string, Alert> };

/** Runs a school's rules as its sweep does. Only alerts that took a step count. */
function morningOf({ setup, one, day, alerts }: Morning): Alert[] {
  const { school } = one;
  const settings = (program_id?: string) => settingsOf(layersOf(setup, school, program_id));
  const now = instantAt(day, SWEEP_HOUR, school.time_zone);
  const stored = [...alerts.values()].filter(({ school_id }) => school_id === school.school_id);
  const input: RuleInput = {
    ...one,
    today: day,
    now,
    days: seenOn(one, { today: day, settings: settings() }),
    programs: setup.programs,
    settings,
  };
  const rest = { settings: settings(), today: day, now: new Date(now * 1000) };
  const firing = firingOf(RULE_IDS, input);
  const calendar = calendarOf(school);
  const { school_id } = school;
  const found = reconcile({ school_id, stored, firing, evaluated: RULE_IDS, calendar, ...rest });
  const keep = (changes: readonly Alert[]) => {
    for (const alert of changes) alerts.set(`${alert.school_id}/${alert.id}`, alert);
  };
  const before = new Map(stored.map((alert) => [alert.id, alert.history.length]));
  keep(found);
  const current = [...alerts.values()].filter((alert) => alert.school_id === school_id);
  const escalated = escalate(current, { school, ...rest });
  keep(escalated);
  return [...found.filter(({ id, history }) => history.length > (before.get(id) ?? 0)), ...escalated];
}

/** The days as they looked in the morning: of what lay ahead only that it was scheduled. */
function seenOn(
  { school, days }: Known,
  { today, settings }: { today: string; settings: Settings },
): DaySummary[] {
  const { from, to } = rangeOf(RULE_IDS, { school, today, settings });
  return days
    .filter(({ day }) => from <= day && day <= to)
    .map((one) => (one.day < today ? one : { ...one, summary: aheadOf(one) }));
}

function aheadOf({ summary }: DaySummary): DaySummary["summary"] {
  const reported = summary.providers.map(({ provider_id }) => ({
    provider_id,
    session_id: "",
    program_id: "",
    scheduled_end: Number.MAX_SAFE_INTEGER,
    scheduled_minutes: 0,
    students: [],
  }));
  return { ...summary, student_sessions: [], providers: [], pending: [...summary.pending, ...reported] };
}

type Evening = {
  setup: Setup;
  day: string;
  open: readonly Known[];
  alerts: readonly Alert[];
  messages: Map<string, Message[]>;
};

/** When nobody is quiet any more. */
const TEXT_HOUR = "09:00";
const EVENING = "18:00";

function tellAll(result: Replayed, { setup, day, open, alerts, messages }: Evening): void {
  const at = (clock: string) =>
    new Date(1000 * Math.max(...open.map(({ school }) => instantAt(day, clock, school.time_zone))));
  const { groups } = routesOf(setup, { alerts, now: at(SWEEP_HOUR) });
  for (const contact of setup.contacts) {
    const own = groups.get(contact.contact_id) ?? [];
    // by the evening every hour has come that a digest may wait for
    const due = dueOf({ contact, setup, groups: own, now: at(EVENING) }, () => true);
    if (due?.day !== day) continue;
    const earlier = messages.get(contact.contact_id) ?? [];
    const telling = { contact, setup, groups: own, now: at(SWEEP_HOUR), earlier };
    const told = decisionsFor(telling, due, at(TEXT_HOUR));
    messages.set(contact.contact_id, [...earlier.slice(-KEPT), ...told]);
    for (const message of told.filter(({ state }) => state === "decided")) tally(result, message);
  }
}

/** Messages that a later one looks back to: those of two weeks. */
const KEPT = 30;

function decisionsFor(telling: Telling, due: Due, later: Date): Message[] {
  const digest = decideDigest(telling, due, { forced: false, unreachable: () => 0 });
  return [digest, decideText({ ...telling, now: later }, due)].flatMap((message) => message ?? []);
}

function tally(result: Replayed, message: Message): void {
  if (channelOf(message) === "text") result.texts += 1;
  else {
    result.digests += 1;
    result.lines += message.sections.length;
  }
}
