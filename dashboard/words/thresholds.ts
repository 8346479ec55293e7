import type { Settings } from "../../domain/settings.ts";

export type ThresholdName = Exclude<keyof Settings, "off">;
