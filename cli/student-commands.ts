import { writeFileSync } from "node:fs";
import { setTimeout as sleep } from "node:timers/promises";
import { Id } from "../domain/ids.ts";
import { show, type Common, type Context } from "./command-context.ts";
import { eraseStudent, type Certificate } from "./erase.ts";
import { UsageError } from "./fail.ts";
import { exportStudent, findStudent, requireSomething } from "./student.ts";

/** Longer than any function remembers who was erased, and then works on one request. */
const FORGOTTEN_MS = 95_000;

/** What is stored about one student: to be shown to her parents, or erased. */
export function addStudents(context: Context): void {
  const { program, io, target } = context;
  const student = program.command("student").description("what is stored about one student");
  student
    .command("export <student_id>")
    .description("everything that is known of her, as JSON")
    .option("--out <file>", "into this file instead of the terminal")
    .action(async (given: string, { out }: { out?: string }) => {
      const student_id = studentIdOf(given);
      const value = await exportStudent(await target(), student_id, { now: new Date(), progress: io.err });
      const text = JSON.stringify(value, undefined, 2);
      if (out === undefined) return io.out(text);
      writeFileSync(out, text, { mode: 0o600 });
      io.out(`${value.sessions.length} sessions written to ${out}`);
    });
  addErase(context, student);
}

function studentIdOf(given: string): string {
  const parsed = Id.safeParse(given);
  if (parsed.success) return parsed.data;
  throw new UsageError(`student_id ${parsed.error.issues[0]?.message ?? "is wrong"}.`);
}

type EraseFlags = Common & { dryRun?: boolean; yes?: boolean; out?: string };

function addErase({ program, io, target }: Context, student: Context["program"]): void {
  student
    .command("erase <student_id>")
    .description("take her out of everything that is stored; needs --why, and --yes")
    .option("--dry-run", "show what would be erased")
    .option("--yes", "erase; it cannot be undone")
    .option("--out <file>", "the certificate, into this file too")
    .option("--json", "as JSON")
    .action(async (given: string, flags: EraseFlags) => {
      const student_id = studentIdOf(given);
      const { why } = program.opts<{ why?: string }>();
      if (why === undefined)
        throw new UsageError('Say why: `rollcall --why "request of …" student erase …`.');
      const place = await target();
      if (flags.dryRun === true || flags.yes !== true) {
        const found = await findStudent(place, student_id, io.err);
        const value = Object.fromEntries(Object.entries(found).map(([name, rows]) => [name, rows.length]));
        const lines = Object.entries(value).map(([name, count]) => `${name}: ${count}`);
        return show(io, flags, { value, text: [...lines, "Nothing was erased: add --yes."].join("\n") });
      }
      requireSomething(await findStudent(place, student_id, io.err), student_id);
      const value = await eraseStudent(place, student_id, {
        why,
        now: new Date(),
        progress: io.err,
        untilForgotten: async () => {
          io.err("Waiting 95 s, until every running function knows, then looking again …");
          await sleep(FORGOTTEN_MS);
        },
      });
      if (flags.out !== undefined)
        writeFileSync(flags.out, JSON.stringify(value, undefined, 2), { mode: 0o600 });
      show(io, flags, { value, text: certificateText(value) });
    });
}

const certificateText = ({ student, erased_at, why, erased, verified, remaining }: Certificate) =>
  [
    `Certificate of erasure of student ${student} (pseudonym), ${erased_at}`,
    `Why: ${why}`,
    ...Object.entries(erased).map(([name, count]) => `${name}: ${count}`),
    verified ? "A second look found nothing." : "A second look still found something: run the command again.",
    "Copies that go by themselves:",
    ...remaining.map(({ what, until }) => `  ${what}: until ${until}`),
  ].join("\n");
