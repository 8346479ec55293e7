import { UsageError } from "./fail.ts";
import type { Alert } from "../domain/alert.ts";
import { contentWithout, namesStudent, partOf } from "../domain/erasure.ts";
import type { SessionRecord } from "../domain/session-record.ts";
import type { Enrolment, RosterEntry } from "../domain/setup.ts";
import { unpack } from "../domain/summary-packing.ts";
import type { StudentSession } from "../domain/day-summary.ts";
import type { Target } from "./target.ts";

/** Everything that is stored about a student, wherever it lies. */
export type Found = {
  roster: RosterEntry[];
  enrolments: Enrolment[];
  sessions: SessionRecord[];
  quarantined: SessionRecord[];
  alerts: Alert[];
  /** Alerts about others, where somebody wrote of her in a note. */
  mentions: { alert: Alert; isLogged: boolean }[];
  refusals: { provider_id: string; at: string }[];
};
type Progress = (line: string) => void;

export async function findStudent(place: Target, student_id: string, progress: Progress): Promise<Found> {
  const { schools, providers } = await place.setup.all();
  const found: Found = {
    roster: [],
    enrolments: [],
    sessions: [],
    quarantined: [],
    alerts: [],
    mentions: [],
    refusals: [],
  };
  const own = <Row extends { student_id: string }>(rows: Row[]) =>
    rows.filter((row) => row.student_id === student_id);
  for (const [index, { school_id }] of schools.entries()) {
    progress(`school ${index + 1} of ${schools.length}`);
    found.roster.push(...own(await place.setup.roster(school_id)));
    found.enrolments.push(...own(await place.setup.enrolments(school_id)));
    const records = await place.sessions.ofSchool(school_id);
    found.sessions.push(...records.filter(({ content }) => namesStudent(content, student_id)));
    const [current, logged] = [await place.alerts.current(school_id), await place.alerts.log(school_id)];
    found.alerts.push(...[...current, ...logged].filter((alert) => isAbout(alert, student_id)));
    for (const [alerts, isLogged] of [[current, false] as const, [logged, true] as const])
      found.mentions.push(
        ...alerts
          .filter((alert) => !isAbout(alert, student_id) && mentions(alert, student_id))
          .map((alert) => ({ alert, isLogged })),
      );
  }
  for (const { provider_id } of providers) {
    const waiting = await place.sessions.quarantine.waiting(provider_id);
    found.quarantined.push(...waiting.filter(({ content }) => namesStudent(content, student_id)));
    const refused = await place.refusals.between(provider_id, "0000", "9999");
    // ids of schools and sessions are the provider's, and stay
    const told = ({ items }: (typeof refused)[number]) =>
      JSON.stringify(items.map(({ event_id, errors }) => [event_id, errors]));
    const named = refused.filter((one) => told(one).includes(JSON.stringify(student_id)));
    found.refusals.push(...named.map(({ at }) => ({ provider_id, at })));
  }
  return found;
}

/** Throws UsageError for an id that nothing is stored about: mistyped, most likely. */
export function requireSomething(found: Found, student_id: string): void {
  if (Object.values(found).every(({ length }) => length === 0))
    throw new UsageError(`Nothing is stored about ${student_id}: is the id right?`);
}

const isAbout = ({ subject, facts }: Alert, student_id: string) =>
  subject === student_id || Object.values(facts).includes(student_id);

const mentions = ({ history }: Alert, student_id: string) =>
  history.some(({ note }) => note?.includes(student_id));

/** Takes a note that names a student out of an alert about somebody else; what was done to it stays. */
export async function forgetMention(
  { alerts }: Target,
  { alert, isLogged }: Found["mentions"][number],
  student_id: string,
): Promise<void> {
  const history = alert.history.map(({ note, ...trail }) => ({
    ...trail,
    ...(note !== undefined && !note.includes(student_id) && { note }),
  }));
  if (isLogged) await alerts.archive({ ...alert, history });
  // whoever changed it meanwhile is found by the second pass
  else await alerts.write({ ...alert, history, version: alert.version + 1 });
}

export type StudentExport = {
  student_id: string;
  exported_at: string;
  roster: RosterEntry[];
  enrolments: Enrolment[];
  /** Her part of each session, nobody else's. */
  sessions: object[];
  waiting_for_a_school: object[];
  alerts: Alert[];
  /** As they are counted in reports. */
  counted: StudentSession[];
};

/** All that is known of a student, for her parents: FERPA, 34 CFR 99.10, gives them 45 days to inspect it. */
export async function exportStudent(
  place: Target,
  student_id: string,
  { now, progress }: { now: Date; progress: Progress },
): Promise<StudentExport> {
  const found = await findStudent(place, student_id, progress);
  requireSomething(found, student_id);
  const schools = [...new Set(found.sessions.map(({ school_id }) => school_id))];
  const counted: StudentSession[] = [];
  for (const school_id of schools)
    for (const { packed } of await place.summaries.read({ school_id, from: "0000", to: "9999" }))
      counted.push(...unpack(packed).student_sessions.filter((row) => row.student_id === student_id));
  const hers = ({ school_id, provider_id, session_id, day, content }: SessionRecord) => ({
    school_id,
    provider_id,
    session_id,
    attendance_date: day,
    ...partOf(content, student_id),
  });
  return {
    student_id,
    exported_at: now.toISOString(),
    roster: found.roster,
    enrolments: found.enrolments,
    sessions: found.sessions.map(hers),
    waiting_for_a_school: found.quarantined.map(hers),
    alerts: found.alerts,
    counted,
  };
}

/** A record without the student; who comes second reads again. */
export async function rewriteWithout(
  place: Target,
  record: SessionRecord,
  student_id: string,
): Promise<void> {
  for (let current: SessionRecord | undefined = record; current !== undefined;) {
    if (!namesStudent(current.content, student_id)) return;
    if (await place.sessions.rewrite(current, contentWithout(current.content, student_id))) return;
    current = await place.sessions.get(current);
  }
}
