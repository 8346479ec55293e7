import type { AnchorStore } from "../../adapters/anchor-store.ts";
import type { AuditStore } from "../../adapters/audit-store.ts";
import type { Log } from "../framework/log.ts";

export type SealDeps = {
  audit: Pick<AuditStore, "seal" | "head">;
  anchors: Pick<AnchorStore, "put">;
  clock: () => Date;
  log: Log;
};

/**
 * Puts what was read into the audit log's chain once its quarter of an hour is over, and keeps the hash of the last
 * block where nobody can change it. Bears being called twice.
 */
export const sealAudit = ({ audit, anchors, clock, log }: SealDeps) => {
  let anchored = 0;
  return async (): Promise<{ head: number }> => {
    await audit.seal(clock());
    const head = await audit.head();
    if (head !== undefined && head.number > anchored) {
      await anchors.put(head.number, head.hash);
      anchored = head.number;
    }
    log({ service: "seal-audit", event: "sealed", counts: { blocks: head?.number ?? 0 } });
    return { head: head?.number ?? 0 };
  };
};
