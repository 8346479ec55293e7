import * as z from "zod";
import { answered, standingOf, type Alert, type Trail } from "../../domain/alert.ts";
import { byText } from "../../domain/ids.ts";
import { alertView, isRule } from "../../domain/read-model.ts";
import { noteFault } from "../../domain/opaque-ids.ts";
import { isDay } from "../../domain/school-day.ts";
import {
  note,
  notFound,
  pageOf,
  Refused,
  schoolAsked,
  todayOf,
  wallOf,
  writeNotes,
  type Ask,
} from "./ask.ts";
import type { SchoolStores } from "./wall.ts";

const STANDINGS = ["open", "acknowledged", "snoozed", "resolved"] as const;

export async function getAlerts(ask: Ask) {
  const school = schoolAsked(ask, "students");
  const { school_id } = school;
  const today = todayOf(ask, school);
  const [standing, rule] = [ask.query("standing"), ask.query("rule")];
  if (standing !== undefined && !STANDINGS.some((one) => one === standing))
    throw new Refused("invalid-parameter", `standing is none of ${STANDINGS.join(", ")}.`);
  if (rule !== undefined && !isRule(rule)) throw new Refused("invalid-parameter", "rule is no rule.");
  const { alerts } = (await wallOf(ask, { schools: [school_id] })).school(school_id);
  const past = standing === undefined || standing === "resolved" ? await alerts.log(school_id) : [];
  const wanted = [...(await alerts.current(school_id)), ...past]
    .filter((alert) => standing === undefined || standingOf(alert, today) === standing)
    .filter((alert) => rule === undefined || alert.rule === rule)
    .sort((a, b) => byText(a.id, b.id));
  note(ask, { school_id });
  const page = await pageOf(ask, wanted, ({ id }) => id);
  return { school_id, ...page, items: page.items.map((alert) => alertView(alert, today)) };
}

const AnswerBody = z.strictObject({ note: z.string().max(1000).optional(), until: z.string().optional() });

export const acknowledgeAlert = (ask: Ask) => answerAlert(ask, "acknowledged");
export const snoozeAlert = (ask: Ask) => answerAlert(ask, "snoozed");

/** Takes back that somebody is on it, or that it waits: it stands open again, and its owners are told. */
export const reopenAlert = (ask: Ask) => answerAlert(ask, "reopened");

type AnswerStep = "acknowledged" | "snoozed" | "reopened";

async function answerAlert(ask: Ask, step: AnswerStep) {
  const school = schoolAsked(ask, "students");
  const { school_id } = school;
  const today = todayOf(ask, school);
  const trail = trailOf(ask, step, today);
  const { alerts } = (await wallOf(ask, { schools: [school_id] })).school(school_id);
  note(ask, { school_id });
  await writeNotes(ask);
  // who comes second reads again
  for (;;) {
    const alert = await findAlert(alerts, school_id, ask.params("alert_id"));
    if (standingOf(alert, today) === "resolved")
      throw new Refused("resolved", "There is nothing to answer any more.");
    const change = answered(alert, trail, today);
    if (change === undefined) return alertView(alert, today);
    if (await alerts.write(change)) return alertView(change, today);
  }
}

function trailOf(ask: Ask, step: AnswerStep, today: string): Trail {
  const body = AnswerBody.safeParse(ask.body ?? {});
  if (!body.success) throw new Refused("invalid-parameter", "Send `note` and, to snooze, `until`, as texts.");
  const { note: written, until } = body.data;
  const fault = noteFault(written ?? "");
  if (fault !== undefined) throw new Refused("invalid-parameter", `\`note\` ${fault}. Nothing was stored.`);
  const ahead = until !== undefined && isDay(until) && until > today;
  if ((step === "snoozed") !== ahead)
    throw new Refused("invalid-parameter", "`until` is for snoozing, and a date ahead, such as 2026-12-01.");
  return {
    at: ask.now.toISOString(),
    step,
    by: ask.caller.id,
    ...(written !== undefined && { note: written.replaceAll(/\p{Cc}/gu, " ") }),
    ...(until !== undefined && { until }),
  };
}

async function findAlert(alerts: SchoolStores["alerts"], school_id: string, id: string): Promise<Alert> {
  const found = (await alerts.current(school_id)).find((alert) => alert.id === id);
  if (found === undefined) throw notFound("There is no such alert at this school.");
  return found;
}
