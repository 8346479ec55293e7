import type { HttpEvent } from "../../functions/framework/http.ts";
import type { Random } from "./random.ts";
import { request } from "./world.ts";

/** Stands in everything that is sent, so that it is found wherever it is repeated. */
export const MARK = "zqxjk";

const WEIRD = [
  "",
  " ",
  "\u0000",
  "\u202e",
  "'; DROP TABLE sessions; --",
  "<script>alert(1)</script>",
  "${jndi:ldap://x}",
  "{{7*7}}",
  "../../etc/passwd",
  "%00",
  "%",
  "=cmd|' /C calc'!A0",
  "__proto__",
  "constructor",
  "null",
  "NaN",
  "1e309",
  "-1",
  "9007199254740993",
  "é\u0301",
  "\ud800",
  "#",
  "A#B",
  "*",
  "2026-13-45",
  "2026-W99",
  "0000-00-00",
  "💥".repeat(40),
  "a".repeat(5000),
];

const text = (random: Random) => {
  const base = random.pick(WEIRD);
  return random.chance(0.7) ? `${base}${MARK}${random.below(1000)}` : base;
};

/** Anything that JSON can say, a few levels deep. */
function json(random: Random, depth = 0): unknown {
  const kind = random.below(depth > 3 ? 5 : 8);
  if (kind === 0) return text(random);
  if (kind === 1) return random.pick([0, -1, 1.5, 1e308, 2 ** 53, -0]);
  if (kind === 2) return random.chance(0.5);
  if (kind === 3) return null;
  if (kind === 4) return text(random);
  if (kind === 5) return Array.from({ length: random.below(4) }, () => json(random, depth + 1));
  const fields = ["data", "type", "id", "students", "session_id", "until", "note", text(random)];
  return Object.fromEntries(
    Array.from({ length: random.below(5) }, () => [random.pick(fields), json(random, depth + 1)]),
  );
}

/** An event that is nearly right, with one field that no contract allows. */
function nearly(random: Random): unknown {
  const data: Record<string, unknown> = {
    session_id: `S-${MARK}`,
    school_id: "631930",
    session_topic: "math",
    scheduled_start: "2026-03-02T10:00:00-07:00",
    scheduled_duration: 30,
    tutor_id: "T1",
    students: [{ student_id: `${MARK}`, attendance_status: "present" }],
  };
  const event: Record<string, unknown> = {
    specversion: "1.0",
    id: MARK,
    source: "/x",
    type: "tutoring.session.completed",
    data,
  };
  // whatever else is changed, this one is never allowed
  data["not_a_field"] = json(random);
  const place = random.chance(0.5) ? data : event;
  place[random.pick(Object.keys(place).filter((name) => name !== "data"))] = json(random);
  data["not_a_field"] ??= 1;
  return event;
}

function body(random: Random): string | undefined {
  switch (random.below(6)) {
    case 0:
      return undefined;
    case 1:
      return text(random);
    case 2:
      return JSON.stringify(json(random)).slice(0, random.below(200));
    case 3:
      return JSON.stringify([nearly(random), json(random)]);
    case 4:
      return JSON.stringify(nearly(random));
    default:
      return JSON.stringify(json(random));
  }
}

const TYPES = [
  "application/json",
  "application/cloudevents+json",
  "application/cloudevents-batch+json",
  "text/plain",
  "application/x-www-form-urlencoded",
  "application/json; charset=utf-16",
  "",
];

function headers(random: Random): Record<string, string> {
  const names = [
    "ce-specversion",
    "ce-type",
    "webhook-id",
    "webhook-timestamp",
    "webhook-signature",
    "if-none-match",
    "x-forwarded-for",
  ];
  const some = Array.from({ length: random.below(4) }, () => [random.pick(names), text(random)]);
  return { "content-type": random.pick(TYPES), ...(Object.fromEntries(some) as Record<string, string>) };
}

const QUERY = [
  "limit",
  "cursor",
  "from",
  "to",
  "school_id",
  "district_id",
  "target_hours",
  "standing",
  "rule",
  "program_id",
  "day",
];

/** What is right in a path: it stands beside something hostile, or where nothing is written. */
export type Right = Readonly<Record<string, string>>;

function parametersOf(random: Random, route: string, right: Right): [name: string, value: string][] {
  const names = [...route.matchAll(/\{(\w+)\}/g)].map(([, name = ""]) => name);
  const wrong = route.startsWith("GET") && random.chance(0.5) ? undefined : random.below(names.length || 1);
  return names.map((name, place) => {
    const known = right[name];
    return [name, known === undefined || place === wrong || random.chance(0.4) ? text(random) : known];
  });
}

/** A request of a route that is never right as a whole, whoever asks. */
export function hostile(
  random: Random,
  route: string,
  { identities, right = {} }: { identities: readonly object[]; right?: Right },
): HttpEvent {
  const base = request("");
  const parameters = parametersOf(random, route, right);
  const query = Array.from({ length: random.below(4) }, () => [random.pick(QUERY), text(random)]);
  const sent = body(random);
  return {
    ...base,
    routeKey: route,
    headers: headers(random),
    ...(parameters.length > 0 && {
      pathParameters: Object.fromEntries(parameters),
    }),
    ...(query.length > 0 && { queryStringParameters: Object.fromEntries(query) as Record<string, string> }),
    body: sent ?? "",
    isBase64Encoded: random.chance(0.2),
    requestContext: {
      ...base.requestContext,
      routeKey: route,
      requestId: "r",
      authorizer: { lambda: random.pick(identities) },
    },
  };
}

/** The same over HTTP: what a client can be made to send. */
export function hostileFetch(random: Random, route: string, keys: readonly string[]) {
  const [method = "GET", template = ""] = route.split(" ");
  const path = template.replaceAll(/\{\w+\}/g, () => encodeURIComponent(text(random).toWellFormed()) || "x");
  const query = new URLSearchParams(
    Array.from({ length: random.below(3) }, (): [string, string] => [random.pick(QUERY), text(random)]),
  ).toString();
  const sent = method === "POST" ? body(random) : undefined;
  const safe = Object.fromEntries(
    Object.entries(headers(random)).map(([name, value]) => [
      name,
      encodeURIComponent(value.toWellFormed()).slice(0, 500),
    ]),
  );
  return {
    url: `${path}${random.chance(0.1) ? "/.." : ""}${query && `?${query}`}`,
    init: {
      method,
      headers: {
        ...safe,
        "content-type": random.pick(TYPES.filter((one) => one !== "")),
        authorization: `Bearer ${random.pick([...keys, MARK, "a.b.c"])}`,
      },
      ...(sent !== undefined && { body: sent }),
    },
  };
}
