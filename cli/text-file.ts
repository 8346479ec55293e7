import { readFileSync } from "node:fs";
import { UsageError } from "./fail.ts";

/** Reads a file of text, in UTF-8 or as Excel's "Unicode text" (UTF-16), without its byte order mark. */
export function textOf(file: string): string {
  let bytes: Buffer;
  try {
    bytes = readFileSync(file);
  } catch {
    throw new UsageError(`${file} cannot be read: is the path right?`);
  }
  const starts = (...wanted: number[]) => wanted.every((byte, at) => bytes[at] === byte);
  if (starts(0x50, 0x4b, 3, 4) || starts(0xd0, 0xcf, 0x11, 0xe0))
    throw new UsageError(
      `${file} is an Excel workbook, whatever its name says. Save the sheet as "CSV UTF-8", and import that.`,
    );
  const utf16 = starts(0xff, 0xfe) ? "utf-16le" : starts(0xfe, 0xff) ? "utf-16be" : undefined;
  try {
    return new TextDecoder(utf16 ?? "utf-8", { fatal: true }).decode(bytes);
  } catch {
    throw new UsageError(
      `${file} is not in UTF-8. Save it in UTF-8; in Excel, as "CSV UTF-8" or "Unicode text".`,
    );
  }
}
