import * as z from "zod";
import { Day, Id } from "./ids.ts";
import { addDays, isCurrent } from "./school-day.ts";

/** What a provider may report: at which schools, of which programs, from when to when. What is not named is not limited. */
export const Contract = z
  .strictObject({
    school_ids: z.array(Id).min(1).optional(),
    program_ids: z.array(Id).min(1).optional(),
    from: Day.optional(),
    to: Day.optional(),
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

/** What an event is about. A void names neither program nor day, so neither is asked of it. */
export type ReportedPlace = {
  school_id: string;
  /** Empty where a session names none; undefined where it need not. */
  program_id: string | undefined;
  /** School-local date of the session. */
  day: string | undefined;
};

/** What no contract covers, from far to near; undefined where one covers all of it. */
export type Uncovered = "school" | "program" | "day";

export function uncovered(contracts: readonly Contract[], place: ReportedPlace): Uncovered | undefined {
  const { school_id, program_id, day } = place;
  const atSchool = contracts.filter((contract) => isAtSchool(contract, school_id));
  if (atSchool.length === 0) return "school";
  const ofProgram = atSchool.filter(
    ({ program_ids }) => program_id === undefined || (program_ids?.includes(program_id) ?? true),
  );
  if (ofProgram.length === 0) return "program";
  return day === undefined || ofProgram.some((contract) => isCurrent(contract, day)) ? undefined : "day";
}

/** Days after its contract for which a provider reads what it reported, to correct it; after that it reads nothing. */
export const READ_AFTER_DAYS = 30;

/** Whether a provider may read about a school on this day: while a contract there runs, and shortly after. */
export const isReadable = (contracts: readonly Contract[], school_id: string, today: string) =>
  contracts.some(
    ({ school_ids, from, to }) =>
      isAtSchool({ school_ids }, school_id) &&
      (from === undefined || from <= today) &&
      (to === undefined || addDays(to, READ_AFTER_DAYS) >= today),
  );
