import type { ScheduleSpec } from "./template.ts";

type Invoke = (functionId: string, event: unknown) => Promise<unknown>;

const UNITS: Record<string, number> = { minute: 60_000, hour: 3_600_000, day: 86_400_000 };

/** Milliseconds of a rate expression. Throws on any other: zones and calendars are data here, not cron lines. */
export function rateOf(expression: string): number {
  const [, count, unit = ""] = /^rate\((\d+) (minute|hour|day)s?\)$/.exec(expression) ?? [];
  const milliseconds = Number(count) * (UNITS[unit] ?? Number.NaN);
  if (Number.isNaN(milliseconds)) throw new Error(`the local stack does not know the schedule ${expression}`);
  return milliseconds;
}

/** Fires the template's schedules by the machine's clock. Returns how to stop. */
export function startSchedules(schedules: readonly ScheduleSpec[], invoke: Invoke): () => void {
  const timers = schedules.map((schedule) =>
    setInterval(() => {
      const input: unknown = JSON.parse(schedule.Target.Input ?? "{}");
      invoke(schedule.Target.Arn, input).catch(() => undefined);
    }, rateOf(schedule.ScheduleExpression)),
  );
  return () => timers.forEach(clearInterval);
}
