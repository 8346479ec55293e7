import { backupsOf } from "../adapters/deployment.ts";
import { concurrently } from "../adapters/concurrently.ts";
import { contentWithout } from "../domain/erasure.ts";
import type { Summary } from "../domain/day-summary.ts";
import { RETENTION } from "../domain/retention.ts";
import { unpack } from "../domain/summary-packing.ts";
import { eraseFailures } from "./erase-failures.ts";
import { UsageError } from "./fail.ts";
import { daysAfter } from "./key-options.ts";
import { findStudent, forgetMention, rewriteWithout, type Found } from "./student.ts";
import type { Target } from "./target.ts";
import { untilSummarised } from "./until-summarised.ts";

export type Certificate = {
  /** Pseudonym: the certificate can be kept without naming anybody. */
  student: string;
  erased_at: string;
  why: string;
  erased: Record<keyof Found | "failures" | "days", number>;
  /** Whether a second look found nothing. */
  verified: boolean;
  /** What still holds copies, and until when at the latest. */
  remaining: { what: string; until: string }[];
};

export type EraseOptions = {
  why: string;
  now: Date;
  progress: (line: string) => void;
  /** Waits until no running function takes her for one who was not erased. */
  untilForgotten: () => Promise<void>;
};

/**
 * Takes a student out of everything that is stored: sessions go on without her, so that what providers and tutors did
 * still counts; the audit log keeps a pseudonym. What is posted or restored later does not bring her back.
 */
export async function eraseStudent(
  place: Target,
  student_id: string,
  options: EraseOptions,
): Promise<Certificate> {
  const { now, why, progress } = options;
  const student = await place.pseudonym(student_id);
  await place.erased.add(student, now);
  const first = await erasePass(place, student_id, progress);
  await options.untilForgotten();
  // an event that was on its way is erased as well
  const second = await erasePass(place, student_id, progress);
  const left = await findStudent(place, student_id, progress);
  return {
    student,
    erased_at: now.toISOString(),
    why,
    erased: added(first, second),
    verified: Object.values(left).every((rows) => rows.length === 0),
    remaining: await remainingCopies(place, now),
  };
}

type Counts = Certificate["erased"];
const added = (a: Counts, b: Counts): Counts => ({
  roster: a.roster + b.roster,
  enrolments: a.enrolments + b.enrolments,
  sessions: a.sessions + b.sessions,
  quarantined: a.quarantined + b.quarantined,
  alerts: a.alerts + b.alerts,
  mentions: a.mentions + b.mentions,
  refusals: a.refusals + b.refusals,
  failures: a.failures + b.failures,
  days: a.days + b.days,
});

async function erasePass(place: Target, student_id: string, progress: EraseOptions["progress"]) {
  const failures = await eraseFailures(place, student_id);
  const found = await findStudent(place, student_id, progress);
  const { schools } = await place.setup.all();
  for (const { school_id } of schools) await place.setup.forgetStudent(school_id, student_id);
  await concurrently(found.sessions, 16, (record) => rewriteWithout(place, record, student_id));
  for (const record of found.quarantined)
    await place.sessions.quarantine.rewrite(record, contentWithout(record.content, student_id));
  for (const alert of found.alerts) await place.alerts.forget(alert);
  for (const mention of found.mentions) await forgetMention(place, mention, student_id);
  for (const { provider_id, at } of found.refusals) await place.refusals.forget(provider_id, at);
  const days = await eraseViews(
    place,
    student_id,
    schools.map(({ school_id }) => school_id),
  );
  return {
    roster: found.roster.length,
    enrolments: found.enrolments.length,
    sessions: found.sessions.length,
    quarantined: found.quarantined.length,
    alerts: found.alerts.length,
    mentions: found.mentions.length,
    refusals: found.refusals.length,
    failures,
    days,
  };
}

const names = ({ student_sessions, pending }: Summary, student_id: string) =>
  student_sessions.some((row) => row.student_id === student_id) ||
  pending.some(({ students }) => students.includes(student_id));

/** Days whose summaries named her. They are made anew by the stream; what it missed is marked once more. */
async function eraseViews(place: Target, student_id: string, school_ids: string[]): Promise<number> {
  const before = await daysNaming(place, student_id, school_ids);
  if (before.length === 0) return 0;
  const schools = [...new Set(before.map(({ school_id }) => school_id))];
  await untilSummarised(place, schools);
  for (const { school_id, day } of await daysNaming(place, student_id, schools))
    await place.sessions.mark(school_id, day, new Date());
  await untilSummarised(place, schools);
  const left = await daysNaming(place, student_id, schools);
  for (const school_id of schools) await place.summaries.tidy(school_id);
  if (left.length > 0)
    throw new UsageError(
      `${left.length} summaries still name her: run the command again once \`rollcall doctor\` finds the summaries in time.`,
    );
  return before.length;
}

async function daysNaming({ summaries }: Target, student_id: string, school_ids: readonly string[]) {
  const found = await concurrently(school_ids, 8, async (school_id) =>
    (await summaries.read({ school_id, from: "0000", to: "9999" }))
      .filter(({ packed }) => isNaming(packed, student_id))
      .map(({ day }) => ({ school_id, day })),
  );
  return found.flat();
}

/** A summary that cannot be read is searched as text. */
function isNaming(packed: string, student_id: string): boolean {
  try {
    return names(unpack(packed), student_id);
  } catch {
    return packed.includes(student_id);
  }
}

const RECOVERY_DAYS = 35;

/** Copies that nobody can change, and when each is gone by itself. */
async function remainingCopies({ table }: Target, now: Date): Promise<Certificate["remaining"]> {
  return [
    { what: "the table's stream", until: daysAfter(now, 1) },
    { what: "point-in-time recovery of the table", until: daysAfter(now, RECOVERY_DAYS) },
    ...(await remainingBackups(table)),
    { what: "the audit log, under a pseudonym", until: daysAfter(now, RETENTION.audit) },
  ];
}

async function remainingBackups(table: Target["table"]): Promise<Certificate["remaining"]> {
  try {
    return (await backupsOf(table)).map(({ name, expires }) => ({
      what: `backup ${name}`,
      until: expires?.toISOString() ?? "it is deleted by hand",
    }));
  } catch {
    return [{ what: "backups made by hand could not be listed: look for them yourself", until: "unknown" }];
  }
}
