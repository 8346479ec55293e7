import { byText } from "../domain/ids.ts";
import type { SessionStore } from "./session-store.ts";
import { recomputeDay } from "./summarize-day.ts";
import type { Generations, SummaryStore } from "./summary-store.ts";

export type RebuildDeps = { sessions: Pick<SessionStore, "onDay" | "ofSchool">; summaries: SummaryStore };
export type Rebuilt = { school_id: string; generation: number; days: number; resumed: boolean };
/** Told after each part of the days. */
export type Progress = (done: { school_id: string; days: number; left: number }) => void;

/** Days that are computed before it is written down how far the rebuild is. */
const PART = 25;

/** Of how a summary is made and stored: raise it with a change of either, so that no rebuild goes on half old. */
const CODE = "1";

/** A generation is begun anew where another version of the code left it. */
const begun = ({ current, building = current, version }: Generations): Generations => ({
  ...{ current, version },
  building: building + 1,
  cursor: "",
  left: 1,
  code: CODE,
});

/** Somebody else rebuilds the same school. */
export class AnotherRebuild extends Error {
  override name = "AnotherRebuild";
}

/**
 * Makes all of a school's views anew, in a generation beside the one that counts, and lets it count when no day of it
 * is left. Reports that come meanwhile are written to both. It goes on where an earlier one ended.
 */
export async function rebuildSchool(
  deps: RebuildDeps,
  school_id: string,
  progress: Progress = () => undefined,
): Promise<Rebuilt> {
  const { summaries } = deps;
  const before = await summaries.generations(school_id);
  const resumed = before.building !== undefined && before.code === CODE;
  // whatever is reported from now on is written to the new generation, too
  let state = resumed ? before : await pointed(deps, school_id, begun(before));
  const generation = state.building ?? 0;
  const days = await daysOf(deps, school_id);
  const waiting = days.filter((day) => day > (state.cursor ?? ""));
  for (let at = 0; at < waiting.length; at += PART) {
    const part = waiting.slice(at, at + PART);
    for (const day of part) await recomputeDay(deps, { school_id, day, generation });
    const left = waiting.length - at - part.length;
    state = await pointed(deps, school_id, { ...state, cursor: part.at(-1) ?? "", left });
    progress({ school_id, days: days.length, left });
  }
  if (waiting.length === 0) state = await pointed(deps, school_id, { ...state, left: 0 });
  await flip(deps, school_id, state);
  return { school_id, generation, days: days.length, resumed };
}

/** The one pointer, under the condition that no day is left to compute and nobody else has moved it. */
async function flip(deps: RebuildDeps, school_id: string, state: Generations): Promise<void> {
  if (state.building === undefined || state.left !== 0) throw new AnotherRebuild("days are left to compute");
  await pointed(deps, school_id, { current: state.building, version: state.version });
}

/** Days that any session of the school has now, or that have a view: an emptied day is written as empty. */
async function daysOf({ sessions, summaries }: RebuildDeps, school_id: string): Promise<string[]> {
  const records = await sessions.ofSchool(school_id);
  // by their keys: what is in a view may be damaged
  const days = [...records.flatMap(({ day }) => day ?? []), ...(await summaries.days(school_id))];
  return [...new Set(days)].sort(byText);
}

async function pointed(
  { summaries }: RebuildDeps,
  school_id: string,
  state: Generations,
): Promise<Generations> {
  const next = { ...state, version: state.version + 1 };
  if (await summaries.point(school_id, next)) return next;
  throw new AnotherRebuild(`another rebuild of school ${school_id} is running`);
}
