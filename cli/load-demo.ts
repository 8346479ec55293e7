import { demoDistrict, type Post } from "./demo.ts";
import { untilSummarised } from "./until-summarised.ts";
import { postEvents } from "./post-events.ts";
import { readyProvider } from "./ready-provider.ts";
import type { Target } from "./target.ts";

/** A stack whose functions can be told what time it is; undefined is the machine's time. */
export type ClockedStack = { setClock: (at: Date | undefined) => void };

/**
 * Sets the demo district up and posts its events as its providers would, each at its time of the past ten weeks.
 * Resolves to how many events were posted.
 */
export async function loadDemo(stack: ClockedStack, target: Target, now: Date): Promise<number> {
  const { setup, roster, enrolments, posts } = demoDistrict(now);
  await target.setup.put(setup);
  await target.setup.putRoster(roster);
  await target.setup.putEnrolments(enrolments);
  const keys = new Map<string, string>();
  for (const { provider_id } of setup.providers)
    keys.set(provider_id, await readyProvider(target, provider_id));
  try {
    for (const [at, round] of Map.groupBy(posts, (post) => post.at)) {
      stack.setClock(new Date(at));
      await postRound({ target, keys }, round);
    }
  } finally {
    stack.setClock(undefined);
  }
  await untilSummarised(
    target,
    setup.schools.map(({ school_id }) => school_id),
  );
  return posts.length;
}

type Senders = { target: Target; keys: ReadonlyMap<string, string> };

async function postRound({ target, keys }: Senders, round: readonly Post[]): Promise<void> {
  const byProvider = [...Map.groupBy(round, ({ provider_id }) => provider_id)];
  await Promise.all(
    byProvider.map(([provider_id, own]) =>
      postEvents(
        { url: target.apiUrl, key: keys.get(provider_id) ?? "" },
        own.map(({ event }) => event),
      ),
    ),
  );
}
