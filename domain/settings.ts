import * as z from "zod";
import { RULE_IDS } from "./words.ts";

const Share = z.number().gt(0).max(1);
const Days = z.int().min(1).max(60);
const Count = z.int().min(1).max(100);

const Thresholds = z.strictObject({
  missed_in_a_row: Count,
  missed_sessions: Count,
  missed_window_days: Days,
  delivery_share: Share,
  delivery_days: Days,
  start_days: Days,
  dosage_share: Share,
  dosage_weeks: z.int().min(1).max(8),
  pace_share: Share,
  pace_days: Days,
  tutors: z.int().min(2).max(20),
  tutor_days: Days,
  ratio_share: Share,
  ratio_days: Days,
  completeness_share: Share,
  lag_hours: z.int().min(1).max(720),
  reporting_days: Days,
  unknown_students: Count,
  unknown_days: Days,
  habit_weeks: z.int().min(1).max(8),
  clean_days: Days,
  escalate_days: Days,
  escalate_weekly_days: Days,
  off: z.array(z.enum(RULE_IDS)),
});

/** Every threshold in force. Days are school days, shares lie between 0 and 1. */
export type Settings = Readonly<z.infer<typeof Thresholds>>;

/** What a deployment, a district, a school or a program sets otherwise. */
export const Overrides = Thresholds.partial();
export type Overrides = z.infer<typeof Overrides>;

/** What a program may set otherwise: thresholds of one student. Windows and what is about a provider are the school's. */
export const ProgramOverrides = Thresholds.pick({
  missed_in_a_row: true,
  missed_sessions: true,
  start_days: true,
  dosage_share: true,
  pace_share: true,
  pace_days: true,
  tutors: true,
}).partial();

export const DEFAULT_SETTINGS: Settings = {
  missed_in_a_row: 2,
  missed_sessions: 3,
  missed_window_days: 10,
  delivery_share: 0.8,
  delivery_days: 3,
  start_days: 5,
  dosage_share: 0.66,
  dosage_weeks: 2,
  pace_share: 0.8,
  pace_days: 15,
  tutors: 3,
  tutor_days: 20,
  ratio_share: 0.9,
  ratio_days: 10,
  completeness_share: 0.95,
  lag_hours: 24,
  reporting_days: 5,
  unknown_students: 1,
  unknown_days: 10,
  habit_weeks: 4,
  clean_days: 10,
  escalate_days: 3,
  escalate_weekly_days: 5,
  off: [],
};

export type Level = "default" | "deployment" | "district" | "school" | "program";
export type Layer = { level: Level; settings: Overrides | undefined };

/** The thresholds in force: the nearest level wins, threshold by threshold. */
export function settingsOf(layers: readonly Layer[]): Settings {
  let settings = DEFAULT_SETTINGS;
  for (const layer of layers) settings = { ...settings, ...layer.settings };
  return settings;
}

/** Which level a threshold comes from. */
export const levelOf = (layers: readonly Layer[], name: keyof Settings): Level =>
  layers.findLast(({ settings }) => settings?.[name] !== undefined)?.level ?? "default";
