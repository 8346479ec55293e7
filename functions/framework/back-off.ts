import { isTransient } from "../../adapters/transient.ts";

export type BackOff = {
  /** Milliseconds left in this call. */
  remaining: () => number;
  sleep: (milliseconds: number) => Promise<void>;
};

const FIRST_MS = 50;
const LONGEST_MS = 5_000;
/** What a call keeps for saying what it could not do. */
const RESERVE_MS = 2_000;

/** Tries again what is transient, waiting longer each time, while the call has time left; then gives the error back. */
export async function withBackOff<T>({ remaining, sleep }: BackOff, task: () => Promise<T>): Promise<T> {
  for (let wait = FIRST_MS; ; wait = Math.min(wait * 2, LONGEST_MS)) {
    try {
      return await task();
    } catch (error) {
      if (!isTransient(error) || remaining() - wait < RESERVE_MS) throw error;
      await sleep(wait);
    }
  }
}

export const sleep = (milliseconds: number) =>
  new Promise<void>((resolve) => setTimeout(resolve, milliseconds));
