import * as z from "zod";
import { createDocument } from "zod-openapi";
import { readPaths } from "./reading.ts";
import { answer, failure, Problem } from "./parts.ts";
import { EVENT_TYPES, SessionEvent } from "../../domain/session-event.ts";

const ItemResult = z
  .object({
    index: z.int().min(0).meta({ description: "Place of the event in the request" }),
    id: z.string().optional().meta({ description: "The event's own id" }),
    result: z.enum(["accepted", "duplicate", "stale", "conflict", "quarantined", "rejected", "not_stored"]),
    revision: z.int().optional().meta({ description: "The revision of the session that is stored now" }),
    problem: Problem.optional(),
  })
  .meta({ id: "ItemResult" });

const StoredSession = z
  .object({
    school_id: z.string(),
    session_id: z.string(),
    revision: z.int(),
    session_status: z.enum(["scheduled", "completed", "canceled", "voided", "unreadable"]),
    attendance_date: z.iso.date().optional(),
    first_reported_at: z.string().optional(),
    data: z.looseObject({}).optional(),
  })
  .meta({ id: "StoredSession" });

const secured = [{ providerKey: [] }];

const example = {
  specversion: "1.0",
  id: "8a6f2b",
  source: "/tutoring/north-star",
  type: EVENT_TYPES.completed,
  data: {
    session_id: "S-1001",
    school_id: "631930",
    session_topic: "math",
    scheduled_start: "2026-01-20T14:40:00-07:00",
    scheduled_duration: 30,
    tutor_id: "T65418",
    students: [{ student_id: "0016740395", attendance_status: "present", minutes_present: 30 }],
  },
};

const Event = SessionEvent.meta({ id: "SessionEvent" });
const Batch = z.array(Event).max(500);
const Results = z.object({ results: z.array(ItemResult) });

const overQuota = {
  ...failure("More events in this minute than were agreed; nothing of the request was stored"),
  headers: z.object({ "Retry-After": z.string() }),
};

const postEvents = {
  operationId: "postEvents",
  summary: "Post one session event, or up to 500, at most 1 MB",
  description:
    "CloudEvents 1.0 over HTTP in structured, batch or binary mode, or a plain JSON array. The items act as if posted one by one in order. Posting again is safe: the same snapshot is a `duplicate`. A missing Authorization header (401) and a body over 10 MB (413) are answered by the gateway, with its own body.",
  security: secured,
  requestBody: {
    required: true,
    content: {
      "application/cloudevents+json": { schema: Event, example },
      "application/cloudevents-batch+json": { schema: Batch, example: [example] },
      "application/json": { schema: z.union([Event, Batch]), example: [example] },
    },
  },
  responses: {
    "200": answer(
      z.union([ItemResult, Results]),
      "A single event that was known, or a batch without a failure",
    ),
    "202": answer(ItemResult, "A single event, accepted or quarantined until its school is set up"),
    "207": answer(Results, "A batch of which some items failed"),
    "400": failure("The body is no event and no batch"),
    "401": failure("The key is missing, wrong, expired or revoked"),
    "409": failure("Another content is stored under this revision; the answer names the revision to send"),
    "403": failure("No contract covers the school, the program or the day of the event"),
    "413": failure("More than 1 MB or more than 500 events"),
    "415": failure("Another content type"),
    "422": failure("The event breaks the contract; the errors name where and what to do"),
    "429": overQuota,
    "503": {
      ...answer(z.union([Results, Problem]), "Something could not be stored; post again after Retry-After"),
      headers: z.object({ "Retry-After": z.string() }),
    },
  },
} as const;

const envelope = {
  type: EVENT_TYPES.completed,
  timestamp: "2026-01-20T22:15:00Z",
  data: example.data,
};

const postWebhook = {
  operationId: "postWebhook",
  summary: "Post one event as a signed webhook (standardwebhooks.com)",
  description:
    "For systems that already send webhooks. The endpoint names the provider; `webhook-signature` holds v1 (HMAC-SHA256) or v1a (ed25519) signatures over `webhook-id.webhook-timestamp.body`, at most five minutes old. The event's id is the `webhook-id`.",
  requestParams: {
    path: z.object({ endpoint_id: z.string() }),
    header: z.object({
      "webhook-id": z.string(),
      "webhook-timestamp": z.string().meta({ description: "Seconds since 1970" }),
      "webhook-signature": z.string(),
    }),
  },
  requestBody: {
    required: true,
    content: {
      "application/json": {
        schema: z
          .looseObject({ type: z.string(), timestamp: z.string().optional(), data: z.looseObject({}) })
          .meta({ id: "Webhook", description: "type and data as in SessionEvent" }),
        example: envelope,
      },
    },
  },
  responses: {
    "200": answer(ItemResult, "The event was known"),
    "202": answer(ItemResult, "Accepted, or quarantined until its school is set up"),
    "400": failure("The body is no event"),
    "401": failure("The signature does not verify, or there is no such endpoint"),
    "403": failure("No contract covers the school, the program or the day of the event"),
    "409": failure("Another content is stored under this revision; the answer names the revision to send"),
    "413": failure("More than 1 MB"),
    "422": failure("The event breaks the contract; the errors name where and what to do"),
    "429": overQuota,
    "503": {
      ...answer(Problem, "It could not be stored; the sender tries again"),
      headers: z.object({ "Retry-After": z.string() }),
    },
  },
} as const;

const getSession = {
  operationId: "getSession",
  summary: "What is stored of one of your sessions",
  security: secured,
  requestParams: { path: z.object({ school_id: z.string(), session_id: z.string() }) },
  responses: {
    "200": answer(StoredSession, "The stored revision"),
    "401": failure("The key is missing, wrong, expired or revoked"),
    "404": failure("You have not posted this session to this school"),
    "429": {
      ...answer(Problem, "You read more than 600 times in this minute"),
      headers: z.object({ "Retry-After": z.string() }),
    },
  },
} as const;

const page = (description: string) => ({ description, content: { "text/html": { schema: z.string() } } });

/** A link in a mail: the signed, expiring token is the permission. Only POST changes anything. */
const linkPaths = (name: string, what: string) => {
  const requestParams = { path: z.object({ token: z.string() }) };
  const tooOld = page("The token is altered, expired or none");
  const get = {
    operationId: `show${name}`,
    summary: `A page with one button: ${what}`,
    requestParams,
    responses: { "200": page("The page"), "410": tooOld },
  };
  const post = {
    operationId: `press${name}`,
    summary: `What the button does: ${what}`,
    requestParams,
    requestBody: {
      content: {
        "application/x-www-form-urlencoded": { schema: z.looseObject({ note: z.string().optional() }) },
      },
    },
    responses: { "200": page("Done; also when it was done before"), "410": tooOld },
  };
  return { get, post };
};

/** The API reference, made of the contract that the handlers run. */
export function openApiDocument() {
  return createDocument({
    openapi: "3.1.0",
    info: {
      title: "Rollcall",
      version: "1.0.0",
      description: "Tutoring sessions, as providers report them, and what they come to.",
      license: { name: "Apache-2.0", identifier: "Apache-2.0" },
    },
    components: {
      securitySchemes: {
        providerKey: { type: "http", scheme: "bearer", description: "A key of a provider's system" },
        token: {
          type: "http",
          scheme: "bearer",
          bearerFormat: "JWT",
          description: "An access token of the district's user pool, 15 minutes old at most",
        },
      },
    },
    paths: {
      "/v1/events": { post: postEvents },
      "/v1/webhooks/{endpoint_id}": { post: postWebhook },
      "/v1/schools/{school_id}/sessions/{session_id}": { get: getSession },
      "/v1/acknowledge/{token}": linkPaths("Acknowledge", "alerts that one line of a mail stands for"),
      "/v1/unsubscribe/{token}": linkPaths("Unsubscribe", "the mails to one contact; RFC 8058 one-click"),
      ...readPaths,
      "/v1/health": {
        get: {
          operationId: "getHealth",
          summary: "Answers without a key",
          responses: { "200": answer(z.object({ status: z.literal("ok") }), "Alive") },
        },
      },
      "/v1/openapi.json": {
        get: {
          operationId: "getOpenApi",
          summary: "This document",
          responses: { "200": answer(z.looseObject({}), "OpenAPI 3.1") },
        },
      },
    },
  });
}

/** The contract by itself, for validators that speak JSON Schema. */
export const sessionEventSchema = () => z.toJSONSchema(SessionEvent, { io: "input", unrepresentable: "any" });
