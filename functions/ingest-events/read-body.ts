import { duplicateKeys } from "../../domain/json-text.ts";
import { problem, type Problem } from "../../domain/problem.ts";
import type { HttpEvent } from "../framework/http.ts";
import type { Body } from "../framework/take-events.ts";
import { compressed } from "../framework/http.ts";
import { binaryEvent, isBinary, structuredEvent } from "../../domain/cloud-event.ts";

export const MAX_BODY_BYTES = 1_048_576;
export const MAX_EVENTS = 500;

const MODES: Record<string, "event" | "batch" | "plain"> = {
  "application/cloudevents+json": "event",
  "application/cloudevents-batch+json": "batch",
  "application/json": "plain",
};

/** The events of a request in any of the three CloudEvents modes or as a plain array, or why it holds none. */
export function readBody(event: HttpEvent): Body | Problem {
  const [media = "", ...parameters] = (event.headers["content-type"] ?? "").toLowerCase().split(";");
  const mode = MODES[media.trim()];
  if (mode === undefined || !parameters.every(isUtf8)) {
    const accepted = Object.keys(MODES).join(", ");
    return problem("unsupported-media-type", `Send ${accepted}, in UTF-8.`);
  }
  const packed = compressed(event);
  if (packed !== undefined) return packed;
  const text = textOf(event);
  if (typeof text !== "string") return text;
  return readText({ text, mode, headers: event.headers });
}

function isUtf8(parameter: string): boolean {
  const [name = "", value = ""] = parameter.trim().split("=");
  return name !== "charset" || /^"?utf-?8"?$/.test(value);
}

function textOf(event: HttpEvent): string | Problem {
  const { body = "", isBase64Encoded } = event;
  const bytes = Buffer.from(body, isBase64Encoded ? "base64" : "utf8");
  if (bytes.length > MAX_BODY_BYTES)
    return problem("body-too-large", "Send at most 1 MB in one request; split the batch.");
  try {
    // removes a byte order mark
    return new TextDecoder("utf-8", { fatal: true }).decode(bytes);
  } catch {
    return problem("invalid-body", "The body is not UTF-8.");
  }
}

type Sent = { text: string; mode: "event" | "batch" | "plain"; headers: HttpEvent["headers"] };

function readText({ text, mode, headers }: Sent): Body | Problem {
  let parsed: unknown;
  try {
    parsed = JSON.parse(text);
  } catch {
    return problem("invalid-body", "The body is not JSON.", [
      { pointer: "", detail: "cannot be parsed as JSON" },
    ]);
  }
  const duplicates = duplicateKeys(text, parsed);
  if (Array.isArray(parsed)) return readArray(parsed, mode, duplicates);
  if (mode === "batch" || typeof parsed !== "object" || parsed === null) {
    const detail = mode === "batch" ? "must be an array of events" : "must be an event or an array of events";
    return problem("invalid-body", "The body holds no events.", [{ pointer: "", detail }]);
  }
  if (mode === "plain" && isBinary(headers))
    return { kind: "single", events: [binaryEvent(headers, parsed, duplicates)] };
  return { kind: "single", events: [structuredEvent(parsed, duplicates)] };
}

function readArray(parsed: unknown[], mode: Sent["mode"], duplicates: string[]): Body | Problem {
  if (mode === "event") {
    const detail = "is an array; send it as application/cloudevents-batch+json";
    return problem("invalid-body", "The body is not one event.", [{ pointer: "", detail }]);
  }
  if (parsed.length > MAX_EVENTS)
    return problem("body-too-large", `Send at most ${MAX_EVENTS} events in one request.`);
  const events = parsed.map((value, index) => {
    const own = duplicates.filter((pointer) => pointer.startsWith(`/${index}/`));
    return structuredEvent(
      value,
      own.map((pointer) => pointer.slice(String(index).length + 1)),
    );
  });
  return { kind: "batch", events };
}
