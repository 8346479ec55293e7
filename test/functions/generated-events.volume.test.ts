import { describe, expect, it } from "vitest";
import { ATTENDANCE_STATUSES } from "../../domain/words.ts";
import { BAD_EVENTS } from "../support/bad-events.ts";
import { announceSeed, seeded, type Random } from "../support/random.ts";
import { request, world } from "../support/world.ts";

/** After every session of these events: a completed session lies in the past. */
const LATER = new Date("2100-01-02T12:00:00Z");

const seed = announceSeed("generated events", 8080);
const COUNT = 50_000;
const BATCH = 500;
const TYPES = ["scheduled", "completed", "canceled", "voided"] as const;
type Type = (typeof TYPES)[number];

const LETTERS = [..."abcXYZ019-_.:é漢🦉"];
const idOf = (random: Random) =>
  `0${Array.from({ length: random.below(20) }, () => random.pick(LETTERS)).join("")}z`;
const two = (number: number) => String(number).padStart(2, "0");
const instant = (random: Random) =>
  `20${two(random.below(100))}-${two(1 + random.below(12))}-${two(1 + random.below(28))}T${two(random.below(24))}:${two(random.below(60))}:${two(random.below(60))}` +
  random.pick(["Z", "-07:00", "+05:30", "-10:00", ".5Z", "+00:00"]);
const some = <T>(random: Random, name: string, value: T) => (random.chance(0.4) ? { [name]: value } : {});

/** The first student is present for all of a session of 30 minutes, so that each known fault is one. */
function studentsOf(random: Random, type: Type) {
  const count = random.chance(0.01) ? 200 : 1 + random.below(6);
  return Array.from({ length: count }, (_, place) => {
    const student_id = `${idOf(random)}-${place}`;
    if (type !== "completed") return { student_id };
    if (place === 0) return { student_id, attendance_status: "present", minutes_present: 30 };
    const attendance_status = random.pick(ATTENDANCE_STATUSES);
    const absent = attendance_status.startsWith("absent");
    return {
      student_id,
      attendance_status,
      ...(absent ? some(random, "absence_reason", random.pick(["testing", "refused", "unknown"])) : {}),
      ...(absent || attendance_status === "not_expected"
        ? {}
        : some(random, "minutes_present", random.below(91))),
    };
  });
}

function dataOf(random: Random, type: Type): Record<string, unknown> {
  const identity = {
    session_id: `${idOf(random)}${random.below(1e9)}`,
    school_id: idOf(random),
    revision: 1 + random.below(1_000_000),
  };
  if (type === "voided") return { ...identity, ...some(random, "session_status", "voided") };
  return {
    ...identity,
    session_topic: random.pick(["math", "ela", "other", "Reading", "mathematics"]),
    scheduled_start: instant(random),
    scheduled_duration: 30,
    tutor_id: idOf(random),
    students: studentsOf(random, type),
    ...(type === "canceled" && { not_held_reason: random.pick(["tutor_absent", "weather", "no_space"]) }),
    ...some(random, "session_status", type),
    ...some(random, "district_id", idOf(random)),
    ...some(random, "program_id", idOf(random)),
    ...some(random, "session_delivery_type", random.pick(["in-person", "online"])),
    ...some(random, "substitute", random.chance(0.5)),
    ...some(random, "group_size", random.chance(0.2) ? null : 1 + random.below(200)),
    ...some(random, "makeup_for_session_id", idOf(random)),
  };
}

const eventOf = (random: Random, type: Type) => ({
  specversion: "1.0",
  id: `e${random.below(1e9)}`,
  source: "/generated",
  type: `tutoring.session.${type}`,
  ...some(random, "time", instant(random)),
  ...some(random, "subject", "s"),
  ...some(random, "retries", random.below(5)),
  data: dataOf(random, type),
});

type Item = { index: number; result: string; problem?: { errors?: { pointer: string }[] } };

async function post(place: ReturnType<typeof world>, events: unknown[]): Promise<Item[]> {
  const body = JSON.stringify(events);
  // a batch that grew beyond 1 MB goes in two halves, as a provider would send it
  if (Buffer.byteLength(body) > 1_000_000) {
    const half = events.length >> 1;
    return [...(await post(place, events.slice(0, half))), ...(await post(place, events.slice(half)))];
  }
  const answer = await place.raw(request(body));
  expect([200, 207]).toContain(answer.statusCode);
  return (JSON.parse(answer.body ?? "") as { results: Item[] }).results;
}

describe("generated events", () => {
  it(`are all accepted where they are valid, ${COUNT} of them`, async () => {
    const random = seeded(seed);
    const results: Record<string, number> = {};
    for (let at = 0; at < COUNT; at += BATCH) {
      const place = world({ clock: () => LATER });
      for (const { result } of await post(
        place,
        Array.from({ length: BATCH }, () => eventOf(random, random.pick(TYPES))),
      )) {
        results[result] = (results[result] ?? 0) + 1;
      }
    }
    expect(results).toEqual({ accepted: COUNT });
  });

  it(`are all rejected with the place where they have one known fault, ${COUNT} of them`, async () => {
    const random = seeded(seed + 1);
    const faults = BAD_EVENTS.filter(({ name }) => !name.includes("next year")).flatMap(
      ({ change, ...bad }) => (change === undefined ? [] : [{ ...bad, change }]),
    );
    expect(faults.length).toBeGreaterThan(100);
    const missed: string[] = [];
    for (let at = 0; at < COUNT; at += BATCH) {
      const place = world({ clock: () => LATER });
      const told = Array.from({ length: BATCH }, () => {
        const fault = random.pick(faults);
        const event = eventOf(random, (fault.type?.split(".").at(-1) ?? "completed") as Type);
        fault.change(event as unknown as Parameters<typeof fault.change>[0]);
        return { fault, event };
      });
      const items = await post(
        place,
        told.map(({ event }) => event),
      );
      for (const [index, { fault }] of told.entries()) {
        const item = items[index];
        const named = item?.problem?.errors?.some(({ pointer }) => pointer === fault.pointer) ?? false;
        if (item?.result !== "rejected" || !named) missed.push(`${fault.name}: ${JSON.stringify(item)}`);
      }
      expect(place.sessions.facts.size).toBe(0);
    }
    expect(missed.slice(0, 3)).toEqual([]);
  });
});
