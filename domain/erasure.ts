import { contentOf, readContent } from "./session-content.ts";
import type { Session } from "./session.ts";

/** Says of a student's id whether it was erased. */
export type IsErased = (student_id: string) => boolean;

/** A session without the students who were erased; it was held all the same, for a group of the same size. */
export const withoutErased = (session: Session, isErased: IsErased): Session => ({
  ...session,
  students: session.students.filter(({ student_id }) => !isErased(student_id)),
});

/** Whether a stored content names a student. What cannot be read is searched as text. */
export function namesStudent(content: string, student_id: string): boolean {
  const session = readContent(content);
  if (session === undefined) return content.includes(JSON.stringify(student_id));
  return session.students.some((student) => student.student_id === student_id);
}

/** A stored content without anybody who was erased; what cannot be read stays as it is. */
export function withoutErasedContent(content: string, isErased: IsErased): string {
  const session = readContent(content);
  if (session === undefined || !session.students.some(({ student_id }) => isErased(student_id)))
    return content;
  return contentOf(withoutErased(session, isErased));
}

/** A stored content without a student; what cannot be read is emptied, and counted as unreadable as before. */
export function contentWithout(content: string, student_id: string): string {
  const session = readContent(content);
  if (session === undefined) return content.includes(JSON.stringify(student_id)) ? "" : content;
  return contentOf(withoutErased(session, (id) => id === student_id));
}

/** What a stored session says of one student, and of the session itself; of no other student. */
export function partOf(content: string, student_id: string): object {
  const session = readContent(content);
  if (session === undefined) return { unreadable: true };
  const { students, ...rest } = session;
  return { ...rest, student: students.find((student) => student.student_id === student_id) };
}
