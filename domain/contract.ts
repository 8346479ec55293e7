import * as z from "zod";
import { Day, Id } from "./ids.ts";
import { RETENTION } from "./retention.ts";
import { addDays, isCurrent } from "./school-day.ts";

/** What a provider may report: at which schools, of which programs, from when to when. What is not named is not limited. */
export const Contract = z
  .strictObject({
    school_ids: z.array(Id).min(1).optional(),
    program_ids: z.array(Id).min(1).optional(),
    from: Day.optional(),
    to: Day.optional(),
    /** Days after `to` in which it may still be reported, corrected and read under this contract; 30 where it is not said. */
    late_report_days: z.int().min(0).max(RETENTION.sessions).optional(),
  })
  .refine(({ from, to }) => from === undefined || to === undefined || from <= to, {
    path: ["to"],
    error: "lies before `from`",
  });
export type Contract = z.infer<typeof Contract>;

/** Whether a contract holds at a school. */
export const isAtSchool = ({ school_ids }: Pick<Contract, "school_ids">, school_id: string) =>
  school_ids?.includes(school_id) ?? true;

/** Whether a contract holds at a school on a school-local date. */
export const isInForce = (contract: Contract, school_id: string, day: string) =>
  isAtSchool(contract, school_id) && isCurrent(contract, day);

/** Days after its end in which a contract still lets a provider report late, correct and read. */
const LATE_REPORT_DAYS = 30;

/** The last date on which anything may be done under a contract; undefined while it has no end. */
const lastDayOf = ({ to, late_report_days = LATE_REPORT_DAYS }: Contract): string | undefined =>
  to === undefined ? undefined : addDays(to, late_report_days);

const isClosed = (contract: Contract, today: string) => (lastDayOf(contract) ?? today) < today;

/** Whether a contract at a school ended so long ago that nothing of it may be changed any more. */
export const hasClosed = (contracts: readonly Contract[], school_id: string, today: string) =>
  contracts.some((contract) => isAtSchool(contract, school_id) && isClosed(contract, today));

/** What may be reported at a school on a date: what happens then, only what happened before or comes later, or nothing. */
export type Standing = "running" | "late" | "to come" | "over";
export const STANDINGS: readonly Standing[] = ["running", "late", "to come", "over"];

/** How a provider's contracts at a school stand on a school-local date: as the one that lets it report most. */
export function standingAt(contracts: readonly Contract[], school_id: string, today: string): Standing {
  const standings = contracts
    .filter((contract) => isAtSchool(contract, school_id))
    .map((contract): Standing => {
      if (isCurrent(contract, today)) return "running";
      if (isClosed(contract, today)) return "over";
      return (contract.from ?? today) > today ? "to come" : "late";
    });
  return STANDINGS.find((standing) => standings.includes(standing)) ?? "over";
}

/** What an event is about. A void names neither program nor day, so neither is asked of it. */
export type ReportedPlace = {
  school_id: string;
  /** Empty where a session names none; undefined where it need not. */
  program_id: string | undefined;
  /** School-local date of the session. */
  day: string | undefined;
  /** School-local date on which it is reported. */
  today: string;
};

/** What no contract covers, from far to near; undefined where one covers all of it. */
export type Uncovered = "school" | "program" | "day" | "closed";

export function uncovered(contracts: readonly Contract[], place: ReportedPlace): Uncovered | undefined {
  const { school_id, program_id, day, today } = place;
  const atSchool = contracts.filter((contract) => isAtSchool(contract, school_id));
  if (atSchool.length === 0) return "school";
  const ofProgram = atSchool.filter(
    ({ program_ids }) => program_id === undefined || (program_ids?.includes(program_id) ?? true),
  );
  if (ofProgram.length === 0) return "program";
  const covering = day === undefined ? ofProgram : ofProgram.filter((contract) => isCurrent(contract, day));
  if (covering.length === 0) return "day";
  return covering.every((contract) => isClosed(contract, today)) ? "closed" : undefined;
}

/** Whether a provider may read about a school on this day: while a contract there runs, and shortly after. */
export const isReadable = (contracts: readonly Contract[], school_id: string, today: string) =>
  contracts.some(
    (contract) =>
      isAtSchool(contract, school_id) &&
      (contract.from === undefined || contract.from <= today) &&
      !isClosed(contract, today),
  );
