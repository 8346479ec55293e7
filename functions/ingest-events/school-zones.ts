/** The zone of a school; undefined where no such school is set up. */
export type SchoolZones = (school_id: string) => Promise<string | undefined>;

type Known = { zone: string; until: number };
const CACHE_MS = 60_000;

/** Remembers known schools for a minute. An unknown one is asked for each time, so that none is quarantined for long. */
export function cachedZones(read: SchoolZones, clock: () => Date): SchoolZones {
  const known = new Map<string, Known>();
  const asked = new Map<string, Promise<string | undefined>>();
  const ask = async (school_id: string) => {
    const zone = await read(school_id);
    if (zone !== undefined) known.set(school_id, { zone, until: clock().getTime() + CACHE_MS });
    return zone;
  };
  return async (school_id) => {
    const hit = known.get(school_id);
    if (hit !== undefined && clock().getTime() < hit.until) return hit.zone;
    const pending = asked.get(school_id) ?? ask(school_id).finally(() => asked.delete(school_id));
    asked.set(school_id, pending);
    return pending;
  };
}
