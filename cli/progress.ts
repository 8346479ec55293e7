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

/** Where an interrupted run goes on: valid only for the same rows in the same order. */
export function resumePoint(file: string, digest: string) {
  const state = existsSync(file) ? State.safeParse(JSON.parse(readFileSync(file, "utf8"))) : undefined;
  return {
    done: state?.success === true && state.data.digest === digest ? state.data.done : 0,
    save: (done: number) => writeFileSync(file, JSON.stringify({ digest, done })),
    clear: () => rmSync(file, { force: true }),
  };
}
