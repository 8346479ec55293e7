import { describe, expect, it } from "vitest";
import { answered, lastStep, standingOf, type Alert } from "../../domain/alert.ts";
import { reconcile, type Reconciliation } from "../../domain/alert-life.ts";
import { escalate, isEscalated } from "../../domain/escalation.ts";
import type { Firing } from "../../domain/rule.ts";
import { RULES, ruleOf } from "../../domain/rules/index.ts";
import { addDays, isSchoolDay, schoolDaysBetween } from "../../domain/school-day.ts";
import { DEFAULT_SETTINGS } from "../../domain/settings.ts";
import { calendarOf, type School } from "../../domain/setup.ts";
import { RULE_IDS, type RuleId } from "../../domain/words.ts";
import { announceSeed, seeded, type Random } from "../support/random.ts";

const seed = announceSeed("alert histories", 10_000);
const HISTORIES = 10_000;
const DAYS = 45;
const STUDENTS = ["s1", "s2", "s3"];
const PROVIDERS = ["p1", "p2"];
const providerOf = (student: string) => (student === "s3" ? "p2" : "p1");
const school: School = {
  school_id: "A",
  district_id: "D",
  time_zone: "America/Chicago",
  calendar: { closures: [{ from: "2026-03-16", to: "2026-03-20" }] },
};
const calendar = calendarOf(school);

type Key = `${RuleId}#${string}`;
/** What holds on each day of a history, and what people do on it. */
type Day = {
  day: string;
  holds: Set<Key>;
  evaluated: readonly RuleId[];
  answers: { key: Key; until?: string }[];
};

/** Causes that come and go by themselves, each for some days. */
function history(random: Random): Day[] {
  const keys = RULE_IDS.flatMap((rule) =>
    (ruleOf(rule).about === "student" ? STUDENTS : PROVIDERS).map((subject): Key => `${rule}#${subject}`),
  ).filter(() => random.chance(0.6));
  const ends = new Map<Key, number>();
  return Array.from({ length: DAYS }, (_, index) => {
    const day = addDays("2026-03-02", index);
    for (const key of keys) {
      if ((ends.get(key) ?? -1) < index && random.chance(0.06)) ends.set(key, index + random.below(9));
    }
    const holds = new Set(keys.filter((key) => (ends.get(key) ?? -1) >= index));
    const answers = keys.flatMap((key) => {
      if (random.chance(0.03)) return [{ key }];
      return random.chance(0.02) ? [{ key, until: addDays(day, 1 + random.below(6)) }] : [];
    });
    const evaluated = random.chance(0.8) ? RULE_IDS : RULE_IDS.filter(() => random.chance(0.5));
    return { day, holds, evaluated, answers };
  });
}

function firingOf({ holds, day, evaluated }: Day): Firing[] {
  return RULES.flatMap(({ id, about }) =>
    !evaluated.includes(id)
      ? []
      : (about === "student" ? STUDENTS : PROVIDERS)
          .filter((subject) => holds.has(`${id}#${subject}`))
          .map((subject) => ({
            rule: id,
            subject,
            since: day,
            provider_ids: [about === "student" ? providerOf(subject) : subject],
            facts: { day },
          })),
  );
}

type Reconcile = (input: Reconciliation) => Alert[];
const keyOf = ({ rule, subject }: { rule: RuleId; subject: string }): Key => `${rule}#${subject}`;

/** The shipped life of alerts, day by day. */
function live(days: readonly Day[], reconciled: Reconcile, escalates = true) {
  const alerts = new Map<string, Alert>();
  const log: { day: string; alerts: Alert[]; firing: Firing[]; changes: Alert[] }[] = [];
  for (const one of days) {
    const { day, evaluated, answers } = one;
    const now = new Date(`${day}T13:00:00Z`);
    const firing = firingOf(one);
    const rest = { school_id: "A", calendar, today: day, now, settings: DEFAULT_SETTINGS };
    const changes = reconciled({ ...rest, stored: [...alerts.values()], firing, evaluated });
    for (const alert of changes) alerts.set(alert.id, alert);
    if (escalates && isSchoolDay(day, calendar))
      for (const alert of escalate([...alerts.values()], { school, ...rest })) alerts.set(alert.id, alert);
    for (const { key, until } of answers) {
      const alert = [...alerts.values()].find(
        (candidate) => candidate.state === "open" && keyOf(candidate) === key,
      );
      const trail = {
        at: now.toISOString(),
        step: until ? ("snoozed" as const) : ("acknowledged" as const),
        by: "ada",
      };
      const next = alert && answered(alert, { ...trail, ...(until && { until }) }, day);
      if (next !== undefined) alerts.set(next.id, next);
    }
    log.push({ day, alerts: [...alerts.values()], firing, changes });
  }
  return log;
}

/** The reference: a table of who is open since when, straight from the sentences of the design. */
function reference(days: readonly Day[]) {
  const open = new Map<Key, { episode: number }>();
  const resolved = new Map<Key, { day: string; episode: number }>();
  const holders = (rule: RuleId, subject: string): Key[] =>
    ruleOf(rule).heldBackBy.map((holder): Key => {
      const other = ruleOf(holder).about === ruleOf(rule).about ? subject : providerOf(subject);
      return `${holder}#${other}`;
    });
  return days.map((one) => {
    const judged = (rule: RuleId) => one.evaluated.includes(rule);
    const silent = (provider: string) => {
      const key: Key = `provider-feed-silent#${provider}`;
      return judged("provider-feed-silent") ? one.holds.has(key) : open.has(key);
    };
    for (const [key, { episode }] of [...open]) {
      const [rule, subject = ""] = key.split("#") as [RuleId, string];
      const provider = ruleOf(rule).about === "student" ? providerOf(subject) : subject;
      const unknown = rule !== "provider-feed-silent" && silent(provider);
      if (!judged(rule) || one.holds.has(key) || unknown) continue;
      open.delete(key);
      resolved.set(key, { day: one.day, episode });
    }
    for (const rule of RULES.map(({ id }) => id).filter(judged)) {
      for (const subject of ruleOf(rule).about === "student" ? STUDENTS : PROVIDERS) {
        const key: Key = `${rule}#${subject}`;
        if (!one.holds.has(key) || open.has(key) || holders(rule, subject).some((holder) => open.has(holder)))
          continue;
        const before = resolved.get(key);
        const clean =
          before === undefined ? 0 : schoolDaysBetween(before.day, addDays(one.day, -1), calendar).length;
        open.set(key, { episode: before === undefined ? 1 : before.episode + (clean >= 10 ? 1 : 0) });
      }
    }
    return new Map([...open].map(([key, { episode }]) => [key, episode]));
  });
}

/** What is wrong with a life, in a word; empty where nothing is. */
function faultsOf(days: readonly Day[], reconciled: Reconcile, escalates = true): string[] {
  const log = live(days, reconciled, escalates);
  const wanted = reference(days);
  const faults: string[] = [];
  for (const [index, { day, alerts, changes }] of log.entries()) {
    const open = alerts.filter(({ state }) => state === "open");
    const keys = open.map(keyOf);
    if (new Set(keys).size !== keys.length) faults.push(`${day}: opened twice`);
    for (const key of wanted[index]!.keys()) if (!keys.includes(key)) faults.push(`${day}: ${key} is lost`);
    for (const key of keys) if (!wanted[index]!.has(key)) faults.push(`${day}: ${key} is open for nothing`);
    for (const alert of open) {
      const episodes = alerts.filter((other) => keyOf(other) === keyOf(alert)).length;
      if (wanted[index]!.get(keyOf(alert)) !== episodes)
        faults.push(`${day}: ${alert.id} is another episode`);
      const justOpened = changes.some(({ id }) => id === alert.id) && alert.history.at(-1)?.step === "opened";
      const held = ruleOf(alert.rule).heldBackBy.filter((holder) =>
        open.some(
          (other) =>
            other.rule === holder && concerns(other, alert) && !changes.some(({ id }) => id === other.id),
        ),
      );
      if (justOpened && held.length > 0) faults.push(`${day}: ${alert.id} opened in spite of ${held.join()}`);
    }
  }
  return [...faults, ...unfinished(log.at(-1)!.alerts, days.at(-1)!.day)];
}

const concerns = (holder: Alert, alert: Alert) =>
  ruleOf(holder.rule).about === "provider"
    ? alert.provider_ids.includes(holder.subject)
    : holder.subject === alert.subject;

/** Every alert ends resolved, answered, escalated, or open in the list and not yet due to escalate. */
function unfinished(alerts: readonly Alert[], today: string): string[] {
  return alerts.flatMap((alert) => {
    const standing = standingOf(alert, today);
    if (standing !== "open" || isEscalated(alert, today) || ruleOf(alert.rule).goesTo.includes("district"))
      return [];
    const since = lastStep(alert, "snoozed")?.until ?? lastStep(alert, "opened")?.at.slice(0, 10) ?? "";
    const waited = schoolDaysBetween(addDays(since, 1), today, calendar).length;
    // weekly items are first told on the next Monday, at most 5 school days and a closure away
    const most = ruleOf(alert.rule).digest === "weekly" ? 11 : 4;
    return waited > most ? [`${alert.id} waits for nobody since ${since}`] : [];
  });
}

/** Judges each rule as if it were the only one: nothing holds anything back. */
const withoutInhibition: Reconcile = (input) =>
  RULE_IDS.flatMap((rule) =>
    reconcile({
      ...input,
      stored: input.stored.filter((alert) => alert.rule === rule),
      firing: input.firing.filter((found) => found.rule === rule),
      evaluated: input.evaluated.filter((id) => id === rule),
    }),
  );

/** Takes every opening for a new one. */
const withoutEpisodes: Reconcile = (input) =>
  reconcile({ ...input, settings: { ...DEFAULT_SETTINGS, clean_days: 0 } });

describe("ten thousand random histories", () => {
  it(
    "lose no alert, open none twice, respect what holds back, and leave none waiting",
    { timeout: 300_000 },
    () => {
      const random = seeded(seed);
      let opened = 0;
      for (let number = 0; number < HISTORIES; number += 1) {
        const days = history(random);
        expect(faultsOf(days, reconcile)).toEqual([]);
        if (number % 100 === 0) opened += live(days, reconcile).at(-1)!.alerts.length;
      }
      console.log(`alert histories: ${HISTORIES} of ${DAYS} days, about ${opened} alerts in each hundredth`);
      expect(opened).toBeGreaterThan(500);
    },
  );

  it("would be caught if nothing were ever escalated (control)", () => {
    const random = seeded(seed);
    const faults = Array.from({ length: 50 }, () => faultsOf(history(random), reconcile, false)).flat();
    expect(faults.some((fault) => fault.includes("waits for nobody"))).toBe(true);
  });

  it.each([
    ["nothing held anything back", withoutInhibition],
    ["episodes were forgotten", withoutEpisodes],
  ])("would be caught if %s (control)", (_, broken) => {
    const random = seeded(seed);
    const faults = Array.from({ length: 50 }, () => faultsOf(history(random), broken)).flat();
    expect(faults.length).toBeGreaterThan(0);
  });
});
