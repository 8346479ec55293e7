import * as z from "zod";
import { RULE_IDS, STEPS, type RuleId, type Step } from "./words.ts";

/** One step of the audit trail: what happened when, and by whom where a person did it. */
const Trail = z.strictObject({
  /** ISO instant. */
  at: z.string(),
  step: z.enum(STEPS),
  /** A contact, or who ran the admin command. */
  by: z.string().optional(),
  note: z.string().optional(),
  /** School-local date on which a snoozed alert is shown again. */
  until: z.string().optional(),
  /** Resolved by set-up, such as a rule switched off, and not by facts: nobody is told that all is well. */
  quiet: z.literal(true).optional(),
});
export type Trail = z.infer<typeof Trail>;

/**
 * Something that needs a person. Its id is rule, subject and first day of the episode, so that it cannot open twice.
 * The version only grows: whoever read an older one must read again before writing. What people did to it is kept
 * nowhere else.
 */
export const Alert = z.strictObject({
  school_id: z.string(),
  id: z.string(),
  rule: z.enum(RULE_IDS),
  subject: z.string(),
  /** Whose sessions it is about. */
  provider_ids: z.array(z.string()).default([]),
  first_day: z.string(),
  /** What the rules say. What people did about it is told by the trail: `standingOf`. */
  state: z.enum(["open", "resolved"]),
  history: z.array(Trail),
  /** School-local date since which it is resolved. */
  resolved_day: z.string().optional(),
  facts: z.record(z.string(), z.union([z.number(), z.string()])),
  version: z.int(),
});
export type Alert = z.infer<typeof Alert>;

export const alertId = (rule: RuleId, subject: string, first_day: string) =>
  `${rule}#${subject}#${first_day}`;

/** The alert one step and one version further. */
export const stepped = (alert: Alert, trail: Trail): Alert => ({
  ...alert,
  version: alert.version + 1,
  history: [...alert.history, trail],
});

/** The steps since the rules opened it last: an acknowledgement before that was about something else. */
const episodeOf = ({ history }: Alert): Trail[] =>
  history.slice(history.findLastIndex(({ step }) => step === "opened"));

/** The last of these steps of the episode. */
export const lastStep = (alert: Alert, ...steps: Step[]): Trail | undefined =>
  episodeOf(alert).findLast(({ step }) => steps.includes(step));

export type Standing = "open" | "acknowledged" | "snoozed" | "resolved";

/** What is to be done about an alert on a school-local day: only what stands `open` is told to its owners. */
export function standingOf(alert: Alert, today: string): Standing {
  if (alert.state === "resolved") return "resolved";
  const last = lastStep(alert, "acknowledged", "snoozed", "reopened");
  if (last?.step === "acknowledged") return "acknowledged";
  return last?.until !== undefined && today < last.until ? "snoozed" : "open";
}

/** The alert acknowledged, snoozed or reopened; undefined where it stands so already or is resolved: nothing to write. */
export function answered(alert: Alert, trail: Trail, today: string): Alert | undefined {
  const standing = standingOf(alert, today);
  const known = lastStep(alert, "acknowledged", "snoozed");
  const asked = trail.step === "reopened" ? "open" : trail.step;
  const isSame = standing === asked && (asked === "open" || known?.until === trail.until);
  if (standing === "resolved" || isSame) return undefined;
  return stepped(alert, trail);
}

/** What the rules said at an instant. */
export const stateAt = ({ history }: Alert, instant: string): "open" | "resolved" | undefined => {
  const last = history.findLast(
    ({ at, step }) => at <= instant && (step === "opened" || step === "resolved"),
  );
  if (last === undefined) return undefined;
  return last.step === "opened" ? "open" : "resolved";
};
