import { generateKeyPairSync, sign as signBytes, type KeyObject } from "node:crypto";
import { Webhook } from "standardwebhooks";
import { describe, expect, it } from "vitest";
import { isSigned, type OpenSecret, type Signed } from "../../functions/receive-webhook/signature.ts";
import { announceSeed, seeded, type Random } from "../support/random.ts";

const seed = announceSeed("signatures", 5150);
const NOW = new Date("2026-03-02T18:00:00Z");
const AT = Math.floor(NOW.getTime() / 1000);
const HMAC: OpenSecret = {
  scheme: "v1",
  secret: `whsec_${Buffer.from("a secret of thirty-two bytes ....").toString("base64")}`,
};
const { publicKey, privateKey } = generateKeyPairSync("ed25519");
const rawKey = publicKey.export({ format: "der", type: "spki" }).subarray(-32).toString("base64");
const ED25519: OpenSecret = { scheme: "v1a", secret: `whpk_${rawKey}` };

const asymmetric = (id: string, at: number, body: Buffer, key: KeyObject = privateKey) =>
  `v1a,${signBytes(null, Buffer.concat([Buffer.from(`${id}.${at}.`), body]), key).toString("base64")}`;
const symmetric = (id: string, at: number, body: Buffer) =>
  new Webhook(HMAC.secret).sign(id, new Date(at * 1000), body);

const bodyOf = (random: Random) =>
  Buffer.from(JSON.stringify({ type: "tutoring.session.completed", data: { n: random.below(1e9), é: "ü" } }));

function messageOf(random: Random, scheme: "v1" | "v1a"): Signed {
  const body = bodyOf(random);
  const id = `msg_${random.below(1e9)}`;
  const at = AT + random.below(601) - 300;
  const make = scheme === "v1" ? symmetric : asymmetric;
  return { id, timestamp: String(at), signature: make(id, at, body), body };
}

const flip = (text: string, random: Random) => {
  const at = random.below(text.length);
  const code = text.charCodeAt(at);
  return text.slice(0, at) + String.fromCharCode(code ^ (1 << random.below(7))) + text.slice(at + 1);
};
const flipByte = (bytes: Buffer, random: Random) => {
  const copy = Buffer.from(bytes);
  const at = random.below(copy.length);
  copy[at] = copy[at]! ^ (1 << random.below(8));
  return copy;
};

/** Each changes one thing of a valid message, or lets it grow old. */
const MUTATIONS: ((message: Signed, random: Random) => Signed)[] = [
  (message, random) => ({ ...message, body: flipByte(message.body, random) }),
  (message, random) => ({ ...message, body: message.body.subarray(0, random.below(message.body.length)) }),
  (message) => ({ ...message, body: Buffer.concat([message.body, Buffer.from(" ")]) }),
  (message, random) => ({ ...message, id: flip(message.id, random) }),
  (message) => ({ ...message, id: "" }),
  // the boundary between id and timestamp may not be moved
  (message) => ({ ...message, id: `${message.id}.${message.timestamp}` }),
  (message, random) => ({ ...message, timestamp: flip(message.timestamp, random) }),
  (message) => ({ ...message, timestamp: `${message.timestamp}.0` }),
  (message) => ({ ...message, timestamp: ` ${message.timestamp}` }),
  (message, random) => {
    const at = message.signature.indexOf(",") + 1;
    return {
      ...message,
      signature: message.signature.slice(0, at) + flip(message.signature.slice(at), random),
    };
  },
  (message) => ({ ...message, signature: message.signature.replace(/^v1a?,/, "") }),
  (message) => ({
    ...message,
    signature: message.signature.replace(/^v1a?,/, (v) => (v === "v1," ? "v1a," : "v1,")),
  }),
  (message) => ({ ...message, signature: `${message.signature},x` }),
  (message) => ({ ...message, signature: message.signature.replaceAll("=", "") }),
  (message) => ({ ...message, signature: "" }),
];

/** Signed truly, but more than five minutes ago or ahead. */
function expired(random: Random, scheme: "v1" | "v1a"): Signed {
  const body = bodyOf(random);
  const away = 301 + random.below(1e6);
  const at = AT + (random.below(2) === 0 ? away : -away);
  const make = scheme === "v1" ? symmetric : asymmetric;
  return { id: "msg_old", timestamp: String(at), signature: make("msg_old", at, body), body };
}

const same = (a: Signed, b: Signed) =>
  a.id === b.id && a.timestamp === b.timestamp && a.signature === b.signature && a.body.equals(b.body);

describe("signatures of webhooks", () => {
  it("verify none of 100,000 mutations and expired replays", { timeout: 240_000 }, () => {
    const random = seeded(seed);
    let [tried, verified] = [0, 0];
    for (let round = 0; tried < 100_000; round += 1) {
      const scheme = round % 8 === 0 ? "v1a" : "v1";
      const secrets = [scheme === "v1" ? HMAC : ED25519];
      const message = messageOf(random, scheme);
      expect(isSigned(message, secrets, NOW)).toBe(true);
      for (const mutate of MUTATIONS) {
        const mutant = mutate(message, random);
        if (same(mutant, message)) continue;
        tried += 1;
        if (isSigned(mutant, secrets, NOW)) verified += 1;
      }
      tried += 1;
      if (isSigned(expired(random, scheme), secrets, NOW)) verified += 1;
    }
    console.log(`signatures: ${tried} mutations and expired replays, ${verified} verified`);
    expect(verified).toBe(0);
  });

  it("agree with the standardwebhooks package, whoever signs", () => {
    const random = seeded(seed + 1);
    const webhook = new Webhook(HMAC.secret);
    for (let round = 0; round < 500; round += 1) {
      const body = bodyOf(random);
      const at = Math.floor(Date.now() / 1000);
      const id = `msg_${round}`;
      const signature = webhook.sign(id, new Date(at * 1000), body);
      expect(isSigned({ id, timestamp: String(at), signature, body }, [HMAC], new Date())).toBe(true);
      const headers = { "webhook-id": id, "webhook-timestamp": String(at), "webhook-signature": signature };
      expect(() => webhook.verify(body, headers)).not.toThrow();
      const mutant = flipByte(body, random);
      expect(() => webhook.verify(mutant, headers, { jsonParse: false })).toThrow();
      expect(isSigned({ id, timestamp: String(at), signature, body: mutant }, [HMAC], new Date())).toBe(
        false,
      );
    }
  });

  it("agree with the vector that the specification's libraries test by", () => {
    const secret = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw";
    const body = Buffer.from('{"test": 2432232314}');
    const signature = "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE=";
    const signed = { id: "msg_p5jXN8AQM9LWM0D4loKWxJek", timestamp: "1614265330", signature, body };
    expect(isSigned(signed, [{ scheme: "v1", secret }], new Date(1_614_265_330_000))).toBe(true);
  });

  it("count while a secret is replaced: the old and the new, in any place of the header", () => {
    const random = seeded(seed + 2);
    const other: OpenSecret = { scheme: "v1", secret: `whsec_${Buffer.alloc(32, 7).toString("base64")}` };
    const message = messageOf(random, "v1");
    for (const signature of [`v1,AAAA ${message.signature}`, `${message.signature} v1a,AAAA v2,x`])
      for (const secrets of [
        [HMAC, other],
        [other, HMAC],
        [other, HMAC, ED25519],
      ])
        expect(isSigned({ ...message, signature }, secrets, NOW)).toBe(true);
    expect(isSigned(message, [other], NOW)).toBe(false);
    expect(isSigned(message, [], NOW)).toBe(false);
  });

  it("would be forged if the timestamp were not signed (control)", () => {
    const random = seeded(seed + 3);
    const careless = (message: Signed) =>
      message.signature.endsWith(symmetric(message.id, 0, message.body).slice(3));
    const body = bodyOf(random);
    const replay = { id: "a", timestamp: String(AT), signature: symmetric("a", 0, body), body };
    expect([careless(replay), isSigned(replay, [HMAC], NOW)]).toEqual([true, false]);
  });
});
