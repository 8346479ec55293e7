/** What was looked at, and what was found. `skip`: cannot be looked at from here. `says` ends with what to do. */
export type Check = { check: string; result: "ok" | "warn" | "fail" | "skip"; says: string };

/** The first ids of a list, and how many more there are. */
export const few = (ids: readonly string[]) =>
  ids.slice(0, 5).join(", ") + (ids.length > 5 ? ` and ${ids.length - 5} more` : "");
