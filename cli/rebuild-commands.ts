import { setTimeout as sleep } from "node:timers/promises";
import { AnotherRebuild } from "../adapters/rebuild.ts";
import { show, type Common, type Context } from "./command-context.ts";
import { UsageError } from "./fail.ts";
import { rebuild, rebuildText } from "./rebuild.ts";
import { restore, restoreText } from "./restore.ts";

/** Longer than any one read of a school's views. */
const READ_MS = 65_000;

/** Makes what was lost or is wrong anew. */
export function addRebuild(context: Context): void {
  const { program, io, target } = context;
  program
    .command("rebuild")
    .description(
      "make all views anew from the facts, beside those that count; can be interrupted and resumed",
    )
    .option("--school <school_id>", "of this school alone")
    .option("--dry-run", "show what would be made anew")
    .option("--json", "as JSON")
    .action(async (flags: Common & { school?: string; dryRun?: boolean }) => {
      const dryRun = flags.dryRun === true;
      try {
        const value = await rebuild(await target(), {
          school: flags.school,
          dryRun,
          progress: io.err,
          untilUnread: async () => {
            io.err("Waiting 65 s, until nobody reads the old views, then deleting them …");
            await sleep(READ_MS);
          },
        });
        show(io, flags, { value, text: rebuildText(value, dryRun) });
      } catch (error) {
        if (!(error instanceof AnotherRebuild)) throw error;
        throw new UsageError(`${error.message}: wait until it has ended.`);
      }
    });
  addRestore(context);
}

type RestoreFlags = Common & { fromTable: string; dryRun?: boolean };

function addRestore({ program, io, target }: Context): void {
  program
    .command("restore")
    .description("bring back what is missing or older here, from a table that was restored from a backup")
    .requiredOption("--from-table <name>", "the restored table, in the same account and region")
    .option("--dry-run", "rehearse: show what would be brought back")
    .option("--json", "as JSON")
    .action(async (flags: RestoreFlags) => {
      const dryRun = flags.dryRun === true;
      const value = await restore(await target(), { fromTable: flags.fromTable, dryRun, progress: io.err });
      show(io, flags, { value, text: restoreText(value, dryRun) });
    });
}
