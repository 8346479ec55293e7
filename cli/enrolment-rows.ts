import { idPatternOf } from "../domain/opaque-ids.ts";
import { Enrolment, type RosterEntry, type Setup } from "../domain/setup.ts";
import { filled, sensible, type Read } from "./roster-rows.ts";
import { leftIssues } from "./roster-status.ts";

type Known = Record<"student_id" | "school_id" | "program_id" | "provider_id", ReadonlySet<string>>;

/** What an enrolment may refer to. */
export const knownOf = ({ schools, programs, providers }: Setup, roster: readonly RosterEntry[]): Known => ({
  student_id: new Set(roster.map(({ student_id }) => student_id)),
  school_id: new Set(schools.map(({ school_id }) => school_id)),
  program_id: new Set(programs.map(({ program_id }) => program_id)),
  provider_id: new Set(providers.map(({ provider_id }) => provider_id)),
});

const UNKNOWN = {
  student_id: "is on no roster; import the roster first, with `rollcall import students`",
  school_id: "is no school that is set up",
  program_id: "is no program that is set up; add it to setup.yaml and apply it",
  provider_id: "is no provider that is set up; add it to setup.yaml and apply it",
} as const satisfies Record<keyof Known, string>;
const REFERENCES = ["student_id", "school_id", "program_id", "provider_id"] as const;

/** Reads an enrolment; what refers to nothing that is set up is a fault. */
export function readEnrolment(
  cells: Record<string, string>,
  known: Known,
  id_pattern: string | undefined,
): Read<Enrolment> {
  const columns = [...REFERENCES, "from", "to"];
  const unknown = REFERENCES.flatMap((column) => {
    const id = cells[column] ?? "";
    return id === "" || known[column].has(id) ? [] : [{ path: [column], message: UNKNOWN[column] }];
  });
  return sensible(Enrolment.safeParse(filled(cells, columns)), {
    cells,
    pattern: idPatternOf(id_pattern),
    unknown: [...unknown, ...leftIssues(cells)],
  });
}
