import type { StudentSession } from "./day-summary.ts";
import { totalMinutes } from "./metrics.ts";
import { targetHours, type Program } from "./setup.ts";

/** Full dosage in hours where nobody says anything else: DATAS reports 15, 30 and 60. */
export const DEFAULT_TARGET_HOURS = 60;

/** Hours of full dosage, and whose they are: who asked, the student's program, or the deployment's default. */
export type DosageTarget = { hours: number; from: "asked" | "program" | "default" };

/** The target of a student: what was asked for, else of the program in which she has the most minutes, else the default. */
export function targetOf(
  programs: readonly Program[],
  asked: number | undefined,
): (rows: readonly StudentSession[]) => DosageTarget {
  if (asked !== undefined) return () => ({ hours: asked, from: "asked" });
  const targets = new Map(programs.map((program) => [program.program_id, targetHours(program)]));
  return (rows) => {
    const own = [...Map.groupBy(rows, ({ program_id }) => program_id)]
      .filter(([program_id]) => targets.has(program_id))
      .sort(([a, x], [b, y]) => totalMinutes(y) - totalMinutes(x) || (a < b ? -1 : 1));
    const hours = targets.get(own[0]?.[0] ?? "");
    return hours === undefined
      ? { hours: DEFAULT_TARGET_HOURS, from: "default" }
      : { hours, from: "program" };
  };
}

/** What a report says of its targets: one number where all students share it, and whose they are. */
export function commonTarget(targets: readonly DosageTarget[], asked: number | undefined) {
  const hours = [...new Set(targets.map((target) => target.hours))];
  const from = [...new Set(targets.map((target) => target.from))];
  if (targets.length === 0)
    return {
      target_hours: asked ?? DEFAULT_TARGET_HOURS,
      target_from: asked === undefined ? "default" : "asked",
    } as const;
  return {
    target_hours: hours.length === 1 ? (hours[0] ?? null) : null,
    target_from: from.length === 1 ? (from[0] ?? "mixed") : "mixed",
  } as const;
}
