import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { readyPeople } from "../../cli/ready-people.ts";
import { readyProvider } from "../../cli/ready-provider.ts";
import { targetOfState, type Target } from "../../cli/target.ts";
import { stateOf } from "../../local/state.ts";
import { startStack, type LocalStack } from "../../local/stack.ts";
import { ASSEMBLY } from "./dynamo.ts";

export type TestStack = {
  stack: LocalStack;
  target: Target;
  key: string;
  lines: string[];
  close: () => Promise<void>;
};

/** A whole local stack on free ports, with the ready-made provider `local`. */
export async function testStack(): Promise<TestStack> {
  const lines: string[] = [];
  const output = (source: string, line: string) => void lines.push(`${source}: ${line}`);
  const running: { target?: Target } = {};
  const people = async () => (running.target === undefined ? [] : readyPeople(running.target));
  const stack = await startStack({ assembly: ASSEMBLY, port: 0, output, people });
  const key = await readyProvider(targetOfState(stateOf(stack, {})), "local");
  const target = targetOfState(stateOf(stack, { local: key }));
  running.target = target;
  return { stack, target, key, lines, close: stack.close };
}

/** A folder that is gone when the process ends. */
export function temporaryFolder(): string {
  const folder = mkdtempSync(join(tmpdir(), "rollcall-test-"));
  process.on("exit", () => rmSync(folder, { recursive: true, force: true }));
  return folder;
}
