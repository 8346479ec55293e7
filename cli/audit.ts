import { faultsOfChain, type AuditLine, type ChainFault } from "../adapters/audit-chain.ts";
import type { Target } from "./target.ts";

/** A command that opened a stack: what it is called, who runs it and why. */
export type Ran = { what: string; why: string | undefined; school_id?: string; student_id?: string };

/** Writes down that an admin command runs, before it does anything. */
export async function recordCommand(place: Target, ran: Ran, now: Date): Promise<void> {
  const { what, why, school_id, student_id } = ran;
  await place.audit.append({
    at: now.toISOString(),
    who: await place.whoAmI(),
    what: `rollcall ${what}`,
    ...(school_id !== undefined && { school_id }),
    ...(student_id !== undefined && { student: await place.pseudonym(student_id) }),
    ...(why !== undefined && { why }),
  });
}

export type AuditCheck = {
  blocks: number;
  lines: number;
  anchors: number;
  /** Lines of reads that are not yet in the chain. */
  open: number;
  faults: ChainFault[];
};

const FIRST_YEAR = 2026;
/** Whether the audit log is as it was written: each block follows the one before, and is what was anchored. */
export async function verifyAudit(place: Target, now: Date): Promise<AuditCheck> {
  const [anchors, blocks] = [await place.anchors.all(), await place.audit.blocks()];
  // blocks expire from the front after seven years; the anchors tell where the chain began
  const begins = now.getUTCFullYear() - FIRST_YEAR < 7 ? 1 : (blocks[0]?.number ?? 1);
  return {
    blocks: blocks.length,
    lines: blocks.reduce((sum, { lines }) => sum + lines.length, 0),
    anchors: anchors.size,
    open: (await place.audit.open()).length,
    faults: faultsOfChain(blocks, { anchors, begins }),
  };
}

export const auditText = ({ blocks, lines, anchors, open, faults }: AuditCheck) =>
  [
    ...faults.map(
      ({ number, what }) => `block ${number} is ${what === "broken" ? "out of its place" : what}`,
    ),
    `${blocks} blocks with ${lines} lines, ${anchors} of them anchored; ${open} lines wait for their quarter of an hour to end`,
    faults.length === 0 ? "The log is whole." : `${faults.length} faults: see docs/runbooks.md, "audit".`,
  ].join("\n");

export type Looked = { day: string | undefined; student_id: string | undefined };

/** Lines of the log, the latest last; those about one student, or of one day. */
export async function auditLines(place: Target, { day, student_id }: Looked): Promise<AuditLine[]> {
  const student = student_id === undefined ? undefined : await place.pseudonym(student_id);
  const blocks = await place.audit.blocks();
  return [...blocks.flatMap(({ lines }) => lines), ...(await place.audit.open())].filter(
    (line) =>
      (day === undefined || line.at.startsWith(day)) && (student === undefined || line.student === student),
  );
}

export const lineText = ({ at, who, what, school_id, student, why, count }: AuditLine) =>
  [
    at,
    who,
    what,
    school_id ?? "-",
    student === undefined ? "-" : `student ${student}`,
    count > 1 ? `${count} times` : "",
    why ?? "",
  ]
    .join("  ")
    .trimEnd();
