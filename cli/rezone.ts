import { dayOf } from "../domain/school-day.ts";
import { readContent } from "../domain/session-content.ts";
import { startOf } from "../domain/session.ts";
import type { SessionRecord } from "../domain/session-record.ts";
import type { School } from "../domain/setup.ts";
import type { Target } from "./target.ts";

/**
 * Gives every session of these schools the day that its school's zone says. A moved record marks both its days dirty
 * by itself. Done again it moves nothing, so that an interrupted run is finished by another one. Resolves to the
 * number of sessions that moved.
 */
export async function rezone(target: Pick<Target, "sessions">, schools: readonly School[]): Promise<number> {
  let moved = 0;
  for (const school of schools) {
    const records = await target.sessions.ofSchool(school.school_id);
    for (const { record, day } of records.flatMap((record) => moveOf(record, school))) {
      // what is corrected meanwhile gets its day from the new zone
      if (await target.sessions.move(record, day)) moved += 1;
    }
  }
  return moved;
}

function moveOf(record: SessionRecord, { time_zone }: School): { record: SessionRecord; day: string }[] {
  const session = readContent(record.content);
  const day = session === undefined ? undefined : dayOf(startOf(session), time_zone);
  return day === undefined || day === record.day ? [] : [{ record, day }];
}
