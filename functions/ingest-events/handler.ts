import { problem } from "../../domain/problem.ts";
import { isFinal, revisionOf, type SessionRecord } from "../../domain/session-record.ts";
import { readContent } from "../../domain/session.ts";
import { json, problemResult, type HttpEvent, type HttpResult } from "../framework/http.ts";
import { readBody } from "./read-body.ts";
import { storeEvents, type IngestDeps, type ItemResult } from "./store-events.ts";

export type HandlerDeps = IngestDeps & { openapi: () => string };

/** The provider's side of the API. */
export const ingestEvents =
  (deps: HandlerDeps) =>
  async (event: HttpEvent): Promise<HttpResult> => {
    switch (event.routeKey) {
      case "GET /v1/health":
        return json(200, { status: "ok" });
      case "GET /v1/openapi.json":
        return { statusCode: 200, headers: { "content-type": "application/json" }, body: deps.openapi() };
      default:
        return forProvider(deps, event);
    }
  };

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
  const body = readBody(event);
  if ("status" in body) return problemResult(body);
  const results = await storeEvents(deps, provider_id, body.events);
  const [first] = results;
  return body.kind === "single" && first !== undefined ? answerSingle(first) : answerBatch(results);
}

const RETRY = { "retry-after": "5" };

function answerSingle({ problem: failure, ...item }: ItemResult): HttpResult {
  if (failure !== undefined) {
    return problemResult(failure, { extra: item, headers: failure.status === 503 ? RETRY : {} });
  }
  const taken = item.result === "accepted" || item.result === "quarantined";
  return json(taken ? 202 : 200, item);
}

function answerBatch(results: ItemResult[]): HttpResult {
  if (results.some((item) => item.result === "not_stored")) return json(503, { results }, RETRY);
  const failed = results.some((item) => item.problem !== undefined);
  return json(failed ? 207 : 200, { results });
}

async function getSession(deps: HandlerDeps, provider_id: string, event: HttpEvent): Promise<HttpResult> {
  const { school_id = "", session_id = "" } = event.pathParameters ?? {};
  const key = { school_id: school_id.normalize("NFC"), provider_id, session_id: session_id.normalize("NFC") };
  const record = await deps.sessions.get(key);
  if (record === undefined)
    return problemResult(problem("not-found", "You have not posted this session to this school."));
  return json(200, storedSession(record));
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
