import { demoDistrict } from "./demo.ts";
import { untilSummarised } from "./until-summarised.ts";
import { postEvents } from "./post-events.ts";
import { readyProvider } from "./ready-provider.ts";
import type { Target } from "./target.ts";

const BATCH = 250;

/** Sets the demo district up and posts its events as its providers would. Resolves to how many events were posted. */
export async function loadDemo(target: Target, now: Date): Promise<number> {
  const { setup, roster, enrolments, events } = demoDistrict(now);
  await target.setup.put(setup);
  await target.setup.putRoster(roster);
  await target.setup.putEnrolments(enrolments);
  await Promise.all(
    setup.providers.map(async ({ provider_id }) => {
      const api = { url: target.apiUrl, key: await readyProvider(target, provider_id) };
      const own = events.filter((posted) => posted.provider_id === provider_id).map(({ event }) => event);
      for (let at = 0; at < own.length; at += BATCH) await postEvents(api, own.slice(at, at + BATCH));
    }),
  );
  await untilSummarised(
    target,
    setup.schools.map(({ school_id }) => school_id),
  );
  return events.length;
}
