/* global fetch */
// What Lambda's Node runtime does: loads the handler, asks for the next event, answers it, for ever.
import { pathToFileURL } from "node:url";

// the demo is loaded as if its weeks went by: what a function calls now is told with each call
const MachineDate = Date;
let clockOffset = 0;
globalThis.Date = class extends MachineDate {
  constructor(...given) {
    if (given.length === 0) super(MachineDate.now() + clockOffset);
    else super(...given);
  }
  static now() {
    return MachineDate.now() + clockOffset;
  }
};

const api = `http://${process.env.AWS_LAMBDA_RUNTIME_API}/2018-06-01/runtime`;
const [file, name] = process.argv.slice(2);

const failure = (error) => ({
  errorType: error?.name ?? "Error",
  errorMessage: String(error?.message ?? error),
  stackTrace: String(error?.stack ?? "").split("\n"),
});
const post = (path, body) =>
  fetch(`${api}${path}`, {
    method: "POST",
    body: JSON.stringify(body ?? null),
    headers: { "content-type": "application/json" },
  });

// as Lambda's JSON logging does: what is logged alone is an object under `message`
const print = console.log.bind(console);
const level =
  (name) =>
  (...values) => {
    const message = values.length === 1 ? values[0] : values.join(" ");
    print(JSON.stringify({ timestamp: new Date().toISOString(), level: name, message }));
  };
console.log = console.info = level("INFO");
console.warn = level("WARN");
console.error = level("ERROR");

let handler;
try {
  handler = (await import(pathToFileURL(file).href))[name];
} catch (error) {
  await post("/init/error", failure(error));
  process.exit(1);
}
for (;;) {
  const next = await fetch(`${api}/invocation/next`);
  const id = next.headers.get("lambda-runtime-aws-request-id");
  clockOffset = Number(next.headers.get("rollcall-clock-offset-ms"));
  const deadline = Number(next.headers.get("lambda-runtime-deadline-ms"));
  const context = {
    awsRequestId: id,
    getRemainingTimeInMillis: () => deadline - MachineDate.now(),
    callbackWaitsForEmptyEventLoop: false,
  };
  const event = await next.json();
  try {
    await post(`/invocation/${id}/response`, await handler(event, context));
  } catch (error) {
    await post(`/invocation/${id}/error`, failure(error));
  }
}
