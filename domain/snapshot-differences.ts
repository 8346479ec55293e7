import type { Fault } from "./problem.ts";
import type { SessionStudent } from "./session.ts";
import { readContent } from "./session-content.ts";

/**
 * Says in which fields a snapshot differs from the stored one, as JSON pointers into the event. Repeats neither values
 * nor ids: the sender has both.
 */
export function differences(stored: string, sent: string): Fault[] {
  const [before, after] = [readContent(stored), readContent(sent)];
  if (before === undefined || after === undefined) return [];
  const old = new Map<string, unknown>(Object.entries(before));
  const changed = Object.entries(after).filter(
    ([name, value]) => name !== "students" && value !== old.get(name),
  );
  return [
    ...changed.map(([name]) => ({
      pointer: name === "status" ? "/type" : `/data/${name}`,
      detail: "differs from what is stored",
    })),
    ...studentDifferences(before.students, after.students),
  ];
}

function studentDifferences(before: readonly SessionStudent[], after: readonly SessionStudent[]): Fault[] {
  const known = new Map(before.map((student) => [student.student_id, JSON.stringify(student)]));
  const named = new Set(after.map(({ student_id }) => student_id));
  const left = before.filter(({ student_id }) => !named.has(student_id)).length;
  const added = after.filter(({ student_id }) => !known.has(student_id)).length;
  const other = after.filter((student) => {
    const old = known.get(student.student_id);
    return old !== undefined && old !== JSON.stringify(student);
  }).length;
  const parts = [
    ...(left > 0 ? [`leaves out ${left} of the stored ones`] : []),
    ...(added > 0 ? [`adds ${added}`] : []),
    ...(other > 0 ? [`says something else of ${other}`] : []),
  ];
  return parts.length === 0 ? [] : [{ pointer: "/data/students", detail: parts.join("; ") }];
}
