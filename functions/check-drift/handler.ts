import { concurrently } from "../../adapters/concurrently.ts";
import type { DriftReport, DriftStore } from "../../adapters/drift-store.ts";
import type { SessionStore } from "../../adapters/session-store.ts";
import type { SetupStore } from "../../adapters/setup-store.ts";
import type { SummaryStore } from "../../adapters/summary-store.ts";
import { summarize } from "../../domain/day-summary.ts";
import { readContent } from "../../domain/session-content.ts";
import { addDays, dayOf, mondayOf } from "../../domain/school-day.ts";
import type { School } from "../../domain/setup.ts";
import { pack } from "../../domain/summary-packing.ts";
import type { Log } from "../framework/log.ts";

export type DriftDeps = {
  setup: Pick<SetupStore, "all">;
  sessions: Pick<SessionStore, "onDay" | "mark">;
  summaries: Pick<SummaryStore, "read">;
  reports: Pick<DriftStore, "put">;
  clock: () => Date;
  sleep: (milliseconds: number) => Promise<unknown>;
  log: Log;
};

/** Longer than a report takes from its post to its summary. */
const LATER_MS = 120_000;

/** Weeks in which providers still correct, and the next, for which they schedule. */
const WEEKS_BACK = 4;
const WEEKS_AHEAD = 1;
const WIDTH = 4;
const KEPT = 100;
const service = "check-drift";

type Look = { version: number; facts: string; same: boolean; sessions: string[] };
type Looked = Look & { school_id: string; day: string };

/**
 * Computes every day of the open weeks again and compares: the proof that summaries are what the facts say. A day that
 * differs is marked, so that it is made anew, and raises an alarm, because it must not happen.
 */
export const checkDrift = (deps: DriftDeps) => async (): Promise<DriftReport> => {
  const { schools } = await deps.setup.all();
  const looked = (await concurrently(schools, WIDTH, (school) => lookAtSchool(deps, school))).flat();
  const drift = await driftOf(deps, looked);
  for (const { school_id, day } of drift) await deps.sessions.mark(school_id, day, deps.clock());
  const twice = countedTwice(looked);
  const counts = { days: looked.length, drift: drift.length, counted_twice: twice.length };
  if (drift.length > 0) deps.log({ service, event: "drift", counts });
  if (twice.length > 0) deps.log({ service, event: "counted_twice", counts });
  deps.log({ service, event: "checked", counts });
  const report = {
    at: deps.clock().toISOString(),
    days: looked.length,
    drift: drift.slice(0, KEPT),
    counted_twice: twice.slice(0, KEPT),
  };
  await deps.reports.put(report);
  return report;
};

async function lookAtSchool(deps: DriftDeps, school: School): Promise<Looked[]> {
  const { school_id, time_zone } = school;
  const monday = mondayOf(dayOf(deps.clock().getTime() / 1000, time_zone));
  const looked: Looked[] = [];
  for (let at = -7 * WEEKS_BACK; at < 7 * (1 + WEEKS_AHEAD); at += 1)
    looked.push(await lookAtDay(deps, school_id, addDays(monday, at)));
  return looked;
}

const lookAtDay = async (deps: DriftDeps, school_id: string, day: string): Promise<Looked> => ({
  school_id,
  day,
  ...(await lookOnce(deps, school_id, day)),
});

/** A difference counts only where a later look finds the same version, and facts that still say otherwise. */
async function driftOf(deps: DriftDeps, looked: readonly Looked[]) {
  const suspected = looked.filter(({ same }) => !same);
  if (suspected.length === 0) return [];
  await deps.sleep(LATER_MS);
  const again = await concurrently(suspected, WIDTH, ({ school_id, day }) => lookOnce(deps, school_id, day));
  return suspected
    .filter(({ version, facts }, place) => {
      const later = again[place];
      return later?.same === false && later.version === version && later.facts === facts;
    })
    .map(({ school_id, day }) => ({ school_id, day }));
}

async function lookOnce({ sessions, summaries }: DriftDeps, school_id: string, day: string): Promise<Look> {
  const [stored] = await summaries.read({ school_id, from: day, to: day });
  const records = await sessions.onDay(school_id, day);
  const facts = pack(summarize(records));
  const counting = records.filter(({ content }) => readContent(content) !== undefined);
  return {
    version: stored?.version ?? 0,
    facts,
    // a day of which nothing was ever said has no view
    same: stored === undefined ? records.length === 0 : stored.packed === facts,
    sessions: counting.map(({ provider_id, session_id }) => `${provider_id}/${session_id}`),
  };
}

/** A wrong school is corrected by a void there; until then the session counts twice. */
function countedTwice(looked: readonly Looked[]): string[] {
  const schools = new Map<string, Set<string>>();
  for (const { school_id, sessions } of looked)
    for (const name of sessions) schools.set(name, (schools.get(name) ?? new Set()).add(school_id));
  return [...schools].filter(([, at]) => at.size > 1).map(([name]) => name);
}
