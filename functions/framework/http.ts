import middy from "@middy/core";
import type { APIGatewayProxyEventV2, APIGatewayProxyStructuredResultV2 } from "aws-lambda";
import type { Identity } from "../../domain/access.ts";
import { isTransient } from "../../adapters/transient.ts";
import { problem, type Problem } from "../../domain/problem.ts";
import { errorName, type Log } from "./log.ts";

export type HttpEvent = APIGatewayProxyEventV2 & {
  requestContext: { authorizer?: { lambda?: Identity | null } };
};
export type HttpResult = APIGatewayProxyStructuredResultV2;

export function json(statusCode: number, body: unknown, headers: Record<string, string> = {}): HttpResult {
  return {
    statusCode,
    headers: { "content-type": "application/json", ...headers },
    body: JSON.stringify(body),
  };
}

/** An RFC 9457 answer; `extra` holds extension members. */
export function problemResult(
  of: Problem,
  { extra = {}, headers = {} }: { extra?: Record<string, unknown>; headers?: Record<string, string> } = {},
): HttpResult {
  const body = JSON.stringify({ ...of, ...extra });
  return { statusCode: of.status, headers: { "content-type": "application/problem+json", ...headers }, body };
}

/** Says that a body arrived packed; undefined where it did not. */
export function compressed({ headers }: Pick<HttpEvent, "headers">): Problem | undefined {
  const encoding = headers["content-encoding"] ?? "";
  // some senders write a character set here; only what packs is meant
  if (!/\b(?:gzip|deflate|br|compress|zstd)\b/i.test(encoding)) return undefined;
  return problem(
    "unsupported-media-type",
    "The body is compressed (content-encoding). Send it as it is, without that header.",
  );
}

/** Seconds after which a throttled or full database is worth another try. */
const RETRY_SECONDS = 5;

type Wrapped = {
  service: string;
  log: Log;
  clock: () => Date;
  handle: (event: HttpEvent) => Promise<HttpResult>;
};

/** The same for every route: one line of log per request, and a problem instead of a stack. */
export function httpHandler({ service, log, clock, handle }: Wrapped) {
  let began = 0;
  return middy<HttpEvent, HttpResult>(handle)
    .before(() => {
      began = clock().getTime();
    })
    .after(({ event, response }) => {
      const { requestId: request_id } = event.requestContext;
      const milliseconds = clock().getTime() - began;
      const status = response?.statusCode ?? 0;
      log({ service, event: "request", request_id, route: event.routeKey, status, milliseconds });
    })
    .onError((request) => {
      const { requestId: request_id } = request.event.requestContext;
      const error = errorName(request.error);
      const fault = isTransient(request.error)
        ? problem(
            "unavailable",
            "The database takes nothing now. Nothing was acknowledged; ask again after Retry-After.",
          )
        : problem("internal", "Nothing was acknowledged. Try again later.");
      const { status } = fault;
      log({ service, event: "failed", request_id, route: request.event.routeKey, status, error });
      request.response = problemResult(fault, {
        headers: status === 503 ? { "retry-after": String(RETRY_SECONDS) } : {},
      });
    });
}
