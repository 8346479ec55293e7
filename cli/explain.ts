import type { Alert } from "../domain/alert.ts";
import { ownersOf } from "../domain/routing.ts";
import { rangeOf, ruleOf } from "../domain/rules/index.ts";
import { levelOf, settingsOf, type Level } from "../domain/settings.ts";
import { layersOf } from "../domain/setup.ts";
import { unpack } from "../domain/summary-packing.ts";
import { factsText, standingText } from "./alerts.ts";
import { findAlert, type Wanted } from "./alert-actions.ts";
import { alignColumns } from "./report-text.ts";
import type { Target } from "./target.ts";

type Place = Pick<Target, "setup" | "alerts" | "summaries">;
type Row = {
  day: string;
  provider_id: string;
  tutor_id: string;
  status: string;
  minutes: number;
  scheduled: number;
};

export type Explanation = {
  alert: Alert;
  standing: string;
  fires_when: string;
  found: string;
  source: string;
  thresholds: { name: string; value: unknown; set_by: Level }[];
  held_back_by: readonly string[];
  owners: string[];
  /** The student's sessions that the rule read, or a provider's days. */
  sessions: Row[];
  days: { day: string; held: number; not_held: number; waiting: number }[];
};

/** The facts and the thresholds behind an alert: what an admin needs to answer "why?". */
export async function explainAlert(target: Place, wanted: Wanted): Promise<Explanation> {
  const { school, alert, today } = await findAlert(target, wanted);
  const setup = await target.setup.all();
  const rule = ruleOf(alert.rule);
  const program_id = String(alert.facts["program_id"] ?? "");
  const layers = layersOf(setup, school, program_id);
  const settings = settingsOf(layers);
  const { from, to } = rangeOf([rule.id], { school, today: alert.resolved_day ?? today, settings });
  const stored = await target.summaries.read({ school_id: school.school_id, from, to });
  const days = stored.map(({ day, packed }) => ({ day, summary: unpack(packed) }));
  const about = rule.about === "provider" ? alert.subject : undefined;
  const owners = ownersOf({ goesTo: rule.goesTo, school, provider_id: about }, setup, today);
  return {
    alert,
    standing: standingText(alert, today),
    fires_when: rule.describe(settings),
    found: factsText(alert),
    source: rule.source,
    thresholds: rule.thresholds
      .filter((name) => name !== "off")
      .map((name) => ({ name, value: settings[name], set_by: levelOf(layers, name) })),
    held_back_by: rule.heldBackBy,
    owners: owners.map(({ contact_id }) => contact_id),
    sessions: about === undefined ? days.flatMap((day) => rowsOf(day, alert.subject)) : [],
    days: about === undefined ? [] : days.flatMap((day) => dayRowOf(day, about)),
  };
}

type Day = { day: string; summary: ReturnType<typeof unpack> };

const rowsOf = ({ day, summary }: Day, student_id: string): Row[] =>
  summary.student_sessions
    .filter((row) => row.student_id === student_id)
    .map(({ provider_id, tutor_id, status, minutes, scheduled_minutes: scheduled }) => ({
      day,
      provider_id,
      tutor_id,
      status,
      minutes,
      scheduled,
    }));

function dayRowOf({ day, summary }: Day, provider_id: string): Explanation["days"] {
  const rows = summary.providers.filter((row) => row.provider_id === provider_id);
  const waiting = summary.pending.filter((row) => row.provider_id === provider_id).length;
  const held = rows.reduce((sum, row) => sum + row.sessions_held, 0);
  const not_held = rows.flatMap((row) => row.not_held).reduce((sum, { sessions }) => sum + sessions, 0);
  return held + not_held + waiting === 0 ? [] : [{ day, held, not_held, waiting }];
}

export function explanationText(told: Explanation): string {
  const { alert } = told;
  const history = alert.history.map(({ at, step, by, note, until }) => [
    "",
    `${at.slice(0, 16).replace("T", " ")} UTC`,
    step + (until === undefined ? "" : ` until ${until}`),
    by ?? "",
    note ?? "",
  ]);
  const sessions = told.sessions.map((row) => ["", ...Object.values(row).map(String)]);
  const days = told.days.map((row) => ["", ...Object.values(row).map(String)]);
  return [
    `${alert.id} at school ${alert.school_id}: ${told.standing}`,
    `Fires when   ${told.fires_when}`,
    `Found        ${told.found}`,
    `Owners       ${told.owners.join(", ") || "nobody: set a default_owner"}`,
    `Held back by ${told.held_back_by.join(", ") || "nothing"}`,
    "Thresholds",
    ...alignColumns(
      told.thresholds.map(({ name, value, set_by }) => ["", name, String(value), `(${set_by})`]),
      4,
    ),
    `Default      ${told.source}`,
    "History",
    ...alignColumns(history, 5),
    ...tableOf(["", "Day", "Provider", "Tutor", "Status", "Minutes", "Scheduled"], sessions, 5),
    ...tableOf(["", "Day", "Held", "Not held", "No report"], days, 2),
  ].join("\n");
}

const tableOf = (header: string[], rows: string[][], texts: number) =>
  rows.length === 0 ? [] : ["What the rule read", ...alignColumns([header, ...rows], texts)];
