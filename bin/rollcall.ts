import { rollcall } from "../cli/commands.ts";
import { sentenceOf } from "../cli/fail.ts";

const io = {
  out: (text: string) => console.log(text),
  err: (text: string) => console.error(text),
  exit: (code: number) => void (process.exitCode = code),
};
try {
  await rollcall(io).parseAsync(process.argv);
} catch (error) {
  const sentence = sentenceOf(error);
  if (sentence === undefined) throw error;
  console.error(sentence);
  process.exitCode = 1;
}
