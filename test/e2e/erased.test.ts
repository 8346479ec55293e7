import { setTimeout as sleep } from "node:timers/promises";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { eraseStudent } from "../../cli/erase.ts";
import { Setup } from "../../domain/setup.ts";
import { postAll } from "../support/http.ts";
import { completed } from "../support/world.ts";
import { testStack, type TestStack } from "../support/stack.ts";

let place: TestStack;
const SCHOOL = "631930";
const STUDENT = "stu-00167403951";
beforeAll(async () => {
  place = await testStack();
  await place.target.setup.put(
    Setup.parse({
      districts: [{ district_id: "D" }],
      schools: [{ school_id: SCHOOL, district_id: "D", time_zone: "America/Denver" }],
    }),
  );
});
afterAll(async () => place.close());

const present = (student_id: string) => ({ student_id, attendance_status: "present" });
const session = (number: number, more: Record<string, unknown> = {}) =>
  completed({ session_id: `E-${number}`, students: [present(STUDENT), present("other")], ...more });
const post = (events: unknown[]) => postAll(place, events);
const isStored = async () =>
  (await place.target.sessions.ofSchool(SCHOOL)).some(({ content }) => content.includes(STUDENT));

describe("an erased student", () => {
  it(
    "does not come back when her provider posts her again, or corrects her session",
    { timeout: 150_000 },
    async () => {
      const events = Array.from({ length: 5 }, (_, number) => session(number));
      expect(await post(events)).toEqual(events.map(() => "accepted"));
      const { verified, erased } = await eraseStudent(place.target, STUDENT, {
        why: "test",
        now: new Date(),
        progress: () => undefined,
        // as long as the functions remember who was not erased; an event of this minute is erased by the second look
        untilForgotten: async () => {
          expect(await post([session(7)])).toEqual(["accepted"]);
          expect(await isStored()).toBe(true);
          await sleep(61_000);
        },
      });
      expect([verified, erased.sessions]).toEqual([true, 6]);
      expect(await post(events)).toEqual(events.map(() => "duplicate"));
      expect(await post([session(1, { revision: 2, tutor_id: "T2" })])).toEqual(["accepted"]);
      expect(await isStored()).toBe(false);
    },
  );
});
