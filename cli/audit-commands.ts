import { isDay } from "../domain/school-day.ts";
import { auditLines, auditText, lineText, verifyAudit } from "./audit.ts";
import { show, type Common, type Context } from "./command-context.ts";
import { UsageError } from "./fail.ts";

/** Who read or changed what, and whether that can be trusted. */
export function addAudit({ program, io, target }: Context): void {
  const audit = program.command("audit").description("who read or changed what");
  audit
    .command("verify")
    .description("check that nothing in the log was changed, moved or cut")
    .option("--json", "as JSON")
    .action(async (flags: Common) => {
      const value = await verifyAudit(await target(), new Date());
      show(io, flags, { value, text: auditText(value) });
      if (value.faults.length > 0) throw new UsageError("The audit log was tampered with.");
    });
  audit
    .command("list")
    .description("lines of the log")
    .option("--day <day>", "of this day (UTC)")
    .option("--student <student_id>", "about this student")
    .option("--json", "as JSON")
    .action(async ({ day, student, ...flags }: Common & { day?: string; student?: string }) => {
      if (day !== undefined && !isDay(day)) throw new UsageError("--day is no date, such as 2026-11-25.");
      const value = await auditLines(await target(), { day, student_id: student });
      show(io, flags, { value, text: value.map(lineText).join("\n") });
    });
}
