const CACHE_MS = 60_000;

/** Remembers for a minute what is there. What is not is asked for each time, so that nothing is missed for long. */
export function cached<T>(read: (name: string) => Promise<T | undefined>, clock: () => Date) {
  const known = new Map<string, { value: T; until: number }>();
  const asked = new Map<string, Promise<T | undefined>>();
  const ask = async (name: string) => {
    const value = await read(name);
    if (value !== undefined) known.set(name, { value, until: clock().getTime() + CACHE_MS });
    return value;
  };
  return async (name: string): Promise<T | undefined> => {
    const hit = known.get(name);
    if (hit !== undefined && clock().getTime() < hit.until) return hit.value;
    const pending = asked.get(name) ?? ask(name).finally(() => asked.delete(name));
    asked.set(name, pending);
    return pending;
  };
}
