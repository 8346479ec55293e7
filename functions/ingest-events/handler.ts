import * as z from "zod";
import type { AuditStore } from "../../adapters/audit-store.ts";
import { Id } from "../../domain/ids.ts";
import { problem } from "../../domain/problem.ts";
import { isFinal, revisionOf, type SessionRecord } from "../../domain/session-record.ts";
import { programOf, readContent } from "../../domain/session-content.ts";
import { json, problemResult, type HttpEvent, type HttpResult } from "../framework/http.ts";
import { readBody } from "./read-body.ts";
import { dayOf } from "../../domain/school-day.ts";
import { DEFAULT_EVENTS_PER_MINUTE } from "../../domain/setup.ts";
import { isReadable, uncovered } from "../../domain/contract.ts";
import { TOO_MANY_READS, type ReadQuota } from "../framework/read-quota.ts";
import { takeEvents, type TakeDeps } from "../framework/take-events.ts";

export type HandlerDeps = TakeDeps & {
  openapi: () => string;
  readQuota: ReadQuota;
  audit: Pick<AuditStore, "seen">;
  /** Pseudonym of a student. */
  pseudonym: (student_id: string) => Promise<string>;
};

/** The provider's side of the API. */
export const ingestEvents =
  (deps: HandlerDeps) =>
  async (event: HttpEvent): Promise<HttpResult> => {
    switch (event.routeKey) {
      case "GET /v1/health":
        return json(200, { status: "ok" });
      case "GET /v1/openapi.json":
        return { statusCode: 200, headers: { "content-type": "application/json" }, body: deps.openapi() };
      case "OPTIONS /v1/events":
        return handshake(event);
      default:
        return forProvider(deps, event);
    }
  };

/** Answers a sender that asks first whether it may post (CloudEvents webhooks, 4): yes, from anywhere, with a key. */
function handshake({ headers }: HttpEvent): HttpResult {
  const origin = headers["webhook-request-origin"];
  const allowed = origin !== undefined && {
    "webhook-allowed-origin": origin,
    "webhook-allowed-rate": String(DEFAULT_EVENTS_PER_MINUTE),
  };
  return { statusCode: 204, headers: { allow: "POST, OPTIONS", ...allowed } };
}

async function forProvider(deps: HandlerDeps, event: HttpEvent): Promise<HttpResult> {
  const provider_id = event.requestContext.authorizer?.lambda?.provider_id;
  if (provider_id === undefined || provider_id === "") {
    const detail = "Send `Authorization: Bearer <key>` with a key of yours that is live.";
    return problemResult(problem("unauthorized", detail), { headers: { "www-authenticate": "Bearer" } });
  }
  if (event.routeKey === "POST /v1/events") return postEvents(deps, provider_id, event);
  if (event.routeKey === "GET /v1/schools/{school_id}/sessions/{session_id}")
    return getSession(deps, provider_id, event);
  return problemResult(problem("not-found", "No such route. See GET /v1/openapi.json."));
}

async function postEvents(deps: HandlerDeps, provider_id: string, event: HttpEvent): Promise<HttpResult> {
  const { requestId: request_id } = event.requestContext;
  return takeEvents(deps, { provider_id, request_id }, readBody(event));
}

const Ids = z.object({ school_id: Id, session_id: Id });

async function getSession(deps: HandlerDeps, provider_id: string, event: HttpEvent): Promise<HttpResult> {
  const wait = await deps.readQuota(`provider:${provider_id}`, deps.clock());
  if (wait !== undefined) {
    const headers = { "retry-after": String(wait) };
    return problemResult(problem("too-many-reads", TOO_MANY_READS), { headers });
  }
  const ids = Ids.safeParse(event.pathParameters);
  // what is no id was never posted, and may be longer than a key can be
  const record = ids.success ? await deps.sessions.get({ ...ids.data, provider_id }) : undefined;
  if (record === undefined || !(await isCovered(deps, record)))
    return problemResult(problem("not-found", "You have not posted this session to this school."));
  await note(deps, record);
  return json(200, storedSession(record));
}

/** Writes down whose record is read, before it is answered. */
async function note({ audit, pseudonym, clock }: HandlerDeps, record: SessionRecord): Promise<void> {
  const { school_id, provider_id } = record;
  const read = { who: `provider:${provider_id}`, what: "getSession", school_id };
  for (const { student_id } of readContent(record.content)?.students ?? [])
    await audit.seen({ ...read, student: await pseudonym(student_id) }, clock());
}

/** A provider sees what it may report, and no longer than that. */
async function isCovered({ contracts, zones, clock }: HandlerDeps, record: SessionRecord): Promise<boolean> {
  const { school_id, provider_id, day } = record;
  const [zone, signed] = [await zones(school_id), await contracts(provider_id)];
  if (zone === undefined) return false;
  const today = dayOf(clock().getTime() / 1000, zone);
  if (uncovered(signed, { school_id, program_id: programOf(record.content), day, today }) !== undefined)
    return false;
  return isReadable(signed, school_id, today);
}

/** What a provider posted, in the words in which it was posted. */
function storedSession(record: SessionRecord) {
  const { school_id, session_id, order, day, first_reported_at } = record;
  const session = readContent(record.content);
  const status = session?.status ?? (isFinal(order) || order % 4 === 0 ? "unreadable" : "voided");
  return {
    school_id,
    session_id,
    revision: revisionOf(order),
    session_status: status,
    attendance_date: day,
    first_reported_at,
    ...(session !== undefined && { data: wireOf(session) }),
  };
}

const instant = (seconds: number | undefined) =>
  seconds === undefined ? undefined : new Date(seconds * 1000).toISOString().replace(".000Z", "Z");

function wireOf({ status: _, ...session }: NonNullable<ReturnType<typeof readContent>>) {
  return {
    ...session,
    scheduled_start: instant(session.scheduled_start),
    actual_start: instant(session.actual_start),
    actual_end: instant(session.actual_end),
  };
}
