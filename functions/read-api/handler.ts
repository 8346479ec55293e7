import { createHash } from "node:crypto";
import { gzipSync } from "node:zlib";
import type { Identity } from "../../domain/access.ts";
import { json, problemResult, type HttpEvent, type HttpResult } from "../framework/http.ts";
import { known, questionOf, Refused, writeNotes, type Ask, type ReadDeps } from "./ask.ts";
import { acknowledgeAlert, getAlerts, reopenAlert, snoozeAlert } from "./alerts.ts";
import { getAudit } from "./audit.ts";
import { getOverview } from "./districts.ts";
import { getMe } from "./me.ts";
import { getQuality } from "./providers.ts";
import { getDosage, getExport } from "./reports.ts";
import { getDay, getStudents, getWeek, getWeeks } from "./schools.ts";
import { getStudent } from "./student.ts";
import { getSettings } from "./settings.ts";
import { getDistrictVersion, getProviderVersion, getSchoolVersion } from "./versions.ts";

type Answer = (ask: Ask) => Promise<object>;

/** Every route and what answers it; the name stands in the audit log and in the API's reference. */
const ROUTES: Record<string, readonly [operation: string, answer: Answer]> = {
  "GET /v1/me": ["getMe", getMe],
  "GET /v1/districts/{district_id}/overview": ["getOverview", getOverview],
  "GET /v1/districts/{district_id}/version": ["getDistrictVersion", getDistrictVersion],
  "GET /v1/schools/{school_id}/version": ["getSchoolVersion", getSchoolVersion],
  "GET /v1/schools/{school_id}/settings": ["getSettings", getSettings],
  "GET /v1/schools/{school_id}/days/{date}": ["getDay", getDay],
  "GET /v1/schools/{school_id}/weeks": ["getWeeks", getWeeks],
  "GET /v1/schools/{school_id}/weeks/{week}": ["getWeek", getWeek],
  "GET /v1/schools/{school_id}/students": ["getStudents", getStudents],
  "GET /v1/schools/{school_id}/students/{student_id}": ["getStudent", getStudent],
  "GET /v1/schools/{school_id}/alerts": ["getAlerts", getAlerts],
  "POST /v1/schools/{school_id}/alerts/{alert_id}/acknowledge": ["acknowledgeAlert", acknowledgeAlert],
  "POST /v1/schools/{school_id}/alerts/{alert_id}/snooze": ["snoozeAlert", snoozeAlert],
  "POST /v1/schools/{school_id}/alerts/{alert_id}/reopen": ["reopenAlert", reopenAlert],
  "GET /v1/providers/{provider_id}/quality": ["getQuality", getQuality],
  "GET /v1/providers/{provider_id}/version": ["getProviderVersion", getProviderVersion],
  "GET /v1/reports/dosage": ["getDosage", getDosage],
  "GET /v1/audit": ["getAudit", getAudit],
};
const EXPORT = "GET /v1/exports/{token}";

/** What people and machines read: each answer is built from what the caller's grants reach, and from nothing else. */
export const readApi =
  (deps: ReadDeps & { apiUrl: string }) =>
  async (event: HttpEvent): Promise<HttpResult> => {
    try {
      if (event.routeKey === EXPORT) return await fetchExport(deps, event);
      const route = ROUTES[event.routeKey];
      if (route === undefined) throw new Refused("not-found", "No such route. See GET /v1/openapi.json.");
      const [operation, answer] = route;
      const identity = event.requestContext.authorizer?.lambda ?? {};
      const ask = await askOf(deps, event, { identity, operation });
      const result = conditional(event, ask, json(200, await answer(ask), PRIVATE));
      // what is answered with 304 was read, and written down, before
      if (result.statusCode === 200) await writeNotes(ask);
      return compressed(event, result);
    } catch (error) {
      if (!(error instanceof Refused)) throw error;
      return problemResult(error.problem, {
        headers: {
          ...(error.problem.status === 401 && { "www-authenticate": "Bearer" }),
          ...(error.retryAfter !== undefined && { "retry-after": String(error.retryAfter) }),
        },
      });
    }
  };

const PRIVATE = { "cache-control": "private, no-cache", "x-content-type-options": "nosniff" };

type Asking = { identity: Identity; operation: string };

async function askOf(
  deps: ReadDeps & { apiUrl: string },
  event: HttpEvent,
  { identity, operation }: Asking,
): Promise<Ask> {
  const { setup, now, caller, scope } = await known(deps, identity);
  return {
    deps,
    setup,
    identity: cleaned(identity),
    caller,
    scope,
    now,
    params: (name) => (event.pathParameters?.[name] ?? "").normalize("NFC"),
    query: (name) => event.queryStringParameters?.[name],
    question: questionOf(event),
    operation,
    apiUrl: deps.apiUrl,
    body: bodyOf(event),
    read: [],
  };
}

/** What the authorizer said, and nothing that a gateway may add. */
const cleaned = ({ provider_id, email, mfa, claim }: Identity): Identity => ({
  ...(provider_id !== undefined && { provider_id }),
  ...(email !== undefined && { email }),
  ...(mfa !== undefined && { mfa }),
  ...(claim !== undefined && { claim }),
});

function bodyOf({ body = "", isBase64Encoded }: HttpEvent): unknown {
  if (body === "") return undefined;
  try {
    return JSON.parse(Buffer.from(body, isBase64Encoded ? "base64" : "utf8").toString("utf8"));
  } catch {
    throw new Refused("invalid-body", "The body is not JSON.");
  }
}

/** 304 where this caller, with these grants, has this answer already: nobody else's tag is worth anything. */
function conditional(
  { headers, routeKey }: HttpEvent,
  { caller: { id, grants } }: Ask,
  result: HttpResult,
): HttpResult {
  const etag = `"${createHash("sha256")
    .update(JSON.stringify([id, grants, result.body]))
    .digest("base64url")
    .slice(0, 22)}"`;
  const known = (headers["if-none-match"] ?? "").split(",").map((one) => one.trim().replace(/^W\//, ""));
  if (routeKey.startsWith("GET ") && known.includes(etag))
    return { statusCode: 304, headers: { ...PRIVATE, etag } };
  return { ...result, headers: { ...result.headers, etag } };
}

/** Below this size compressing saves no packet. */
const WORTH_BYTES = 1400;

/** The gateway does not compress, and a school's weeks are a tenth of their size. */
function compressed({ headers }: HttpEvent, result: HttpResult): HttpResult {
  const { body = "" } = result;
  if (body.length < WORTH_BYTES || !/\bgzip\b/.test(headers["accept-encoding"] ?? "")) return result;
  return {
    ...result,
    headers: { ...result.headers, "content-encoding": "gzip", vary: "accept-encoding" },
    body: gzipSync(body).toString("base64"),
    isBase64Encoded: true,
  };
}

/** A link that a browser can follow: for a quarter of an hour, and only while who made it may still see it. */
async function fetchExport(deps: ReadDeps & { apiUrl: string }, event: HttpEvent): Promise<HttpResult> {
  const token = event.pathParameters?.["token"] ?? "";
  const grant = deps.verify(token, await deps.secret(), deps.clock());
  if (grant?.kind !== "export")
    throw new Refused("invalid-token", "Ask for the report again: it names a new link.");
  const query = new URLSearchParams(grant.question);
  const asked = { ...event, queryStringParameters: Object.fromEntries(query) };
  const ask = await askOf(deps, asked, { identity: grant.identity, operation: "getExport" });
  const bound = { caller: ask.caller.id, question: grant.question };
  if (!deps.checks.bound(grant, bound)) throw new Refused("invalid-token", "The link is somebody else's.");
  const body = await getExport(ask);
  await writeNotes(ask);
  return {
    statusCode: 200,
    headers: {
      ...PRIVATE,
      "content-type": "text/csv; charset=utf-8",
      "content-disposition": 'attachment; filename="dosage.csv"',
    },
    body,
  };
}
