/**
 * An open page asks for two minutes after it was touched, then every 30 s, and never while it is hidden: so often that
 * what is reported shows within 3 s, of which its summary takes a part.
 */
export const PACE = { active_ms: 2_500, idle_ms: 30_000, active_for_ms: 120_000 } as const;
