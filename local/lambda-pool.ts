import { spawn, type ChildProcess } from "node:child_process";
import { randomUUID } from "node:crypto";
import { createServer, type IncomingMessage, type Server, type ServerResponse } from "node:http";
import { join } from "node:path";
import * as z from "zod";
import { listen } from "./listen.ts";
import type { FunctionSpec } from "./template.ts";

const BOOTSTRAP = join(import.meta.dirname, "bootstrap.mjs");
const PAYLOAD_LIMIT = 6_291_556;

/** A function that threw, timed out or died, as Lambda tells it. */
class LambdaError extends Error {
  override name = "LambdaError";
}

type Call = { id: string; payload: string; resolve: (body: unknown) => void; reject: (error: Error) => void };
/** One execution environment: a process that serves one call at a time. */
type Environment = {
  child: ChildProcess;
  current: Call | undefined;
  waiting: ServerResponse | undefined;
  timer: NodeJS.Timeout | undefined;
};
type Output = (functionName: string, line: string) => void;
export type PoolOptions = {
  functions: FunctionSpec[];
  env: Record<string, string>;
  output: Output;
  width?: number;
};

/** Runs bundled handlers in child processes that speak Lambda's runtime API. */
export class LambdaPool {
  readonly #server: Server;
  readonly #environments = new Map<string, Environment>();
  readonly #idle = new Map<string, string[]>();
  readonly #queues = new Map<string, Call[]>();
  readonly #options: PoolOptions;
  #address = "";
  #closing = false;
  #clockOffset = 0;

  constructor(options: PoolOptions) {
    this.#options = options;
    this.#server = createServer((request, response) => void this.#serve(request, response));
  }

  async start(): Promise<void> {
    this.#address = `127.0.0.1:${await listen(this.#server, 0)}`;
  }

  /** What functions take the time to be from their next call on; undefined is the machine's time. */
  setClock(at: Date | undefined): void {
    this.#clockOffset = at === undefined ? 0 : at.getTime() - Date.now();
  }

  isClockSet(): boolean {
    return this.#clockOffset !== 0;
  }

  /** Runs the function once; rejects with LambdaError as Lambda would fail the call. */
  invoke(functionId: string, event: unknown): Promise<unknown> {
    const payload = JSON.stringify(event);
    if (payload.length > PAYLOAD_LIMIT)
      return Promise.reject(new LambdaError("Request must be smaller than 6291556 bytes"));
    return new Promise((resolve, reject) => {
      const queue = this.#queues.get(functionId) ?? [];
      this.#queues.set(functionId, queue);
      queue.push({ id: randomUUID(), payload, resolve, reject });
      this.#dispatch(functionId);
    });
  }

  async close(): Promise<void> {
    this.#closing = true;
    for (const { child } of this.#environments.values()) child.kill("SIGKILL");
    this.#server.closeAllConnections();
    this.#server.close();
  }

  #specOf(functionId: string): FunctionSpec {
    const spec = this.#options.functions.find(({ id }) => id === functionId);
    if (spec === undefined) throw new Error(`no function ${functionId} in the template`);
    return spec;
  }

  #dispatch(functionId: string): void {
    const queue = this.#queues.get(functionId) ?? [];
    const idle = this.#idle.get(functionId) ?? [];
    while (queue.length > 0 && idle.length > 0)
      this.#hand(this.#specOf(functionId), idle.pop(), queue.shift());
    const running = [...this.#environments.keys()].filter((name) => name.startsWith(`${functionId}~`)).length;
    if (queue.length > 0 && running < (this.#options.width ?? 4)) this.#spawn(this.#specOf(functionId));
  }

  #hand(spec: FunctionSpec, name: string | undefined, call: Call | undefined): void {
    const environment = this.#environments.get(name ?? "");
    if (environment?.waiting === undefined || call === undefined) return;
    const deadline = Date.now() + spec.Timeout * 1000;
    const headers = {
      "lambda-runtime-aws-request-id": call.id,
      "lambda-runtime-deadline-ms": String(deadline),
      "rollcall-clock-offset-ms": String(this.#clockOffset),
    };
    environment.current = call;
    environment.timer = setTimeout(() => {
      call.reject(new LambdaError(`Task timed out after ${spec.Timeout} seconds`));
      environment.current = undefined;
      environment.child.kill("SIGKILL");
    }, spec.Timeout * 1000);
    environment.waiting.writeHead(200, headers).end(call.payload);
    environment.waiting = undefined;
  }

  #spawn(spec: FunctionSpec): void {
    const name = `${spec.id}~${randomUUID()}`;
    const [file = "index", exported = "handler"] = spec.Handler.split(".");
    const flags = ["--enable-source-maps", `--max-old-space-size=${spec.MemorySize}`];
    const child = spawn(process.execPath, [...flags, BOOTSTRAP, join(spec.folder, `${file}.mjs`), exported], {
      stdio: ["ignore", "pipe", "pipe"],
      env: {
        PATH: process.env["PATH"] ?? "",
        ...this.#options.env,
        ...spec.Environment?.Variables,
        AWS_LAMBDA_FUNCTION_NAME: spec.name,
        AWS_LAMBDA_RUNTIME_API: `${this.#address}/${name}`,
      },
    });
    this.#environments.set(name, { child, current: undefined, waiting: undefined, timer: undefined });
    for (const stream of [child.stdout, child.stderr]) {
      stream.on("data", (chunk: Buffer) => this.#options.output(spec.name, chunk.toString().trimEnd()));
    }
    child.on("exit", () => this.#buried(spec, name));
  }

  #buried(spec: FunctionSpec, name: string): void {
    const environment = this.#environments.get(name);
    this.#environments.delete(name);
    this.#idle.set(
      spec.id,
      (this.#idle.get(spec.id) ?? []).filter((other) => other !== name),
    );
    clearTimeout(environment?.timer);
    environment?.current?.reject(new LambdaError("Runtime exited before it answered"));
    if (!this.#closing) this.#dispatch(spec.id);
  }

  async #serve(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const [, name = "", , , action, ...rest] = (request.url ?? "").split("/");
    const environment = this.#environments.get(name);
    if (environment === undefined) return void response.writeHead(404).end();
    if (action === "invocation" && rest[0] === "next") return this.#next(name, environment, response);
    const body = await readAll(request);
    response.writeHead(202).end();
    if (action === "init") return this.#failInit(name, body);
    clearTimeout(environment.timer);
    const call = environment.current;
    environment.current = undefined;
    if (rest[1] === "response") call?.resolve(JSON.parse(body));
    else call?.reject(new LambdaError(messageOf(body)));
  }

  #next(name: string, environment: Environment, response: ServerResponse): void {
    const functionId = name.split("~")[0] ?? "";
    environment.waiting = response;
    this.#idle.set(functionId, [...(this.#idle.get(functionId) ?? []), name]);
    this.#dispatch(functionId);
  }

  /** The first waiting call fails with what kept the function from starting. */
  #failInit(name: string, body: string): void {
    const functionId = name.split("~")[0] ?? "";
    this.#queues
      .get(functionId)
      ?.shift()
      ?.reject(new LambdaError(messageOf(body)));
  }
}

const Failure = z.looseObject({ errorType: z.string(), errorMessage: z.string() });

function messageOf(body: string): string {
  const failure = Failure.safeParse(JSON.parse(body));
  return failure.success ? `${failure.data.errorType}: ${failure.data.errorMessage}` : "the function failed";
}

export async function readAll(stream: IncomingMessage): Promise<string> {
  const chunks: Buffer[] = [];
  for await (const chunk of stream) chunks.push(Buffer.from(z.instanceof(Uint8Array).parse(chunk)));
  return Buffer.concat(chunks).toString("utf8");
}
