import { releaseQuarantine } from "../../adapters/release-quarantine.ts";
import type { MessageStore } from "../../adapters/message-store.ts";
import type { MuteStore } from "../../adapters/mute-store.ts";
import type { SessionStore } from "../../adapters/session-store.ts";
import type { IsErased } from "../../domain/erasure.ts";
import type { School, Setup } from "../../domain/setup.ts";
import { concurrently } from "../../adapters/concurrently.ts";
import { errorName, type Log } from "../framework/log.ts";
import { sweepSchool, type SchoolDeps } from "./sweep-school.ts";
import { messenger } from "./tell.ts";

export type SweepDeps = SchoolDeps & {
  sessions: SessionStore;
  messages: MessageStore;
  mutes: Pick<MuteStore, "all">;
  /** Who was erased, and does not come back with what waited. */
  erased: () => Promise<IsErased>;
  log: Log;
};
/** `digest_now` runs everything at once for every school, whatever the hour, as a person asks for it. */
export type SweepEvent = { digest_now?: boolean };
export type SweepResult = {
  released: number;
  schools: number;
  messages: number;
  rearmed: number;
  unowned: number;
  failed: number;
};

const service = "sweep";
const WIDTH = 4;

/** Schools are swept for so long before what was found is told: an urgent alert is handed over within a minute. */
const WAVE_MS = 30_000;

/**
 * What the clock asks for: waves of schools whose rules are due, and after each what people are to be told. Every
 * part bears being called twice; what fails, or finds no time, is done by the next sweep.
 */
export const sweep =
  (deps: SweepDeps) =>
  async ({ digest_now: forced = false }: SweepEvent): Promise<SweepResult> => {
    const setup = await deps.setup.all();
    const result = { released: 0, schools: 0, messages: 0, rearmed: 0, unowned: 0, failed: 0 };
    const attempt = attempts(deps, result);
    const waiting = [...setup.schools];
    do await wave(deps, { setup, forced, waiting, result, attempt });
    while (waiting.length > 0);
    await attempt(async () => ({
      released: await releaseQuarantine(deps.sessions, setup, {
        isErased: await deps.erased(),
        now: deps.clock(),
      }),
    }));
    if (result.unowned > 0) deps.log({ service, event: "unowned", counts: { alerts: result.unowned } });
    deps.log({ service, event: "swept", counts: result });
    if (result.failed > 0) throw new Error("a part of the sweep failed; it is done again by the next one");
    return result;
  };

type Attempt = (task: () => Promise<Partial<SweepResult>>) => Promise<void>;

/** Counts what a part has done; a part that fails is logged and counted, and the others go on. */
const attempts =
  ({ log }: SweepDeps, result: SweepResult): Attempt =>
  async (task) => {
    try {
      const done = await task();
      result.released += done.released ?? 0;
      result.schools += done.schools ?? 0;
      result.messages += done.messages ?? 0;
      result.rearmed += done.rearmed ?? 0;
    } catch (error) {
      result.failed += 1;
      log({ service, event: "failed", error: errorName(error) });
    }
  };

type Wave = { setup: Setup; forced: boolean; waiting: School[]; result: SweepResult; attempt: Attempt };

/** One instant holds for a wave: what it opens is news to the messages that it decides. */
async function wave({ clock, ...rest }: SweepDeps, { setup, forced, waiting, result, attempt }: Wave) {
  const now = clock();
  const deps = { ...rest, clock: () => now };
  const worker = async () => {
    while (waiting.length > 0 && clock().getTime() - now.getTime() < WAVE_MS) {
      const school = waiting.shift();
      if (school === undefined) return;
      await attempt(async () => ({ schools: await sweepSchool(deps, { school, setup, forced }) }));
    }
  };
  await Promise.all(Array.from({ length: WIDTH }, worker));
  await attempt(async () => {
    const { tell, unowned } = await messenger(deps, { setup, now, forced: forced && waiting.length === 0 });
    result.unowned = unowned;
    await concurrently(setup.contacts, WIDTH, (contact) => attempt(() => tell(contact)));
    return {};
  });
}
