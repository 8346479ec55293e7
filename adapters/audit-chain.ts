import { createHash } from "node:crypto";
import type { Anchors } from "./anchor-store.ts";
import * as z from "zod";

/** Who did what to whom, and how often within a quarter of an hour. Students stand in it by their pseudonyms. */
export const AuditLine = z.strictObject({
  /** ISO instant of the first time, to the quarter of an hour for reads. */
  at: z.string(),
  /** `person:…`, `provider:…`, or the identity under which an admin command ran. */
  who: z.string(),
  /** An operation of the API or a command. */
  what: z.string(),
  school_id: z.string().optional(),
  /** Pseudonym of a student. */
  student: z.string().optional(),
  /** Why an admin did it, in her words. */
  why: z.string().optional(),
  count: z.int(),
});
export type AuditLine = z.infer<typeof AuditLine>;

export const Block = z.strictObject({
  number: z.int(),
  at: z.string(),
  /** Hash of the block before; empty in the first. */
  previous: z.string(),
  lines: z.array(AuditLine),
  hash: z.string(),
});
export type Block = z.infer<typeof Block>;

export const hashOf = ({ hash: _, ...block }: Block) =>
  createHash("sha256").update(JSON.stringify(block)).digest("base64url");

export const optional = ({ school_id, student, why }: Omit<AuditLine, "at" | "count">) => ({
  ...(school_id !== undefined && { school_id }),
  ...(student !== undefined && { student }),
  ...(why !== undefined && { why }),
});

/** The block that follows another. The order of its fields is part of what is hashed. */
export function following(head: Block | undefined, lines: readonly AuditLine[], at: string): Block {
  const block = {
    number: (head?.number ?? 0) + 1,
    at,
    previous: head?.hash ?? "",
    lines: lines.map((line) => ({
      at: line.at,
      who: line.who,
      what: line.what,
      ...optional(line),
      count: line.count,
    })),
    hash: "",
  };
  return { ...block, hash: hashOf(block) };
}

export type ChainFault = { number: number; what: "changed" | "missing" | "broken" };

/**
 * What is wrong with a chain: a block whose hash is not its own, one that does not follow the one before, one that is
 * missing. `anchors` are hashes of blocks kept elsewhere; `begins` is the number of the first block that must be there.
 */
export function faultsOfChain(
  blocks: readonly Block[],
  { anchors, begins }: { anchors: Anchors; begins: number },
): ChainFault[] {
  const faults = blocks.flatMap((block, place) => [
    ...missing(place === 0 ? begins : (blocks[place - 1]?.number ?? 0) + 1, block.number),
    ...faultsOfBlock(block, { before: blocks[place - 1], begins, kept: anchors.get(block.number) ?? [] }),
  ]);
  const end = (blocks.at(-1)?.number ?? begins - 1) + 1;
  return [...faults, ...missing(end, Math.max(0, ...anchors.keys()) + 1)];
}

/** Numbers from one to before another. */
const missing = (from: number, to: number): ChainFault[] =>
  Array.from({ length: Math.max(0, to - from) }, (_, place) => ({ number: from + place, what: "missing" }));

type Beside = { before: Block | undefined; begins: number; kept: readonly string[] };

function faultsOfBlock(block: Block, { before, begins, kept }: Beside): ChainFault[] {
  const { number: at, hash } = block;
  if (hashOf(block) !== hash || kept.some((anchor) => anchor !== hash))
    return [{ number: at, what: "changed" }];
  // the first block of all follows nothing; the first that is kept follows what has expired
  const previous = before?.hash ?? (begins === 1 ? "" : block.previous);
  return block.previous === previous ? [] : [{ number: at, what: "broken" }];
}
