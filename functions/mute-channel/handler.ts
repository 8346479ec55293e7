import * as z from "zod";
import type { MuteStore } from "../../adapters/mute-store.ts";
import type { Log } from "../framework/log.ts";

/** As much of an SES event, as EventBridge hands it over, as tells whom mail no longer reaches. */
export const SesEvent = z.looseObject({
  detail: z.looseObject({
    eventType: z.string(),
    bounce: z
      .looseObject({
        bounceType: z.string(),
        bouncedRecipients: z.array(z.looseObject({ emailAddress: z.string() })),
      })
      .optional(),
    complaint: z
      .looseObject({ complainedRecipients: z.array(z.looseObject({ emailAddress: z.string() })) })
      .optional(),
  }),
});
type SesEvent = z.infer<typeof SesEvent>;

export type MuteDeps = { mutes: Pick<MuteStore, "mute">; clock: () => Date; log: Log };

const service = "mute-channel";

/**
 * Mutes the addresses that SES cannot deliver to for good, on its suppression list included, and those whose owners
 * complained. The next digest of the district tells.
 */
export const muteChannel =
  ({ mutes, clock, log }: MuteDeps) =>
  async (event: unknown): Promise<void> => {
    const { addresses, why } = mutedBy(SesEvent.parse(event));
    for (const address of addresses)
      await mutes.mute({ channel: "mail", address, why, at: clock().toISOString() });
    log({ service, event: "muted", counts: { addresses: addresses.length } });
  };

/** A mailbox that is full or away is tried again with the next mail: only what is permanent mutes. */
function mutedBy({ detail: { bounce, complaint } }: SesEvent) {
  const bounced = bounce?.bounceType === "Permanent" ? bounce.bouncedRecipients : [];
  const complained = complaint?.complainedRecipients ?? [];
  const why = complained.length > 0 ? ("complained" as const) : ("bounced" as const);
  const addresses = [...bounced, ...complained].map(({ emailAddress }) => addressIn(emailAddress));
  return { addresses, why };
}

/** `Jane Doe <jane@example.org>` and `jane@example.org` are one address. */
const addressIn = (text: string) => (/<([^>]+)>/.exec(text)?.[1] ?? text).trim().toLowerCase();
