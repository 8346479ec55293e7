/** A spreadsheet runs a text that begins like a formula: it is written with an apostrophe, and shown as it is. */
const isFormula = (text: string) => /^[=+\-@\t\r]/.test(text);

const quoted = (text: string) => (/[",\r\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text);

/** A cell of a CSV that a person opens. */
export function csvCell(value: unknown): string {
  if (typeof value === "string") return quoted(isFormula(value) ? `'${value}` : value);
  return typeof value === "number" || typeof value === "boolean" ? String(value) : "";
}

/** A cell exactly as it came, of a file that is corrected and imported again. */
export const exactCsvCell = (value: unknown): string =>
  quoted(
    typeof value === "string" || typeof value === "number" || typeof value === "boolean" ? String(value) : "",
  );
