import { existsSync, readFileSync } from "node:fs";
import { parseDocument } from "yaml";
import { SWITCHES } from "./config.ts";
import { nearest } from "../domain/nearest.ts";

export const CONFIG_FILE = "rollcall.config.yaml";

/**
 * Reads the switches that the committed file gives, as `-c` would; none where there is no file. Throws with line and
 * cause on a switch that is none: a misspelled `alarmEmail` would deploy without alarms.
 */
export function readConfigFile(file: string): Record<string, string> {
  if (!existsSync(file)) return {};
  return parseConfig(readFileSync(file, "utf8"), file);
}

export function parseConfig(text: string, file = CONFIG_FILE): Record<string, string> {
  const document = parseDocument(text);
  const [broken] = document.errors;
  if (broken !== undefined) throw new Error(`${file}: ${broken.message.split("\n")[0] ?? "is no YAML"}`);
  const value: unknown = document.toJS() ?? {};
  if (typeof value !== "object" || value === null || Array.isArray(value))
    throw new Error(`${file}: must be lines such as \`sender: rollcall@district.example\``);
  const known = Object.keys(SWITCHES);
  return Object.fromEntries(
    Object.entries(value).map(([name, given]: [string, unknown]) => {
      if (!known.includes(name))
        throw new Error(
          `${file}: ${name} is no switch; did you mean ${nearest(name, known) ?? known.join(", ")}?`,
        );
      if (typeof given !== "string" && typeof given !== "boolean")
        throw new Error(`${file}: ${name} must be a text; put it in quotes, or remove the line`);
      return [name, String(given)];
    }),
  );
}
