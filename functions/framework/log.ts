/**
 * The allow-list of what may be logged: ids of requests, counts, durations and words of our own. Never a body, a
 * student, a name, an address or the message of an error, because messages quote what they choke on.
 */
type LogLine = {
  service: string;
  event: string;
  request_id?: string | undefined;
  route?: string | undefined;
  status?: number;
  error?: string;
  milliseconds?: number;
  counts?: Record<string, number>;
};
export type Log = (line: LogLine) => void;

/** The object itself: Lambda's JSON logging puts it under `message`, where a text would be quoted and never matched. */
export const consoleLog: Log = (line) => console.log(line);

/** The class of an error and where it was thrown, without its message. */
export function errorName(error: unknown): string {
  if (!(error instanceof Error)) return "unknown";
  const frame = /\n\s+at ([^\n(]+)/.exec(error.stack ?? "")?.[1]?.trim() ?? "";
  return `${error.name} at ${frame.split(/[/\\]/).at(-1) ?? ""}`;
}
