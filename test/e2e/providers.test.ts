import { setTimeout as sleep } from "node:timers/promises";
import { generateKeyPairSync, sign as signBytes } from "node:crypto";
import { Webhook } from "standardwebhooks";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { keyIdOf, newKey } from "../../adapters/provider-key-store.ts";
import { rotateKey } from "../../cli/provider-commands.ts";
import { addEndpoint, rotateEndpoint } from "../../cli/webhook-commands.ts";
import { completed } from "../support/world.ts";
import { testStack, type TestStack } from "../support/stack.ts";

const SCHOOL = "631930";
let place: TestStack;
beforeAll(async () => {
  place = await testStack();
  await place.target.setup.put({
    districts: [{ district_id: "D" }],
    schools: [{ school_id: SCHOOL, district_id: "D", time_zone: "America/Denver" }],
    programs: [],
    providers: [{ provider_id: "north-star", contracts: [{ school_ids: [SCHOOL] }] }],
    contacts: [],
  });
});
afterAll(async () => place.close());

const key = async () => {
  const made = newKey();
  const created_at = new Date().toISOString();
  await place.target.providerKeys.put(made, { key_id: keyIdOf(made), provider_id: "north-star", created_at });
  return made;
};
const post = async (authorization: string, session_id: string) =>
  (
    await fetch(`${place.target.apiUrl}/v1/events`, {
      method: "POST",
      headers: { "content-type": "application/json", authorization: `Bearer ${authorization}` },
      body: JSON.stringify(completed({ session_id })),
    })
  ).status;

describe("keys of a provider under load", () => {
  it(
    "are rotated without a rejected post, and refused within 60 s of being revoked",
    { timeout: 180_000 },
    async () => {
      let current = await key();
      const statuses: number[] = [];
      let going = true;
      const load = async (worker: number) => {
        for (let number = 0; going; number += 1) statuses.push(await post(current, `L-${worker}-${number}`));
      };
      const workers = [0, 1, 2, 3].map(load);
      for (let rotation = 0; rotation < 3; rotation += 1) {
        await sleep(700);
        const listed = await place.target.providerKeys.list();
        const live = listed.filter((one) => one.provider_id === "north-star" && !one.revoked_at);
        // two at a time: the oldest of two goes before a third comes
        if (live.length > 1)
          await place.target.providerKeys.revoke(
            live.sort((a, b) => (a.created_at < b.created_at ? -1 : 1))[0]!.key_id,
            new Date(),
          );
        const made = await rotateKey(place.target, { provider_id: "north-star", days: 7, now: new Date() });
        current = made.key;
      }
      // a slow machine takes longer to post as much
      while (statuses.length < 60) await sleep(100);
      going = false;
      await Promise.all(workers);
      expect(statuses.filter((status) => status !== 202)).toEqual([]);
      expect(statuses.length).toBeGreaterThan(50);
      expect(await post(current, "before")).toBe(202);
      await place.target.providerKeys.revoke(keyIdOf(current), new Date());
      const began = Date.now();
      let refusedAfter = Number.NaN;
      while (Date.now() - began < 70_000 && Number.isNaN(refusedAfter)) {
        if ((await post(current, "after")) === 401) refusedAfter = (Date.now() - began) / 1000;
        else await sleep(500);
      }
      console.log(
        `rotation under load: ${statuses.length} posts, 0 rejected; revoked key refused after ${refusedAfter.toFixed(1)} s`,
      );
      expect(refusedAfter).toBeLessThan(60);
      const used = (await place.target.providerKeys.list()).find((one) => one.key_id === keyIdOf(current));
      expect(used?.last_used_at?.slice(0, 10)).toBe(new Date().toISOString().slice(0, 10));
    },
  );
});

type Result = { result?: string; status?: number; type?: string };
const deliver = async (url: string, headers: Record<string, string>, body: string) => {
  const response = await fetch(url, {
    method: "POST",
    headers: { "content-type": "application/json", ...headers },
    body,
  });
  return { status: response.status, ...((await response.json()) as Result) };
};

describe("a webhook endpoint", () => {
  const bodyOf = (session_id: string, more: Record<string, unknown> = {}) => {
    const { type, data } = completed({ session_id, ...more });
    return JSON.stringify({ type, timestamp: new Date().toISOString(), data });
  };
  const headersOf = (secret: string, id: string, body: string, at = new Date()) => ({
    "webhook-id": id,
    "webhook-timestamp": String(Math.floor(at.getTime() / 1000)),
    "webhook-signature": new Webhook(secret).sign(id, at, body),
  });

  it("takes what the standardwebhooks package sends, once, and answers a replay as a duplicate", async () => {
    const { url, secret = "" } = await addEndpoint(place.target, {
      provider_id: "north-star",
      now: new Date(),
    });
    const body = bodyOf("W-1");
    const headers = headersOf(secret, "msg_1", body);
    expect(await deliver(url, headers, body)).toMatchObject({ status: 202, result: "accepted", id: "msg_1" });
    const key = { school_id: SCHOOL, provider_id: "north-star", session_id: "W-1" };
    const before = await place.target.sessions.get(key);
    expect(await deliver(url, headers, body)).toMatchObject({ status: 200, result: "duplicate" });
    expect(await place.target.sessions.get(key)).toEqual(before);
    for (const [name, sent] of [
      ["another body", [headers, bodyOf("W-2")]],
      ["no signature", [{}, body]],
      ["old", [headersOf(secret, "msg_1", body, new Date(Date.now() - 301_000)), body]],
      ["another secret", [headersOf(`whsec_${Buffer.alloc(32).toString("base64")}`, "msg_1", body), body]],
    ] as const)
      expect([name, (await deliver(url, { ...sent[0] }, sent[1])).status]).toEqual([name, 401]);
    const nowhere = url.replace(/[\w-]{22}$/, "A".repeat(22));
    expect(await deliver(nowhere, headers, body)).toMatchObject({
      status: 401,
      type: "urn:rollcall:problem:unsigned",
    });
    const wrong = JSON.stringify({ type: "tutoring.session.completed", data: { session_id: "W-3" } });
    expect(await deliver(url, headersOf(secret, "msg_3", wrong), wrong)).toMatchObject({ status: 422 });
  });

  it("says why a webhook is refused, in the sender's own words", async () => {
    const { url, secret = "" } = await addEndpoint(place.target, {
      provider_id: "north-star",
      now: new Date(),
    });
    const body = bodyOf("W-9");
    const headers = headersOf(secret, "msg_9", body);
    const { "webhook-id": id, ...others } = headers;
    const nowhere = url.replace(/[\w-]{22}$/, "A".repeat(22));
    for (const [said, sent, to = url] of [
      ["has another name", { ...others, "svix-id": id }],
      ["is in milliseconds", { ...headers, "webhook-timestamp": String(Date.now()) }],
      ["more than five minutes", headersOf(secret, "msg_9", body, new Date(Date.now() - 301_000))],
      ["v1,BASE64", { ...headers, "webhook-signature": "abc" }],
      ["No live secret", headersOf(`whsec_${Buffer.alloc(32).toString("base64")}`, "msg_9", body)],
      ["No live secret", headers, nowhere],
    ] as const)
      expect(await deliver(to, { ...sent }, body)).toMatchObject({
        status: 401,
        detail: expect.stringContaining(said) as string,
      });
    const at = JSON.stringify({ ...(JSON.parse(body) as object), timestamp: "yesterday" });
    expect(await deliver(url, headersOf(secret, "msg_9", at), at)).toMatchObject({
      status: 422,
      errors: [{ pointer: "/timestamp" }],
    });
  });

  it("takes the old secret and the new while one is replaced, and a public key of the provider's own", async () => {
    const {
      endpoint_id,
      url,
      secret = "",
    } = await addEndpoint(place.target, {
      provider_id: "north-star",
      now: new Date(),
    });
    const { publicKey, privateKey } = generateKeyPairSync("ed25519");
    const raw = publicKey.export({ format: "der", type: "spki" }).subarray(-32).toString("base64");
    await rotateEndpoint(place.target, { endpoint_id, secret: `whpk_${raw}`, days: 7, now: new Date() });
    const old = bodyOf("R-1");
    expect((await deliver(url, headersOf(secret, "r1", old), old)).status).toBe(202);
    const body = bodyOf("R-2");
    const at = Math.floor(Date.now() / 1000);
    const signature = signBytes(null, Buffer.from(`r2.${at}.${body}`), privateKey).toString("base64");
    const headers = {
      "webhook-id": "r2",
      "webhook-timestamp": String(at),
      "webhook-signature": `v1a,${signature}`,
    };
    expect((await deliver(url, headers, body)).status).toBe(202);
    const listed = JSON.stringify(await place.target.webhooks.list());
    const stored = JSON.stringify(await place.target.webhooks.get(endpoint_id));
    for (const one of [listed, stored]) expect(one).not.toContain(secret.slice(6, 30));
  });
});
