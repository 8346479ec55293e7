import { ScanCommand } from "@aws-sdk/client-dynamodb";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { httpHandler, type HttpEvent } from "../../functions/framework/http.ts";
import { answerMail } from "../../functions/answer-mail/handler.ts";
import { receiveWebhook } from "../../functions/receive-webhook/handler.ts";
import { readApi } from "../../functions/read-api/handler.ts";
import { CHECKS } from "../../domain/access.ts";
import { verify } from "../../functions/framework/links.ts";
import { openApiDocument } from "../../build/openapi/document.ts";
import { addEndpoint } from "../../cli/webhook-commands.ts";
import { openDoor } from "../support/door.ts";
import { hostile, hostileFetch, MARK } from "../support/hostile.ts";
import { announceSeed, seeded } from "../support/random.ts";
import { alertOf, memoryWorld, NOW, studentOf, READ_SETUP, SECRET } from "../support/reading.ts";
import { world, ZONE } from "../support/world.ts";
import { concurrently } from "../../adapters/concurrently.ts";
import { testStack, type TestStack } from "../support/stack.ts";

const seed = announceSeed("hostile input", 666);
const ROUTES = Object.entries(openApiDocument().paths ?? {}).flatMap(([path, item]) =>
  Object.keys(item as object).map((method) => `${method.toUpperCase()} ${path}`),
);
const COUNT = 1_000_000;
const context = {} as never;

describe("hostile input", () => {
  it(
    "in a million requests over every route gets no 5xx, stores nothing, and is not repeated in a log",
    { timeout: 600_000 },
    async () => {
      const random = seeded(seed);
      const lines: string[] = [];
      const log = (line: unknown) => void lines.push(JSON.stringify(line));
      const clock = () => NOW;
      const place = world({ clock });
      const read = await memoryWorld();
      const before = JSON.stringify([...read.alerts.alerts]);
      const wrapped = (service: string, handle: (event: HttpEvent) => Promise<object>) =>
        httpHandler({ service, log, clock, handle: handle });
      const secrets = [{ scheme: "v1" as const, secret: `whsec_${Buffer.alloc(32).toString("base64")}` }];
      const ingestion = { sessions: place.sessions, zones: async () => ZONE, ...openDoor(), clock, log };
      const answering = {
        alerts: read.alerts,
        messages: { get: async () => undefined },
        mutes: { mute: async () => undefined },
        setup: read.setup,
        secret: async () => SECRET,
        pagesUrl: "https://pages.example",
        clock,
      };
      const handlers = {
        ingest: wrapped("ingest-events", place.raw),
        read: wrapped(
          "read-api",
          readApi({
            known: async () => READ_SETUP,
            checks: CHECKS,
            open: read.open,
            stamps: read.stamps,
            audit: { seen: async () => undefined, blocks: async () => [], open: async () => [] },
            pseudonym: async () => "p",
            secret: async () => SECRET,
            verify,
            quota: async () => undefined,
            clock,
            apiUrl: "https://api.example",
          }),
        ),
        webhook: wrapped(
          "receive-webhook",
          receiveWebhook({ ...ingestion, endpoint: async () => ({ provider_id: "p1", secrets }) }),
        ),
        mail: wrapped("answer-mail", answerMail(answering)),
      };
      const handlerOf = (route: string) => {
        if (/events|sessions|health|openapi/.test(route)) return handlers.ingest;
        if (route.includes("webhooks")) return handlers.webhook;
        return /acknowledge\/|unsubscribe/.test(route) ? handlers.mail : handlers.read;
      };
      const identities = [
        {},
        { provider_id: "p1" },
        { email: "leadA@x.org", mfa: false },
        { email: "admin1@x.org", mfa: true },
        { email: `${MARK}@x.org` },
        { provider_id: MARK },
      ];
      const right = {
        school_id: "A",
        district_id: "D1",
        provider_id: "p1",
        student_id: studentOf("A", 0),
        alert_id: alertOf("A"),
        date: "2026-03-02",
        week: "2026-W10",
      };
      const statuses = new Map<number, number>();
      const failed: string[] = [];
      for (let number = 0; number < COUNT; number += 1) {
        const route = ROUTES[number % ROUTES.length]!;
        const event = hostile(random, route, { identities, right });
        const { statusCode = 0 } = await handlerOf(route)(event, context);
        statuses.set(statusCode, (statuses.get(statusCode) ?? 0) + 1);
        if (statusCode >= 500 && failed.length < 5)
          failed.push(`${route}: ${JSON.stringify(event).slice(0, 600)} ${lines.at(-1)}`);
        if (lines.length > 10_000) {
          expect(lines.filter((line) => line.includes(MARK)).slice(0, 3)).toEqual([]);
          lines.splice(0);
        }
      }
      console.log(
        `hostile input: ${COUNT} requests, answers ${JSON.stringify(Object.fromEntries([...statuses].sort()))}`,
      );
      expect(failed).toEqual([]);
      expect(lines.filter((line) => line.includes(MARK))).toEqual([]);
      expect([place.sessions.facts.size, await place.sessions.quarantine.count("p1")]).toEqual([0, 0]);
      expect(JSON.stringify([...read.alerts.alerts])).toBe(before);
    },
  );
});

describe("hostile input over HTTP", () => {
  let place: TestStack;
  beforeAll(async () => {
    place = await testStack();
  });
  afterAll(async () => place.close());

  it(
    "in 5,000 requests gets no 5xx, stores nothing, and is not repeated in a log",
    { timeout: 300_000 },
    async () => {
      const random = seeded(seed + 1);
      const { target } = place;
      await target.setup.put({
        ...READ_SETUP,
        providers: [...READ_SETUP.providers, { provider_id: "local", contracts: [{ school_ids: ["A"] }] }],
      });
      const { url = "" } = await addEndpoint(target, { provider_id: "p1", now: new Date() });
      const endpoint = url.split("/").at(-1)!;
      const requests = Array.from({ length: 5000 }, (_, number) => {
        const route = ROUTES[number % ROUTES.length]!;
        const one = hostileFetch(random, route, [place.key]);
        return { route, ...one, url: one.url.includes("/webhooks/") ? `/v1/webhooks/${endpoint}` : one.url };
      });
      const bad: string[] = [];
      await concurrently(requests, 8, async ({ route, url: path, init }) => {
        const response = await fetch(`${target.apiUrl}${path}`, init);
        await response.arrayBuffer();
        if (response.status >= 500) bad.push(`${route} ${path.slice(0, 200)} ${response.status}`);
      });
      expect(bad.slice(0, 5)).toEqual([]);
      const { Items = [] } = await target.table.client.send(
        new ScanCommand({ TableName: target.table.tableName }),
      );
      const kinds = Items.map((item) => item["pk"]?.S?.split("#")[0]);
      for (const kind of ["SCHOOL", "QUARANTINE", "VIEW", "ALERT", "MESSAGE", "MUTED"])
        expect(kinds).not.toContain(kind);
      expect(place.lines.filter((line) => line.includes(MARK)).slice(0, 3)).toEqual([]);
      console.log(`hostile input over HTTP: ${requests.length} requests, ${place.lines.length} lines of log`);
    },
  );
});
