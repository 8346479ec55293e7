import { describe, expect, it } from "vitest";
import { demoDistrict } from "../../cli/demo.ts";
import { SLIPPING_PROVIDER, ZONE } from "../../cli/demo-setup.ts";
import { summarize } from "../../domain/day-summary.ts";
import { ruleOf } from "../../domain/rules/index.ts";
import { dayOf, instantAt, isSchoolDay } from "../../domain/school-day.ts";
import { SessionEvent } from "../../domain/session-event.ts";
import { arrivalOf, snapshotOf, type SessionRecord } from "../../domain/session-record.ts";
import { DEFAULT_SETTINGS } from "../../domain/settings.ts";
import type { RuleId } from "../../domain/words.ts";

/** Mornings, noons and evenings of a week, with a clock change half way back, and a day off in the term. */
const MOMENTS = ["2026-03-16", "2026-03-17", "2026-03-20", "2026-03-21", "2026-03-22", "2026-11-27"].flatMap(
  (day) => ["08:00", "12:00", "20:30"].map((time) => new Date(instantAt(day, time, ZONE) * 1000)),
);

/** The sessions that these posts leave, as they are stored. */
function storedOf(posts: ReturnType<typeof demoDistrict>["posts"]): SessionRecord[] {
  const records = new Map<string, SessionRecord>();
  for (const { at, provider_id, event } of posts) {
    const snapshot = snapshotOf(SessionEvent.parse(event), provider_id);
    const day = dayOf(snapshot.start ?? 0, ZONE);
    const { snapshot: kept, reported } = arrivalOf(snapshot, day, new Date(at));
    const before = records.get(snapshot.session_id);
    if (before === undefined || before.order < kept.order)
      records.set(snapshot.session_id, { ...kept, first_reported_at: before?.first_reported_at ?? reported });
  }
  return [...records.values()];
}

/** What each rule says of providers, school by school, when everything is looked at in the evening or the next morning. */
function firedAt(now: Date, rules: readonly RuleId[]): string[] {
  const { setup, roster, enrolments, posts } = demoDistrict(now);
  const records = storedOf(posts);
  return setup.schools.flatMap((school) => {
    const own = records.filter(({ school_id }) => school_id === school.school_id);
    const days = [...Map.groupBy(own, ({ day }) => day ?? "")]
      .sort(([a], [b]) => (a < b ? -1 : 1))
      .map(([day, of]) => ({ day, summary: summarize(of) }));
    const input = {
      school,
      today: dayOf(now.getTime() / 1000, ZONE),
      now: now.getTime() / 1000,
      days,
      enrolments: enrolments.filter(({ school_id }) => school_id === school.school_id),
      roster: roster.filter(({ school_id }) => school_id === school.school_id),
      programs: setup.programs,
      scheduling: [],
      settings: () => DEFAULT_SETTINGS,
    };
    const found = rules.flatMap((id) => ruleOf(id).evaluate(input));
    const of = (id: RuleId, subject: string) =>
      found.some((one) => one.rule === id && one.subject === subject);
    return found
      .filter(({ rule, subject }) => !ruleOf(rule).heldBackBy.some((id) => of(id, subject)))
      .map(({ rule, subject }) => `${school.school_id} ${rule} ${subject}`);
  });
}

describe("the demo district", () => {
  it.each(MOMENTS)("has its story at every hour of a week: %s", (now) => {
    const about: RuleId[] = [
      "provider-feed-silent",
      "site-under-delivery",
      "reports-late",
      "unknown-students",
    ];
    const fired = firedAt(now, about);
    expect(fired.filter((one) => !one.endsWith(SLIPPING_PROVIDER))).toEqual([]);
    expect(fired).toContain(`631931 provider-feed-silent ${SLIPPING_PROVIDER}`);
    expect(fired).toContain(`631934 site-under-delivery ${SLIPPING_PROVIDER}`);
    expect(fired).toContain(`631934 unknown-students ${SLIPPING_PROVIDER}`);
  });

  it.each(MOMENTS)("posts ten weeks in order, each session after its end or before its start: %s", (now) => {
    const { posts, setup } = demoDistrict(now);
    const [school] = setup.schools;
    expect(posts.every(({ at }, index) => at <= now.getTime() && at >= (posts[index - 1]?.at ?? 0))).toBe(
      true,
    );
    const wrong = posts.filter(({ at, event }) => {
      const { type, data } = SessionEvent.parse(event);
      if (type === "tutoring.session.voided") return true;
      const start = Date.parse(data.scheduled_start ?? "");
      const day = dayOf(start / 1000, ZONE);
      const isTold = type === "tutoring.session.scheduled" ? at < start : at > start;
      return !isTold || !isSchoolDay(day, school?.calendar ?? { closures: [] });
    });
    expect(wrong).toEqual([]);
    expect(now.getTime() - (posts[0]?.at ?? 0)).toBeGreaterThan(68 * 86_400_000);
  });
});
