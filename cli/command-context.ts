import type { Command } from "commander";
import type { findTarget } from "./target.ts";

export type Output = {
  out: (text: string) => void;
  err: (text: string) => void;
  /** Sets the code with which the command ends. */
  exit?: (code: number) => void;
};
export type Common = { json?: boolean };

export type Context = { program: Command; io: Output; target: () => ReturnType<typeof findTarget> };

/** Prints a result, as JSON where that is asked for. */
export function show(io: Output, { json }: Common, { value, text }: { value: unknown; text: string }): void {
  io.out(json === true ? JSON.stringify(value, undefined, 2) : text);
}
