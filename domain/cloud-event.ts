import { duplicateKeys } from "./json-text.ts";
import type { Fault } from "./problem.ts";

/** One event of a request, as it was sent; `faults` are those that parsing hides. */
export type SentEvent = {
  value: unknown;
  faults: Fault[];
  /** Whether it is no event at all, so that its faults say everything. */
  isOther?: boolean;
  /** What the sender calls a place of the event that arrived under another name. */
  names?: Readonly<Record<string, string>>;
};

/** CloudEvents 1.0 in its two forms: attributes beside the data (structured), or in headers (binary). */

type Json = Record<string, unknown>;
const isObject = (value: unknown): value is Json =>
  typeof value === "object" && value !== null && !Array.isArray(value);

const twice = (pointers: readonly string[]): Fault[] =>
  pointers.map((pointer) => ({ pointer, detail: "stands twice in the same object; send it once" }));

/** An event in structured mode: an attribute that is null is absent, and `data_base64` may hold the JSON. */
export function structuredEvent(value: unknown, duplicates: readonly string[]): SentEvent {
  const faults = twice(duplicates);
  if (!isObject(value)) return { value, faults };
  const other = notAnEvent(value);
  if (other !== undefined) return { value, faults: [{ pointer: "", detail: other }], isOther: true };
  const attributes = Object.entries(value).filter(([name, one]) => one !== null || name === "data");
  const { data_base64: encoded, ...event } = Object.fromEntries(attributes);
  if (encoded === undefined) return { value: event, faults };
  if (value["data"] !== undefined)
    return {
      value: event,
      faults: [...faults, { pointer: "/data_base64", detail: "stands beside data; send one of both" }],
    };
  const data = dataOf(encoded);
  if (data === undefined) {
    const detail = "is no JSON in UTF-8, written in base64; send the JSON itself as data";
    return { value: event, faults: [...faults, { pointer: "/data_base64", detail }], isOther: true };
  }
  const inside = duplicateKeys(data.text, data.value).map((pointer) => `/data${pointer}`);
  return { value: { ...event, data: data.value }, faults: [...faults, ...twice(inside)] };
}

function dataOf(encoded: unknown): { text: string; value: unknown } | undefined {
  if (typeof encoded !== "string" || !/^[A-Za-z0-9+/]*={0,2}$/.test(encoded)) return undefined;
  try {
    const text = utf8(Uint8Array.from(atob(encoded), (letter) => letter.charCodeAt(0)));
    return { text, value: JSON.parse(text) };
  } catch {
    return undefined;
  }
}

/** What was sent in place of an event, and how to send it as one. */
function notAnEvent(value: Json): string | undefined {
  if (value["specversion"] !== undefined || value["data"] !== undefined) return undefined;
  const list = Object.keys(value).find((name) => Array.isArray(value[name]) && name !== "students");
  if (list !== undefined && value["session_id"] === undefined)
    return `is an object with a list of events, not an event; send the list itself, an array, as the whole body`;
  if (value["session_id"] !== undefined)
    return "is a session without its envelope; send it as data of an event with specversion, id, source and type";
  return undefined;
}

const PREFIX = "ce-";
export const isBinary = (headers: Record<string, string | undefined>) =>
  Object.keys(headers).some((name) => name.startsWith(PREFIX));

/** An event in binary mode: attributes are headers, percent-encoded and perhaps quoted (HTTP binding, 3.1.3.2). */
export function binaryEvent(
  headers: Record<string, string | undefined>,
  data: unknown,
  duplicates: readonly string[],
): SentEvent {
  const faults = twice(duplicates.map((pointer) => `/data${pointer}`));
  const event: Json = { datacontenttype: "application/json", data };
  for (const [header, text = ""] of Object.entries(headers)) {
    if (!header.startsWith(PREFIX)) continue;
    const name = header.slice(PREFIX.length);
    const value = decoded(text);
    if (value === undefined) faults.push({ pointer: `/${name}`, detail: NOT_UTF8 });
    else event[name] = value;
  }
  if (event["specversion"] === undefined)
    return {
      value: event,
      faults: [{ pointer: "/specversion", detail: NO_VERSION }, ...faults],
      isOther: true,
    };
  return { value: event, faults, isOther: faults.some(({ detail }) => detail === NOT_UTF8) };
}

const NO_VERSION =
  "is missing: there are headers that begin with ce-, and in this mode each event needs the header ce-specversion: 1.0";
const NOT_UTF8 = "holds percent-encoded bytes that are not UTF-8";

function decoded(text: string): string | undefined {
  const plain = /^".*"$/.test(text) ? text.slice(1, -1).replaceAll(/\\(.)/g, "$1") : text;
  try {
    return plain.replaceAll(/(?:%[0-9a-f]{2})+/gi, (bytes) =>
      utf8(Uint8Array.from(bytes.slice(1).split("%"), (hex) => Number.parseInt(hex, 16))),
    );
  } catch {
    return undefined;
  }
}

const utf8 = (bytes: Uint8Array) => new TextDecoder("utf-8", { fatal: true }).decode(bytes);
