import { rollcall } from "../cli/commands.ts";
import { UsageError } from "../cli/fail.ts";

const io = { out: (text: string) => console.log(text), err: (text: string) => console.error(text) };
try {
  await rollcall(io).parseAsync(process.argv);
} catch (error) {
  if (!(error instanceof UsageError)) throw error;
  console.error(error.message);
  process.exitCode = 1;
}
