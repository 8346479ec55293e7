import { answered, standingOf, type Alert, type Trail } from "../domain/alert.ts";
import { isDay, dayOf } from "../domain/school-day.ts";
import type { School } from "../domain/setup.ts";
import { noteFault } from "../domain/opaque-ids.ts";
import { UsageError } from "./fail.ts";
import type { Target } from "./target.ts";

type Place = Pick<Target, "setup" | "alerts">;
export type Found = { school: School; alert: Alert; today: string };

const WAYS = "`rollcall alerts` lists them.";

export type Wanted = { id: string; school_id: string | undefined; now: Date };

/** The alert of this id, at this school or at the only one that has it. */
export async function findAlert(target: Place, { id, school_id, now }: Wanted): Promise<Found> {
  const { schools } = await target.setup.all();
  const wanted = schools.filter((school) => (school_id ?? school.school_id) === school.school_id);
  const found = await Promise.all(
    wanted.map(async (school) => {
      const alerts = [
        ...(await target.alerts.current(school.school_id)),
        ...(await target.alerts.log(school.school_id)),
      ];
      const alert = alerts.find((one) => one.id === id);
      return alert === undefined ? [] : [{ school, alert }];
    }),
  );
  const [first, ...others] = found.flat();
  if (first === undefined) throw new UsageError(`There is no alert ${id}. ${WAYS}`);
  if (others.length > 0) throw new UsageError(`Several schools have an alert ${id}: name one with --school.`);
  return { ...first, today: dayOf(now.getTime() / 1000, first.school.time_zone) };
}

export type Answer = {
  alert: string;
  school: string | undefined;
  by: string;
  now: Date;
  note: string | undefined;
  /** A day: the alert is snoozed until then. Without it, it is acknowledged. */
  until?: string | undefined;
  /** Takes the last answer back. */
  reopen?: boolean;
};

/** Acknowledges or snoozes an alert; who comes second reads again. Resolves to the alert as it stands then. */
export async function answerAlert(target: Place, answer: Answer): Promise<Alert> {
  const fault = noteFault(answer.note ?? "");
  if (fault !== undefined) throw new UsageError(`--note ${fault}. Nothing was stored.`);
  for (;;) {
    const { alert, today } = await findAlert(target, {
      id: answer.alert,
      school_id: answer.school,
      now: answer.now,
    });
    if (standingOf(alert, today) === "resolved")
      throw new UsageError(`Alert ${alert.id} is resolved: there is nothing to answer.`);
    const change = answered(alert, trailOf(answer, today), today);
    if (change === undefined) return alert;
    if (await target.alerts.write(change)) return change;
  }
}

function trailOf({ by, note, until, reopen, now }: Answer, today: string): Trail {
  const trail = {
    at: now.toISOString(),
    by,
    ...(note !== undefined && { note: note.replaceAll(/\p{Cc}/gu, " ") }),
  };
  if (reopen === true) return { ...trail, step: "reopened" };
  if (until === undefined) return { ...trail, step: "acknowledged" };
  checkUntil(until, today);
  return { ...trail, step: "snoozed", until };
}

function checkUntil(until: string, today: string): void {
  if (!isDay(until)) throw new UsageError("--until is no date, such as 2026-12-01.");
  if (until <= today) throw new UsageError(`--until ${until} is not ahead: give a day after ${today}.`);
}
