import { InMemoryMessageStore } from "../../adapters/in-memory/message-store.ts";
import { s3FailureBucket } from "../../adapters/failure-bucket.ts";
import { DeleteObjectCommand, GetObjectCommand, ListObjectsV2Command, S3Client } from "@aws-sdk/client-s3";
import { mockClient } from "aws-sdk-client-mock";
import type { DynamoDBRecord } from "aws-lambda";
import { describe, expect, it } from "vitest";
import { InMemorySetupStore } from "../../adapters/in-memory/setup-store.ts";
import { failureName } from "../../adapters/failure-store.ts";
import { redrive } from "../../cli/redrive.ts";
import { unpack } from "../../domain/summary-packing.ts";
import { completed, world, ZONE, type World } from "../support/world.ts";

/** After every session of these events: a completed session lies in the past. */
const LATER = new Date("2100-01-02T12:00:00Z");

const COUNT = 100;
const SCHOOL = "631930";
const positions = Array.from({ length: COUNT }, (_, position) => position);
/** A school day of its own for each session, so that no other mark covers for a lost one. */
const dayOf = (position: number) => new Date(Date.UTC(2026, 0, 1 + position)).toISOString().slice(0, 10);

const session = (position: number, day: string) =>
  completed({ session_id: `S-${position}`, scheduled_start: `${day}T10:00:00-07:00` });

async function loaded(days: (position: number) => string): Promise<World> {
  const place = world({ clock: () => LATER });
  await place.post(positions.map((position) => session(position, days(position))));
  return place;
}

/** What `rollcall redrive` sees of this world. */
function admin(place: World) {
  const s3 = new S3Client({});
  mockClient(s3).on(ListObjectsV2Command).resolves({});
  const school = { school_id: SCHOOL, district_id: "D", time_zone: ZONE };
  const setup = new InMemorySetupStore({ schools: [school] });
  const failures = {
    keep: async (record: DynamoDBRecord) => void place.kept.push(record),
    list: async () => place.kept.map((record) => ({ name: failureName(record), record })),
    remove: async (name: string) =>
      void place.kept.splice(
        place.kept.findIndex((record) => failureName(record) === name),
        1,
      ),
  };
  return {
    sessions: place.sessions,
    summaries: place.views,
    setup,
    failures,
    messages: new InMemoryMessageStore(),
    failureBucket: s3FailureBucket(s3, "failures"),
  };
}

const heldOn = (place: World, day: string) => {
  const packed = place.views.views.get(`${SCHOOL}/${day}`)?.packed;
  return packed === undefined ? 0 : unpack(packed).student_sessions.length;
};
const held = (place: World, days: (position: number) => string) =>
  [...new Set(positions.map(days))].reduce((sum, day) => sum + heldOn(place, day), 0);

describe("a stream record that cannot be read, at each of 100 positions", () => {
  it("is kept whole while the other 99 are applied, and is applied after the fix by redrive", async () => {
    for (const position of positions) {
      const place = await loaded(dayOf);
      const records = place.stream.records.splice(0);
      const whole = records[position]!;
      const damaged = { ...whole, dynamodb: { ...whole.dynamodb, Keys: { pk: { S: "nonsense" } } } };
      records[position] = damaged;
      expect(await place.deliver(records)).toEqual({ batchItemFailures: [] });
      expect(held(place, dayOf)).toBe(COUNT - 1);
      expect(place.kept).toEqual([damaged]);
      const beforeFix = await redrive(admin(place), { dryRun: false });
      expect(beforeFix).toEqual({ failures: 1, days_marked: 0, unreadable: 1, messages: 0 });
      expect(place.kept).toHaveLength(1);
      place.kept[0] = whole;
      expect(await redrive(admin(place), { dryRun: false })).toEqual({
        failures: 1,
        days_marked: 1,
        unreadable: 0,
        messages: 0,
      });
      await place.deliver(place.stream.records.splice(0));
      expect(held(place, dayOf)).toBe(COUNT);
      expect(place.kept).toHaveLength(0);
    }
  });
});

describe("a stored session that cannot be read, at each of 100 positions of one day", () => {
  it("is left out and counted with its key while the other 99 count, and counts after the fix by redrive", async () => {
    const oneDay = () => dayOf(0);
    for (const position of positions) {
      const place = await loaded(oneDay);
      const key = { school_id: SCHOOL, provider_id: "north-star", session_id: `S-${position}` };
      const record = (await place.sessions.get(key))!;
      place.sessions.overwrite({ ...record, content: '{"k":"?"}' });
      await place.deliver(place.stream.records.splice(0));
      expect(heldOn(place, dayOf(0))).toBe(COUNT - 1);
      expect(unpack(place.views.views.get(`${SCHOOL}/${dayOf(0)}`)!.packed).unreadable).toEqual([
        `north-star/S-${position}`,
      ]);
      // mended by a new version of the code: nothing was written, so nothing but redrive wakes the day
      place.sessions.overwrite(record);
      place.stream.records.splice(0);
      expect((await redrive(admin(place), { dryRun: false })).days_marked).toBe(1);
      await place.deliver(place.stream.records.splice(0));
      expect(heldOn(place, dayOf(0))).toBe(COUNT);
    }
  });
});

describe("what Lambda gave up into the bucket", () => {
  const objects = (record: DynamoDBRecord) => [
    { payload: { Records: [record] } },
    { payload: JSON.stringify({ Records: [record] }) },
    { Records: [record] },
  ];

  it("is read in each form that it may have, marked, and removed", async () => {
    const place = await loaded(dayOf);
    const [record] = place.stream.records.splice(0);
    for (const object of objects(record!)) {
      const s3 = new S3Client({});
      const mock = mockClient(s3);
      const Body = { transformToString: async () => JSON.stringify(object) };
      mock.on(ListObjectsV2Command).resolves({ Contents: [{ Key: "k" }] });
      mock.on(GetObjectCommand).resolves({ Body } as never);
      mock.on(DeleteObjectCommand).resolves({});
      const result = await redrive(
        { ...admin(place), failureBucket: s3FailureBucket(s3, "failures") },
        { dryRun: false },
      );
      expect(result).toEqual({ failures: 1, days_marked: 1, unreadable: 0, messages: 0 });
      expect(mock.commandCalls(DeleteObjectCommand)).toHaveLength(1);
    }
  });
});
