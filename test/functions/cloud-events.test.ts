import { describe, expect, it } from "vitest";
import { canceled, completed, request, world } from "../support/world.ts";

type Problem = { detail: string; errors?: { pointer: string; detail: string }[]; result?: string };

const BINARY = {
  "content-type": "application/json",
  "ce-specversion": "1.0",
  "ce-id": "1",
  "ce-source": "urn:test",
  "ce-type": "tutoring.session.completed",
};

async function send(body: string, headers: Record<string, string> = {}) {
  const event = request(body);
  const place = world();
  const answer = await place.raw({ ...event, headers: { ...event.headers, ...headers } });
  return { status: answer.statusCode, ...(JSON.parse(answer.body ?? "{}") as Problem) };
}
const binary = (headers: Record<string, string>) =>
  send(JSON.stringify(completed().data), { ...BINARY, ...headers });
const structured = (more: object) => send(JSON.stringify({ ...completed(), ...more }));
const base64 = (text: string) => Buffer.from(text).toString("base64");

describe("CloudEvents, to the letter", () => {
  it("reads percent-encoded and quoted attributes in headers, and refuses bytes that are no UTF-8", async () => {
    expect(await binary({ "ce-subject": "Caf%C3%A9" })).toMatchObject({ status: 202 });
    expect(await binary({ "ce-type": '"tutoring.session.completed"' })).toMatchObject({ status: 202 });
    expect(await binary({ "ce-id": String.raw`"a \"b\""` })).toMatchObject({ status: 202, id: 'a "b"' });
    expect(await binary({ "ce-subject": "Caf%E9" })).toMatchObject({
      status: 422,
      errors: [{ pointer: "/subject", detail: "holds percent-encoded bytes that are not UTF-8" }],
    });
  });

  it("takes an attribute that is null for an absent one", async () => {
    expect(await structured({ subject: null, dataschema: null, time: null })).toMatchObject({ status: 202 });
    expect(await structured({ source: null })).toMatchObject({
      status: 422,
      errors: [{ pointer: "/source" }],
    });
  });

  it("reads JSON in data_base64, and says where it holds none", async () => {
    const { data } = completed();
    const held = (text: string) => structured({ data: undefined, data_base64: base64(text) });
    expect(await held(JSON.stringify(data))).toMatchObject({ status: 202 });
    expect(await held(JSON.stringify({ ...data, session_id: "" }))).toMatchObject({
      status: 422,
      errors: [{ pointer: "/data/session_id" }],
    });
    const doubled = await held('{"session_id":1,"session_id":2}');
    expect(doubled.errors?.[0]).toEqual({
      pointer: "/data/session_id",
      detail: "stands twice in the same object; send it once",
    });
    expect(await held("no JSON")).toMatchObject({ status: 422, errors: [{ pointer: "/data_base64" }] });
    expect(await structured({ data_base64: base64("{}") })).toMatchObject({
      status: 422,
      errors: [{ pointer: "/data_base64", detail: "stands beside data; send one of both" }],
    });
  });

  it("says of a compressed body that it is compressed", async () => {
    const answer = await send("\u001f\u008b", { "content-encoding": "gzip" });
    expect([answer.status, answer.detail]).toEqual([415, expect.stringContaining("compressed")]);
    expect(await send(JSON.stringify(completed()), { "content-encoding": "identity" })).toMatchObject({
      status: 202,
    });
    expect(await send(JSON.stringify(completed()), { "content-encoding": "utf-8" })).toMatchObject({
      status: 202,
    });
  });
});

describe("what is no event", () => {
  it.each<[string, string, Record<string, string>, string, string]>([
    [
      "binary without ce-specversion",
      JSON.stringify(completed().data),
      { "ce-type": "x" },
      "/specversion",
      "ce-specversion: 1.0",
    ],
    [
      "an object with a list of events",
      JSON.stringify({ events: [completed()] }),
      {},
      "",
      "send the list itself",
    ],
    ["a bare session", JSON.stringify(completed().data), {}, "", "without its envelope"],
  ])("%s is told what was found and what is meant", async (_, body, headers, pointer, detail) => {
    const answer = await send(body, headers);
    expect([answer.status, answer.errors?.map((error) => error.pointer)]).toEqual([422, [pointer]]);
    expect(answer.errors?.[0]?.detail).toContain(detail);
  });

  it("stands in its own place of a batch, and the others are stored", async () => {
    const answer = await send(JSON.stringify([completed().data, completed()]));
    expect(answer).toMatchObject({ status: 207, results: [{ result: "rejected" }, { result: "accepted" }] });
  });
});

describe("a sender that asks first", () => {
  it("is told without a key that it may post, and how often", async () => {
    const event = { ...request(""), routeKey: "OPTIONS /v1/events" };
    const headers = { "webhook-request-origin": "events.example.org" };
    const answer = await world().raw({
      ...event,
      headers,
      requestContext: { ...event.requestContext, authorizer: {} },
    });
    expect(answer).toMatchObject({
      statusCode: 204,
      headers: { allow: "POST, OPTIONS", "webhook-allowed-origin": "events.example.org" },
    });
    expect(Number(answer.headers?.["webhook-allowed-rate"])).toBeGreaterThan(0);
  });
});

describe("a conflict", () => {
  it("names what differs from the stored snapshot, and neither values nor students", async () => {
    const place = world();
    const student = (student_id: string, minutes_present: number) => ({
      ...{ student_id, attendance_status: "present", minutes_present },
    });
    const answers = async (event: unknown) =>
      (JSON.parse((await place.post([event])).body ?? "") as { results: { problem?: Problem }[] }).results;
    await answers(completed({ students: [student("1", 30), student("2", 30), student("3", 30)] }));
    const [answer] = await answers(
      completed({ tutor_id: "T-9", students: [student("1", 20), student("4", 30), student("3", 30)] }),
    );
    expect(answer?.problem?.errors).toEqual([
      { pointer: "/data/tutor_id", detail: "differs from what is stored" },
      {
        pointer: "/data/students",
        detail: "leaves out 1 of the stored ones; adds 1; says something else of 1",
      },
      { pointer: "/data/revision", detail: "must be at least 2 to change what is stored" },
    ]);
    const [other] = await answers(canceled());
    expect(other?.problem?.errors?.map(({ pointer }) => pointer)).toContain("/type");
  });
});
