import type { Command } from "commander";
import * as z from "zod";
import { recordCommand, type Ran } from "./audit.ts";
import type { Context } from "./command-context.ts";
import type { findTarget } from "./target.ts";

/** Opens the stack that is named, once it is written down who runs which command on it, and why. */
export function auditedTarget(program: Command, find: typeof findTarget): Context["target"] {
  let running: Command | undefined;
  program.hook("preAction", (_, command) => void (running = command));
  let opened: ReturnType<Context["target"]> | undefined;
  const open = async () => {
    const place = await find(stackOf(program));
    if (running !== undefined) await recordCommand(place, ranOf(program, running), new Date());
    return place;
  };
  return () => (opened ??= open());
}

const Named = z.looseObject({ school: z.string().optional(), student: z.string().optional() });

/** The command by its name, and whom it is about; what else was given is not kept. */
function ranOf(program: Command, command: Command): Ran {
  const names: string[] = [];
  for (let one: Command | null = command; one !== null && one !== program; one = one.parent)
    names.unshift(one.name());
  const { school: school_id, student } = Named.parse(command.opts());
  const student_id = names[0] === "student" ? command.args[0] : student;
  const { why } = program.opts<{ why?: string }>();
  return {
    what: names.join(" "),
    why,
    ...(school_id !== undefined && { school_id }),
    ...(student_id !== undefined && { student_id }),
  };
}

function stackOf(program: Command): string | undefined {
  const { stack } = program.opts<{ stack?: string }>();
  return stack;
}
