import { releaseQuarantine } from "../../adapters/release-quarantine.ts";
import type { MessageStore } from "../../adapters/message-store.ts";
import type { MuteStore } from "../../adapters/mute-store.ts";
import type { SessionStore } from "../../adapters/session-store.ts";
import { concurrently } from "../framework/concurrently.ts";
import { errorName, type Log } from "../framework/log.ts";
import { sweepSchool, type SchoolDeps } from "./sweep-school.ts";
import { messenger } from "./tell.ts";

export type SweepDeps = SchoolDeps & {
  sessions: SessionStore;
  messages: MessageStore;
  mutes: Pick<MuteStore, "all">;
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

/**
 * What the clock asks for. Every part bears being called twice; what fails is done again by the next sweep. One
 * instant holds for the whole run: what it opens is news to the messages that it decides.
 */
export const sweep =
  ({ clock, ...rest }: SweepDeps) =>
  async ({ digest_now: forced = false }: SweepEvent): Promise<SweepResult> => {
    const now = clock();
    const deps = { ...rest, clock: () => now };
    const setup = await deps.setup.all();
    const result = { released: 0, schools: 0, messages: 0, rearmed: 0, unowned: 0, failed: 0 };
    const attempt = async (task: () => Promise<Partial<SweepResult>>) => {
      try {
        const done = await task();
        result.released += done.released ?? 0;
        result.schools += done.schools ?? 0;
        result.messages += done.messages ?? 0;
        result.rearmed += done.rearmed ?? 0;
      } catch (error) {
        result.failed += 1;
        deps.log({ service, event: "failed", error: errorName(error) });
      }
    };
    await concurrently(setup.schools, WIDTH, (school) =>
      attempt(async () => ({ schools: await sweepSchool(deps, { school, setup, forced }) })),
    );
    await attempt(async () => {
      const { tell, unowned } = await messenger(deps, { setup, now, forced });
      result.unowned = unowned;
      await concurrently(setup.contacts, WIDTH, (contact) => attempt(() => tell(contact)));
      return {};
    });
    await attempt(async () => ({ released: await releaseQuarantine(deps.sessions, setup) }));
    if (result.unowned > 0) deps.log({ service, event: "unowned", counts: { alerts: result.unowned } });
    deps.log({ service, event: "swept", counts: result });
    if (result.failed > 0) throw new Error("a part of the sweep failed; it is done again by the next one");
    return result;
  };
