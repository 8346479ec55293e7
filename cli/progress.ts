import { existsSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import * as z from "zod";

const duration = (seconds: number) =>
  seconds < 90 ? `${Math.ceil(seconds)} s` : `${Math.ceil(seconds / 60)} min`;

/** Shows how far, how fast and how long still, on standard error, a line rewritten where it is a terminal. */
export function progressLine(total: number, quiet: boolean): (done: number) => void {
  const began = Date.now();
  let shown = 0;
  return (done) => {
    const now = Date.now();
    if (quiet || (now - shown < 1000 && done < total)) return;
    shown = now;
    const rate = done / Math.max(0.001, (now - began) / 1000);
    const left = done === 0 ? "" : `, ${duration((total - done) / Math.max(rate, 0.001))} left`;
    const line = `${done} of ${total} (${Math.round(rate)} a second${left})`;
    process.stderr.write(
      process.stderr.isTTY ? `\r\u001b[K${line}${done >= total ? "\n" : ""}` : `${line}\n`,
    );
  };
}

const State = z.object({ digest: z.string(), done: z.int() });

function readState(file: string): z.infer<typeof State> | undefined {
  try {
    return existsSync(file) ? State.parse(JSON.parse(readFileSync(file, "utf8"))) : undefined;
  } catch {
    // half written: sending everything again is safe
    return undefined;
  }
}

/** Where an interrupted run goes on: valid only for the same rows in the same order. */
export function resumePoint(file: string, digest: string) {
  const state = readState(file);
  return {
    done: state?.digest === digest ? state.done : 0,
    save: (done: number) => writeFileSync(file, JSON.stringify({ digest, done })),
    clear: () => rmSync(file, { force: true }),
  };
}
