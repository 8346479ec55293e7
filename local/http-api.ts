import { randomUUID } from "node:crypto";
import { createServer, type IncomingMessage, type Server, type ServerResponse } from "node:http";
import * as z from "zod";
import { listen } from "./listen.ts";
import type { PageFile } from "./pages.ts";
import type { AuthorizerSpec, Plan, RouteSpec } from "./template.ts";

type Invoke = (functionId: string, event: unknown) => Promise<unknown>;
type Options = {
  plan: Plan;
  invoke: Invoke;
  now?: () => number;
  /** What stands under the same address beside the API. */
  page?: (path: string) => PageFile | undefined;
};

/** The gateway's own limits. */
const BODY_LIMIT = 10 * 1024 * 1024;
const HEADER_LIMIT = 10_240;
const INTEGRATION_TIMEOUT_MS = 30_000;

const Result = z.looseObject({
  statusCode: z.int().default(200),
  headers: z.record(z.string(), z.union([z.string(), z.number(), z.boolean()])).default({}),
  body: z.string().default(""),
  isBase64Encoded: z.boolean().default(false),
});
const Decision = z.looseObject({ isAuthorized: z.boolean(), context: z.unknown().optional() });

/** A refusal in the gateway's own words, which no handler can shape. */
class GatewayAnswer extends Error {
  readonly status: number;
  constructor(status: number, message: string) {
    super(message);
    this.status = status;
  }
}

type AuthorizerRequest = ReturnType<typeof baseEvent> & { type: "REQUEST"; identitySource: unknown[] };
type Matched = { route: RouteSpec; pathParameters: Record<string, string> | undefined };

/** An HTTP API with payload 2.0, Lambda integrations and cached Lambda authorizers. */
export class HttpApi {
  readonly #server: Server;
  readonly #options: Options;
  readonly #decisions = new Map<string, { decision: z.infer<typeof Decision>; until: number }>();

  constructor(options: Options) {
    this.#options = options;
    this.#server = createServer(
      { maxHeaderSize: 65_536 },
      (request, response) => void this.#serve(request, response),
    );
  }

  async start(port: number): Promise<string> {
    return `http://127.0.0.1:${await listen(this.#server, port)}`;
  }

  close(): void {
    this.#server.closeAllConnections();
    this.#server.close();
  }

  async #serve(request: IncomingMessage, response: ServerResponse): Promise<void> {
    try {
      const page = request.method === "GET" ? this.#options.page?.(pathOf(request)) : undefined;
      if (page !== undefined) {
        response.writeHead(page.status, page.headers).end(page.body);
        return;
      }
      const result = await this.#answer(request);
      const body = Buffer.from(result.body, result.isBase64Encoded ? "base64" : "utf8");
      const headers = Object.entries(result.headers).map(([name, value]): [string, string] => [
        name,
        String(value),
      ]);
      response
        .writeHead(result.statusCode, {
          "content-type": "text/plain;charset=UTF-8",
          ...Object.fromEntries(headers),
        })
        .end(body);
    } catch (error) {
      const { status, message } =
        error instanceof GatewayAnswer ? error : { status: 500, message: "Internal Server Error" };
      request.resume();
      response.writeHead(status, { "content-type": "application/json" }).end(JSON.stringify({ message }));
    }
  }

  async #answer(request: IncomingMessage): Promise<z.infer<typeof Result>> {
    const url = new URL(request.url ?? "/", "http://local");
    const matched = this.#match(request.method ?? "GET", url.pathname);
    if (matched === undefined) throw new GatewayAnswer(404, "Not Found");
    if (request.rawHeaders.join("").length > HEADER_LIMIT)
      throw new GatewayAnswer(431, "Request Header Fields Too Large");
    const base = baseEvent({ request, url, matched });
    const authorizer = await this.#authorize(matched.route, base);
    const body = await readBody(request);
    const event = {
      ...base,
      requestContext: {
        ...base.requestContext,
        ...(authorizer && { authorizer: { lambda: authorizer.context ?? null } }),
      },
      ...(body.length > 0 && encode(body, base.headers["content-type"] ?? "")),
      isBase64Encoded: body.length > 0 && !isText(base.headers["content-type"] ?? ""),
    };
    return this.#integrate(matched.route, event);
  }

  async #integrate(route: RouteSpec, event: unknown): Promise<z.infer<typeof Result>> {
    const late = new Promise<never>((_, reject) => {
      setTimeout(() => reject(new GatewayAnswer(503, "Service Unavailable")), INTEGRATION_TIMEOUT_MS).unref();
    });
    const answer = await Promise.race([this.#options.invoke(route.functionId, event), late]);
    const result = Result.safeParse(answer);
    return result.success ? result.data : Result.parse({ body: JSON.stringify(answer) });
  }

  #match(method: string, path: string): Matched | undefined {
    for (const route of this.#options.plan.routes) {
      const [wanted, template = ""] = route.RouteKey.split(" ");
      const pathParameters = wanted === method ? matchPath(template, path) : undefined;
      if (pathParameters !== undefined) {
        return {
          route,
          pathParameters: Object.keys(pathParameters).length === 0 ? undefined : pathParameters,
        };
      }
    }
    return undefined;
  }

  async #authorize(route: RouteSpec, base: ReturnType<typeof baseEvent>) {
    const authorizer = this.#options.plan.authorizers.find(({ id }) => id === route.AuthorizerId);
    if (authorizer === undefined) return undefined;
    const identity = authorizer.IdentitySource.map(
      (source) => base.headers[source.replace("$request.header.", "").toLowerCase()],
    );
    if (identity.some((value) => value === undefined || value === ""))
      throw new GatewayAnswer(401, "Unauthorized");
    const decision = await this.#decide(authorizer, { ...base, type: "REQUEST", identitySource: identity });
    if (!decision.isAuthorized) throw new GatewayAnswer(403, "Forbidden");
    return decision;
  }

  async #decide(authorizer: AuthorizerSpec, request: AuthorizerRequest) {
    const now = this.#options.now ?? Date.now;
    const name = JSON.stringify([authorizer.id, request.identitySource]);
    const cached = this.#decisions.get(name);
    if (cached !== undefined && now() < cached.until) return cached.decision;
    const decision = Decision.parse(await this.#options.invoke(authorizer.functionId, request));
    this.#decisions.set(name, { decision, until: now() + authorizer.AuthorizerResultTtlInSeconds * 1000 });
    return decision;
  }
}

const pathOf = ({ url = "/" }: IncomingMessage) => new URL(url, "http://local").pathname;

function decodePart(part: string): string {
  try {
    return decodeURIComponent(part);
  } catch {
    throw new GatewayAnswer(400, "Bad Request");
  }
}

function matchPath(template: string, path: string): Record<string, string> | undefined {
  const wanted = template.split("/");
  const given = path.split("/");
  if (wanted.length !== given.length) return undefined;
  const parameters: Record<string, string> = {};
  for (const [index, part] of wanted.entries()) {
    const actual = given[index] ?? "";
    const [, name] = /^\{(\w+)\}$/.exec(part) ?? [];
    if (name !== undefined && actual !== "") parameters[name] = decodePart(actual);
    else if (part !== actual) return undefined;
  }
  return parameters;
}

type Request = { request: IncomingMessage; url: URL; matched: Matched };

function baseEvent({ request, url, matched }: Request) {
  const headers: Record<string, string> = {};
  for (const [name, values] of Object.entries(request.headersDistinct))
    headers[name] = (values ?? []).join(",");
  const query = Object.fromEntries(
    [...new Set(url.searchParams.keys())].map((name) => [name, url.searchParams.getAll(name).join(",")]),
  );
  const now = Date.now();
  return {
    version: "2.0",
    routeKey: matched.route.RouteKey,
    rawPath: decodeURI(url.pathname),
    rawQueryString: url.search.slice(1),
    headers,
    ...(url.search.length > 1 && { queryStringParameters: query }),
    ...(matched.pathParameters && { pathParameters: matched.pathParameters }),
    requestContext: {
      accountId: "anonymous",
      apiId: "local",
      domainName: headers["host"] ?? "localhost",
      domainPrefix: "local",
      http: {
        method: request.method ?? "GET",
        path: decodeURI(url.pathname),
        protocol: `HTTP/${request.httpVersion}`,
        sourceIp: request.socket.remoteAddress ?? "127.0.0.1",
        userAgent: headers["user-agent"] ?? "",
      },
      requestId: randomUUID(),
      routeKey: matched.route.RouteKey,
      stage: "$default",
      time: new Date(now).toISOString(),
      timeEpoch: now,
    },
  };
}

const isText = (contentType: string) =>
  /^(text\/.*|application\/(json|xml|javascript))\s*(;|$)/i.test(contentType);

const encode = (body: Buffer, contentType: string) => ({
  body: body.toString(isText(contentType) ? "utf8" : "base64"),
});

async function readBody(request: IncomingMessage): Promise<Buffer> {
  const chunks: Buffer[] = [];
  let length = 0;
  for await (const chunk of request) {
    const bytes = Buffer.from(z.instanceof(Uint8Array).parse(chunk));
    length += bytes.length;
    if (length > BODY_LIMIT) throw new GatewayAnswer(413, "Request Entity Too Large");
    chunks.push(bytes);
  }
  return Buffer.concat(chunks);
}
