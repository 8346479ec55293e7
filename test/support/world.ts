import type { DynamoDBRecord } from "aws-lambda";
import { InMemorySessionStore, type Stream } from "../../adapters/in-memory/session-store.ts";
import { InMemorySummaryStore } from "../../adapters/in-memory/summary-store.ts";
import type { Contract } from "../../domain/contract.ts";
import type { SessionStore } from "../../adapters/session-store.ts";
import type { SummaryStore } from "../../adapters/summary-store.ts";
import type { HttpEvent } from "../../functions/framework/http.ts";
import type { ReadRules } from "../../functions/framework/store-events.ts";
import type { ReadQuota } from "../../functions/framework/read-quota.ts";
import { ingestEvents } from "../../functions/ingest-events/handler.ts";
import { summarizeSchool } from "../../functions/summarize-school/handler.ts";

import { openDoor } from "./door.ts";

export const ZONE = "America/Denver";

export type World = ReturnType<typeof world>;
type Parts = {
  sessions?: SessionStore;
  summaries?: SummaryStore;
  clock?: () => Date;
  zone?: (school_id: string) => string | undefined;
  contracts?: Contract[];
  /** Contracts as they were less than a minute ago. */
  remembered?: Contract[];
  readQuota?: ReadQuota;
  limit?: number;
  rules?: ReadRules;
};

/** The shipped handlers over in-memory adapters. */
export function world(parts: Parts = {}) {
  const stream: Stream = { records: [] };
  const inner = new InMemorySessionStore(stream);
  const sessions = parts.sessions ?? inner;
  const views = new InMemorySummaryStore();
  const summaries = parts.summaries ?? views;
  const kept: DynamoDBRecord[] = [];
  const lines: unknown[] = [];
  const log = (line: unknown) => void lines.push(line);
  const clock = parts.clock ?? (() => new Date("2026-03-02T18:00:00Z"));
  const zones = async (school_id: string) => (parts.zone ?? (() => ZONE))(school_id);
  const door = openDoor();
  const ingest = ingestEvents({
    sessions,
    zones,
    ...door,
    ...(parts.contracts && {
      contracts: async () => parts.remembered ?? parts.contracts ?? [],
      contractsNow: async () => parts.contracts ?? [],
    }),
    ...(parts.readQuota && { readQuota: parts.readQuota }),
    ...(parts.limit && { limit: async () => parts.limit }),
    ...(parts.rules && { rules: async () => parts.rules ?? {} }),
    clock,
    log,
    openapi: () => "{}",
  });
  const summarize = summarizeSchool({
    sessions,
    summaries,
    failures: { keep: async (record) => void kept.push(record) },
    runRules: async () => undefined,
    sleep: async () => undefined,
    log,
  });
  const context = { getRemainingTimeInMillis: () => 0 };
  return {
    stream,
    sessions: inner,
    views,
    kept,
    lines,
    refusals: door.refusals,
    post: (events: unknown, provider_id = "north-star") => ingest(request(events, { provider_id })),
    raw: ingest,
    deliver: (records: DynamoDBRecord[]) => summarize({ Records: records }, context),
  };
}

type Identity = { provider_id?: string };

export function request(
  body: unknown,
  identity: Identity = { provider_id: "north-star" },
  contentType = "application/json",
): HttpEvent {
  return {
    version: "2.0",
    routeKey: "POST /v1/events",
    rawPath: "/v1/events",
    rawQueryString: "",
    headers: { "content-type": contentType },
    requestContext: {
      accountId: "anonymous",
      apiId: "local",
      domainName: "localhost",
      domainPrefix: "local",
      http: {
        method: "POST",
        path: "/v1/events",
        protocol: "HTTP/1.1",
        sourceIp: "127.0.0.1",
        userAgent: "test",
      },
      requestId: "request",
      routeKey: "POST /v1/events",
      stage: "$default",
      time: "",
      timeEpoch: 0,
      authorizer: { lambda: identity },
    },
    body: typeof body === "string" ? body : JSON.stringify(body),
    isBase64Encoded: false,
  };
}

let number = 0;
/** A completed session of one student, with whatever else is named. */
export function completed(data: Record<string, unknown> = {}, envelope: Record<string, unknown> = {}) {
  number += 1;
  return {
    specversion: "1.0",
    id: `e${number}`,
    source: "/test",
    type: "tutoring.session.completed",
    ...envelope,
    data: {
      session_id: "S-1",
      school_id: "631930",
      session_topic: "math",
      scheduled_start: "2026-03-02T10:00:00-07:00",
      scheduled_duration: 30,
      tutor_id: "T1",
      students: [{ student_id: "0016740395", attendance_status: "present", minutes_present: 30 }],
      ...data,
    },
  };
}

export function scheduled(data: Record<string, unknown> = {}) {
  const event = completed({ students: [{ student_id: "0016740395" }], ...data });
  return { ...event, type: "tutoring.session.scheduled" };
}

export function canceled(data: Record<string, unknown> = {}) {
  const event = completed({
    students: [{ student_id: "0016740395" }],
    not_held_reason: "tutor_absent",
    ...data,
  });
  return { ...event, type: "tutoring.session.canceled" };
}

export function voided(data: Record<string, unknown> = {}) {
  return {
    specversion: "1.0",
    id: "v",
    source: "/test",
    type: "tutoring.session.voided",
    data: { session_id: "S-1", school_id: "631930", ...data },
  };
}
